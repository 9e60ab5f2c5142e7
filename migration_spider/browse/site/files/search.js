/* The pages of the static site that are filled here: the search, and a story where it has no page of its own.
 *
 * All of what is shown is put in as text: nothing of the portal is ever read as HTML, and only http(s) becomes a link.
 */
"use strict";

(function () {
  const root = document.getElementById("search") || document.getElementById("story");
  const said = document.getElementById("said");
  const waiting = new Map();

  /** What data files call, each once. */
  window.siteData = (name, packed) => waiting.get(name)(siteUnpacked(packed));

  function load(name) {
    return new Promise((resolve, reject) => {
      waiting.set(name, resolve);
      const script = document.createElement("script");
      script.src = `${root.dataset.folder}/${name}.js`;
      script.onerror = () => reject(new Error(`a file of this site is missing: ${root.dataset.folder}/${name}.js`));
      document.head.append(script);
    });
  }

  const finder = siteFinder(load);

  /* ---- putting together */

  /** An element with attributes (null: none) and children: text or elements. */
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes || {}).forEach(([key, value]) => value === null || made.setAttribute(key, value));
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== "" && child !== undefined));
    return made;
  }

  const number = (value) => value.toLocaleString("en-US");
  const times = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;
  const outside = (url) => (url && /^https?:\/\//i.test(url) ? url : null);

  /** `text` with what was found in <mark>. */
  function marked(text, spans) {
    const parts = [];
    let done = 0;
    for (const [start, end] of spans) {
      parts.push(text.slice(done, start), element("mark", {}, text.slice(start, end)));
      done = end;
    }
    return [...parts, text.slice(done)];
  }

  /** As addresses.py names the page of a story. */
  function addressOf(id, withPages) {
    if (!withPages) {
      return `story.html?${new URLSearchParams({id})}`;
    }
    return `stories/${id.replace(/[^0-9A-Za-z@_-]/gu, (found) => `~${found.codePointAt(0).toString(16)}~`)}.html`;
  }

  /* ---- the search: as search.html and its parts are on the server */

  const MOST_SHOWN = 10;
  const NARROWING = {query: "the words", language: "the language of the words", since: "the first day",
    until: "the last day", changed: "the day of change"};

  async function search() {
    const all = await finder.facets();
    const [site, labels] = await Promise.all(["site", "labels"].map(async (name) => (await finder.data(name)).head));
    const names = all.map(({name}) => name);
    const selection = finder.parseSelection(new URLSearchParams(location.search), names);
    const address = (changes) => {
      const pairs = finder.pairsOf({...selection, page: 1, ...changes}, names);
      return pairs.length ? `search.html?${new URLSearchParams(pairs)}` : "search.html";
    };
    fillForm(names, selection);
    const found = await finder.find(selection);
    const records = await finder.records(found.onPage);
    const view = {all, site, labels, selection, found, records, address, withPages: root.dataset.pages === "yes"};
    if (selection.query) {
      document.title = `${selection.query} - ${document.title}`;
    }
    said.textContent = told(view);
    // Nothing that is seen moves: all of it comes below what was there.
    document.getElementById("answer").replaceChildren(...chips(view), ...notes(view), element("div", {class: "beside"},
      element("aside", {"aria-label": "Narrow down"}, facets(view)),
      element("div", {}, found.total ? [hits(view), pager(view)] : await nothing(view))));
  }

  function told({site, selection, found}) {
    const first = (selection.page - 1) * site.page + 1;
    const here = found.pages > 1 ? `, ${number(first)} to ${number(first + found.onPage.length - 1)} here` : "";
    return `${times(found.total, "story", "stories")}${here}`;
  }

  /** The form shows the choice, and keeps of it what it has no field for. */
  function fillForm(names, selection) {
    const form = root.querySelector("form");
    const {query: q, language, since, until, changed, sort} = selection;
    if (q) {  // else there is no best one
      const [first] = form.elements.sort.options;
      first.text = "best match first";
      first.after(element("option", {value: "date"}, "newest first"));
    }
    for (const [name, value] of Object.entries({q, in: language, since, until, changed, sort})) {
      const field = form.elements.namedItem(name);
      if (value && field.options && ![...field.options].some((one) => one.value === value)) {
        field.append(element("option", {value}, value));
      }
      field.value = value || "";
    }
    names.forEach((name) => (selection.chosen.get(name) || []).forEach((value) =>
      form.append(element("input", {type: "hidden", name, value}))));
  }

  function notes({found, selection, address}) {
    const said = [...found.notes.unknown].map((word) => {
      const start = `${word.slice(0, Math.max(3, word.length - 2))}*`;
      return [`No text has the word “${word}”. Perhaps one that begins so is meant: `,
        element("a", {href: address({query: begun(selection.query, word, start)})}, start)];
    });
    found.notes.absent.forEach(([title, key]) => said.push(`No story here has “${key}” as its value of “${title}”.`));
    found.notes.instead.forEach((rest, word) =>
      said.push(`No text has “${word}” just so: the forms of “${rest}” were looked for.`));
    if (found.notes.phrase) {
      said.push("In these files the words of a phrase are looked for anywhere in a text.");
    }
    return said.map((note) => element("p", {class: "notice"}, note));
  }

  /** A query with `start` in the place of an unknown word; alone where it is not written so. */
  function begun(query, word, start) {
    const at = query.toLowerCase().indexOf(word);
    return at < 0 ? start : query.slice(0, at) + start + query.slice(at + word.length);
  }

  /** The choice with other values of a facet. */
  function choosing({selection}, name, change) {
    const chosen = new Map(selection.chosen);
    chosen.set(name, change(chosen.get(name) || []));
    return {chosen};
  }

  function nameOf({site}, facet, {key, label}) {
    return facet === "language" ? (site.names[key] || [label])[0] : label;
  }

  /** All that leaves stories out: {name, value, without (what then is other), isFacet}. */
  function choices(view) {
    const {selection, found, site} = view;
    const made = Object.entries(NARROWING).filter(([name]) => selection[name]).map(([name, title]) => ({
      name: title,
      value: name === "language" ? (site.names[selection[name]] || [selection[name]])[0] : selection[name],
      without: name === "query" ? {query: "", language: null} : {[name]: null},
    }));
    const chosen = found.facets.flatMap(({name, title, values}) => values.filter((one) => one.chosen).map((value) => ({
      name: title, value: nameOf(view, name, value), isFacet: true,
      without: choosing(view, name, (keys) => keys.filter((one) => one !== value.key)),
    })));
    return [...made, ...chosen];
  }

  function chips(view) {
    const made = choices(view).map(({name, value, without}) => element("li", {},
      element("a", {class: "chip", href: view.address(without)},
        element("span", {class: "visually-hidden"}, "Leave out "), `${name}: `, element("bdi", {}, value))));
    return made.length
      ? [element("h2", {class: "visually-hidden"}, "Chosen"), element("ul", {class: "chips"}, made)] : [];
  }

  /** Values under their headings; places as regions and countries. */
  function shown({site, found}) {
    return found.facets.flatMap(({name, title, values}) => {
      const areas = values.filter(({key}) => name === "place" && site.areas.includes(key));
      const parts = name === "place"
        ? [["Region", areas], ["Country", values.filter((value) => !areas.includes(value))]] : [[title, values]];
      const narrows = ([, some]) => some.length > 1 || some.some(({chosen, count}) => chosen || count < found.total);
      return parts.filter(narrows).map(([heading, some]) => {
        const first = some.filter((value, place) => place < MOST_SHOWN || value.chosen);
        return {name, heading, first, rest: some.filter((value) => !first.includes(value)),
          most: Math.max(1, ...some.map(({count}) => count))};
      });
    });
  }

  function facets(view) {
    return element("details", {class: "facets"}, element("summary", {}, "Narrow down"),
      shown(view).map(({name, heading, first, rest, most}, index) => {
        const items = (some) => element("ul", {class: "values"}, some.map((value) => valueOf(view, name, value, most)));
        return element("section", {class: "facet", "aria-labelledby": `facet-${index + 1}`},
          element("h3", {id: `facet-${index + 1}`}, heading), items(first),
          rest.length ? element("details", {class: "more-values"},
            element("summary", {}, `${number(rest.length)} more`), items(rest)) : null);
      }));
  }

  function valueOf(view, name, value, most) {
    const changed = choosing(view, name, (keys) =>
      (value.chosen ? keys.filter((one) => one !== value.key) : [...keys, value.key]));
    const before = name === "objective" && /^\d+$/.test(value.key) ? `${value.key}. ` : "";
    return element("li", {}, element("a", {
      class: "value", href: view.address(changed), "aria-current": value.chosen ? "true" : null,
    }, element("span", {class: "label"}, before, element("bdi", {}, nameOf(view, name, value))), " ",
    element("span", {class: "n"}, number(value.count)), bar(value.count / most)));
  }

  function bar(share) {
    const drawn = (name, attributes, ...children) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
      made.append(...children);
      return made;
    };
    return drawn("svg", {class: "bar", width: "100%", height: 3, "aria-hidden": "true"},
      drawn("rect", {class: "track", width: "100%", height: 3}),
      drawn("rect", {class: "c1", width: `${(100 * share).toFixed(1)}%`, height: 3}));
  }

  function hits(view) {
    return element("ol", {class: "hits", start: (view.selection.page - 1) * view.site.page + 1},
      view.records.map((record, index) => hit(view, record, view.found.onPage[index])));
  }

  function hit({site, labels, found, withPages}, [id, date, main, , files, pages, codes], place) {
    const best = found.best && found.best.get(place);
    const spoken = best ? found.languageOf(best.text) : null;
    const [language, title] = pages.find(([one]) => one === spoken) || pages[main];
    const href = addressOf(id, withPages), day = found.changed && found.changed[place].slice(0, 10);
    const narrowed = (facet, code, text, hint) =>
      element("a", {href: `search.html?${new URLSearchParams([[facet, code]])}`, title: hint}, text);
    const facts = [date ? element("time", {datetime: date}, date) : element("span", {class: "none"}, "no date")];
    Object.keys(labels).forEach((facet, index) => {
      const some = codes[index];
      if (facet !== "objective") {
        some.forEach((code) => facts.push(" · ", narrowed(facet, code, labels[facet][code], null)));
      } else if (some.length) {
        facts.push(" · ", element("span", {}, `GCM ${some.length === 1 ? "objective" : "objectives"}`));
        some.forEach((code, at) => facts.push(at ? ", " : " ", narrowed(facet, code, code, labels[facet][code])));
      }
    });
    return element("li", {class: "hit"},
      element("h2", {lang: language, dir: (site.names[language] || [0, "auto"])[1]},
        element("a", {href}, marked(title, finder.marks(title, found.needles)))),
      element("p", {class: "meta"}, facts,
        day ? [" · new or changed ", element("time", {datetime: day}, day)] : null, files ? ` · ${times(files, "file", "files")}` : null),
      element("ul", {class: "langs", "aria-label": "Languages"}, pages.filter(([,, voice]) => voice !== 0).map(
        ([one, name]) => element("li", {}, element("a", {href, lang: one, hreflang: one, title: name},
          (site.names[one] || [one])[0])))));
  }

  function pager({selection, found, address}) {
    const link = (page, text, rel) => element("a", {href: address({page}), rel}, text);
    return found.pages < 2 ? null : element("nav", {class: "pager", "aria-label": "Pages of stories"},
      selection.page > 1 ? link(selection.page - 1, "Previous page", "prev") : null,
      element("span", {}, `Page ${number(selection.page)} of ${number(found.pages)}`),
      selection.page < found.pages ? link(selection.page + 1, "Next page", "next") : null);
  }

  /** What is shown where no story is so: what to leave out. */
  async function nothing(view) {
    const looser = [];
    for (const one of choices(view)) {
      const {total} = await finder.find({...view.selection, page: 1, ...one.without});
      if (total) {
        looser.push({...one, total});
      }
    }
    looser.sort((one, other) => other.total - one.total);
    return [
      element("p", {class: "notice"}, "No story matches.",
        looser.length ? " There are matches without one of the conditions:" : null),
      element("ul", {}, looser.map(({name, value, without, isFacet, total}) => element("li", {},
        element("a", {href: view.address(without)}, `Without ${name}`,
          isFacet ? [": ", element("bdi", {}, value)] : null),
        `: ${times(total, "story", "stories")}`))),
      element("p", {}, element("a", {href: "search.html"}, "All stories")),
    ];
  }

  /* ---- a story */

  async function story() {
    const id = new URLSearchParams(location.search).get("id") || "";
    const place = (await finder.data("ids")).head.indexOf(id);
    if (place < 0) {
      throw new Error(`there is no story ${id}`);
    }
    const site = (await finder.data("site")).head;
    const [[, date, main, url, files, pages]] = await finder.records([place]);
    const named = (one) => site.names[one] || [one, "auto"];
    const text = (one, content) => element("bdi", {lang: one, dir: named(one)[1]}, content);
    const rows = [["Date", date || "not said"], ["Files", number(files)]];
    if (outside(url)) {
      rows.push(["On the portal", element("a", {href: url, rel: "noreferrer"}, url)]);
    }
    pages.forEach(([one, title]) => rows.push([named(one)[0], text(one, title)]));
    for (const {name, title, values} of await finder.facets()) {
      const had = values.filter(({key, stories}) => key !== "none" && stories.includes(place));
      if (had.length && !["language", "year", "files"].includes(name)) {
        rows.push([title, had.flatMap(({key, label}, index) => [index ? "; " : "",
          element("a", {href: `search.html?${new URLSearchParams([[name, key]])}`}, element("bdi", {}, label))])]);
      }
    }
    const [language, title] = pages[main];
    document.title = title;
    document.getElementById("heading").replaceChildren(text(language, title));
    root.append(element("dl", {class: "facts"}, rows.map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value)))));
    said.textContent = "";
  }

  function isOld() {
    try {
      return !new DecompressionStream("deflate-raw");
    } catch (error) {
      return true;
    }
  }

  if (isOld()) {
    said.textContent = "This browser is too old for this page: it takes Chrome or Edge 103, Firefox 113, Safari 16.4 " +
      "or a later one. The plain lists of all stories, below, work in any.";
  } else {
    (root.id === "search" ? search() : story()).catch((error) => {
      said.textContent = `This cannot be shown: ${error.message}.`;
    });
  }
})();
