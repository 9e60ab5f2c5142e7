// The search of a static site without a browser: reads one selection a line ([[name, value], ...]), prints its answer.
//     node site_search.cjs FILES_OF_THE_SITE DATA_FOLDER < selections
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [, , files, folder] = process.argv;
for (const name of ["packed.js", "asked.js", "find.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(files, name), "utf8"));
}
const finder = vm.runInThisContext("siteFinder")(async (name) => {
  let packed = null;
  globalThis.siteData = (told, content) => (packed = told === name ? content : null);
  vm.runInThisContext(fs.readFileSync(path.join(folder, `${name}.js`), "utf8"));
  return vm.runInThisContext("siteUnpacked")(packed);
});

async function answer(pairs) {
  const names = (await finder.facets()).map(({name}) => name);
  const selection = finder.parseSelection(pairs, names);
  const found = await finder.find(selection);
  const records = await finder.records(found.onPage);
  return {
    total: found.total,
    pages: found.pages,
    ids: records.map(([id]) => id),
    facets: Object.fromEntries(found.facets.map(({name, values}) =>
      [name, values.map(({key, label, count, chosen}) => [key, label, count, chosen])])),
    changed: found.changed && found.onPage.map((place) => found.changed[place].slice(0, 10)),
    pairs: finder.pairsOf(selection, names),
    titles: records.map(([, , main, , , pages], index) => {
      const best = found.best && found.best.get(found.onPage[index]);
      const page = best ? pages.find(([language]) => language === found.languageOf(best.text)) : pages[main];
      return [page[0], page[1], finder.marks(page[1], found.needles)];
    }),
    notes: {
      phrase: found.notes.phrase, unknown: [...found.notes.unknown],
      absent: found.notes.absent, instead: [...found.notes.instead],
    },
  };
}

(async () => {
  for (const line of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    let told;
    try {
      told = await answer(JSON.parse(line));
    } catch (error) {
      told = {error: error.message};
    }
    console.log(JSON.stringify(told));
  }
})();
