/* The search of the static site: the same stories, in the same order, as the server finds (finding.py).
 *
 * Knows data files and no page: `siteFinder(load)` takes a function that gives the data file of a name as
 * {head, body}; packing.py and index.py say what is in which. Nothing here is read as HTML.
 */
"use strict";

function siteFinder(load) {
  const {
    isCharacter, written, folded, before, withoutEnding, parseQuery, parseSelection, requireKnown, pairsOf, orderOf, marks,
  } = siteAsked;
  const MOST_SHARDS = 12, MOST_STARTED = 500;

  /* ---- data files */

  const held = new Map();

  function data(name) {
    if (!held.has(name)) {
      held.set(name, load(name));
    }
    return held.get(name);
  }

  const once = new Map();

  function kept(name, read) {
    if (!once.has(name)) {
      once.set(name, data(name).then(read));
    }
    return once.get(name);
  }

  /** Which story each text is of, its language and its length in words. */
  function texts() {
    return kept("texts", ({head, body}) => {
      const {next} = siteNumbers(body);
      const total = head.reduce((sum, [, count]) => sum + count, 0);
      const story = new Uint32Array(total), length = new Uint32Array(total), language = [];
      let text = 0;
      for (const [name, count] of head) {
        language.push([text, name]);
        for (let place = 0, end = text + count; text < end; text++) {
          place += next();
          story[text] = place;
        }
      }
      for (text = 0; text < total; text++) {
        length[text] = next();
      }
      return {story, length, total, languageOf: (one) => language.filter(([first]) => first <= one).pop()[1]};
    });
  }

  /** Facets in their order: [{name, title, byKey, values: [{key, label, stories}]}]. */
  function facets() {
    return kept("facets", ({head, body}) => {
      const {next} = siteNumbers(body);
      return head.map(([name, title, byKey, values]) => ({
        name, title, byKey,
        values: values.map(([key, label, count]) => {
          const stories = new Uint32Array(count);
          for (let index = 0, place = -1; index < count; index++) {
            stories[index] = place += next() + 1;
          }
          return {key, label, stories};
        }),
      }));
    });
  }

  const words = (number) => kept(`words/${number}`, ({head}) => new Map(head.split("\n").map((line) => {
    const [typed, said, ...stems] = line.split("\t");
    return [typed, {said: Number(said), stems: stems.map((one) => one.split(":"))}];
  })));

  const terms = (number) => kept(`terms/${number}`, ({head, body}) => {
    let gap = 0, weight = head.reduce((sum, [,, size]) => sum + size, 0);
    return new Map(head.map(([stem, forms, gaps, weights]) => [
      stem, {forms, gaps: body.subarray(gap, gap += gaps), weights: body.subarray(weight, weight += weights)},
    ]));
  });

  /** The shard that has `key`, where `firsts` are the first keys of the shards; -1 for none. */
  function shardOf(firsts, key) {
    let low = 0, high = firsts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (before(key, firsts[middle])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low - 1;
  }

  /** All shards that may have keys that start so. */
  function shardsOf(firsts, start) {
    const first = Math.max(0, shardOf(firsts, start));
    const last = shardOf(firsts, start + "\u{10ffff}");
    if (last - first >= MOST_SHARDS) {
      throw new Error(`“${start}*” stands for too many words: type more of it`);
    }
    return Array.from({length: Math.max(0, last - first + 1)}, (_, index) => first + index);
  }

  /* ---- what words mean */

  /** A word of a query: its stems for each of `languages` (bits), and all forms of these, for marking. */
  async function meaning(site, token, isStart) {
    const meant = {folded: folded(token), written: written(token), isStart, stems: [], started: [], forms: new Set(),
      instead: null};
    if (isCharacter(token)) {
      meant.stems = [[meant.written]];
    } else {
      const shorter = isStart ? [] : withoutEnding(meant.folded);
      for (const spelling of new Set([meant.written, meant.folded, ...shorter])) {
        const shard = shardOf(site.words, spelling);
        const found = shard >= 0 && (await words(shard)).get(spelling);
        if (found) {
          meant.stems = found.stems.filter(([, mask]) => mask !== "0");
          meant.instead = meant.stems.length && shorter.includes(spelling) ? spelling : null;
          break;
        }
      }
    }
    if (isStart) {
      const stems = new Set();
      for (const shard of await Promise.all(shardsOf(site.words, meant.folded).map(words))) {
        for (const [typed, {said, stems: known}] of shard) {
          if (typed.startsWith(meant.folded)) {
            known.slice(0, said).forEach(([stem]) => stem.startsWith(meant.folded) || stems.add(stem));
          }
        }
      }
      meant.started = [...stems].sort((a, b) => (before(a, b) ? -1 : 1)).slice(0, MOST_STARTED);
    }
    return meant;
  }

  /* ---- texts that hold something: Map(text -> weight) */

  function coded(found, into) {
    const gaps = siteNumbers(found.gaps), weights = siteNumbers(found.weights);
    for (let text = -1; gaps.isMore();) {
      const gap = gaps.next();
      text += (gap >>> 1) + 1;
      into.set(text, (into.get(text) || 0) + (gap & 1 ? weights.next() : 1));
    }
    return into;
  }

  async function withStem(site, stem, forms) {
    const shard = shardOf(site.terms, stem);
    const found = shard >= 0 && (await terms(shard)).get(stem);
    if (found && forms) {
      forms.add(stem);
      found.forms.split(" ").forEach((form) => forms.add(form));
    }
    return found ? coded(found, new Map()) : new Map();
  }

  async function withStart(site, start, forms) {
    const into = new Map();
    for (const shard of await Promise.all(shardsOf(site.terms, start).map(terms))) {
      for (const [stem, found] of shard) {
        if (stem.startsWith(start)) {
          coded(found, into);
          found.forms.split(" ").forEach((form) => forms.add(form));
        }
      }
    }
    return into;
  }

  /** What FTS5 calls phrases: the texts of each stem (or of stems together) that a term stands for. */
  async function leaves(site, term, languages, meanings, notes) {
    const found = new Map();
    const last = meanings.length - 1;
    const parts = [];
    for (let index = 0; index < meanings.length; index++) {
      const one = meanings[index];
      const pair = index < last && isCharacter(term.tokens[index]) && isCharacter(term.tokens[index + 1]);
      if (pair) {
        parts.push({pair: one.written + meanings[index + 1].written});
      } else if (!(index && isCharacter(term.tokens[index]) && isCharacter(term.tokens[index - 1]))) {
        parts.push({one});
      }
    }
    if (parts.length > 1) {
      notes.phrase = true;
    }
    for (const language of languages) {
      const isFor = ([, mask]) => !mask || language < 0 || parseInt(mask, 16) >> language & 1;
      const stemsOf = (one) => one.stems.filter(isFor).map(([stem]) => stem);
      const sets = [];
      for (const {one, pair} of parts) {
        const some = new Map();
        for (const stem of pair ? [pair] : stemsOf(one)) {
          some.set(stem, await withStem(site, stem, one && one.forms));
        }
        if (one && one.isStart) {
          some.set(`${one.folded}*`, await withStart(site, one.folded, one.forms));
          for (const stem of one.started) {
            some.set(stem, await withStem(site, stem, one.forms));
          }
        }
        sets.push(some);
      }
      if (sets.length === 1) {
        sets[0].forEach((texts, key) => found.set(key, texts));
      } else if (sets.every((some) => some.size)) {
        const key = sets.map((some) => [...some.keys()].join("|")).join(" ");
        found.set(key, found.get(key) || together(sets.map(union)));
      }
    }
    return [...found.values()].filter((texts) => texts.size);
  }

  function union(some) {
    const into = new Map();
    some.forEach((texts) => texts.forEach((weight, text) => into.set(text, (into.get(text) || 0) + weight)));
    return into;
  }

  function together(sets) {
    const [first, ...rest] = sets.sort((a, b) => a.size - b.size);
    const into = new Map();
    first.forEach((weight, text) => {
      const weights = rest.map((one) => one.get(text));
      if (weights.every((one) => one !== undefined)) {
        into.set(text, Math.min(weight, ...weights));
      }
    });
    return into;
  }

  /** Story -> {rank, text} of its best text, as FTS5's bm25() ranks; and what to mark. */
  async function ranked(site, selection, notes) {
    const query = parseQuery(selection.query);
    const chosen = (selection.language || "").split("-")[0].toLowerCase();
    const place = site.languages.indexOf(chosen);
    const languages = chosen ? [place] : site.languages.map((_, index) => index);
    const of = await texts();
    const needles = [];
    const state = new Uint8Array(of.total), score = new Float64Array(of.total);

    async function each(term) {
      const meanings = await Promise.all(
        term.tokens.map((token, index) => meaning(site, token, term.isStart && index === term.tokens.length - 1)));
      const some = await leaves(site, term, languages, meanings, notes);
      meanings.forEach((one) => {
        one.stems.length || one.isStart || notes.unknown.add(one.written);
        one.instead && notes.instead.set(one.written, one.instead);
      });
      return [meanings, some];
    }

    for (let group = 0; group < query.wanted.length; group++) {
      const loaded = await Promise.all(query.wanted[group].map(each));
      const keep = new Uint8Array(of.total);
      for (const [meanings, some] of loaded) {
        needles.push(meanings);
        for (const found of some) {
          const rare = Math.log((of.total - found.size + 0.5) / (found.size + 0.5));
          const weight = rare <= 0 ? 1e-6 : rare;
          found.forEach((often, text) => {
            keep[text] = 1;
            score[text] += weight * ((often * 2.2) / (often + 1.2 * (0.25 + (0.75 * of.length[text]) / site.average)));
          });
        }
      }
      keep.forEach((is, text) => (state[text] += is));
    }
    for (const term of query.unwanted) {
      (await each(term))[1].forEach((found) => found.forEach((_, text) => (state[text] = 255)));
    }
    const best = new Map();
    for (let text = 0; text < of.total; text++) {
      if (query.wanted.length && state[text] === query.wanted.length) {
        const story = of.story[text], known = best.get(story);
        if (!known || -score[text] < known.rank) {
          best.set(story, {rank: -score[text], text});
        }
      }
    }
    return {best, needles, languageOf: of.languageOf};
  }

  /* ---- the answer: finding.py */

  /** {total, pages, places, facets, best, needles, notes} of a selection; throws what is wrong, as a sentence. */
  async function find(selection) {
    const site = (await data("site")).head;
    const all = await facets();
    requireKnown(selection, all);
    const notes = {phrase: false, unknown: new Set(), instead: new Map(), absent: absent(all, selection.chosen)};
    const base = new Uint8Array(site.stories).fill(1);
    const found = selection.query ? await ranked(site, selection, notes) : {best: null, needles: []};
    if (found.best) {
      base.forEach((_, place) => (base[place] = found.best.has(place) ? 1 : 0));
    }
    if (selection.since || selection.until) {
      const {head: dates} = await data("dates");
      base.forEach((_, place) => {
        const day = dates[place];
        if (!day || (selection.since && day < selection.since) || (selection.until && day > `${selection.until}~`)) {
          base[place] = 0;
        }
      });
    }
    const order = orderOf(selection);
    const changed = selection.changed || order === "changed" ? (await data("changed")).head : null;
    if (selection.changed) {
      base.forEach((_, place) => changed[place] < selection.changed && (base[place] = 0));
    }
    const {shown, isChosen} = counted(all, selection.chosen, base);
    const places = [];
    isChosen.forEach((is, place) => is && places.push(place));
    if (order === "changed") {
      places.sort((a, b) => (changed[a] === changed[b] ? a - b : changed[a] < changed[b] ? 1 : -1));
    } else if (order === "relevance") {
      places.sort((a, b) => found.best.get(a).rank - found.best.get(b).rank || a - b);
    }
    const pages = Math.max(1, Math.ceil(places.length / site.page));
    if (selection.page > pages) {
      throw new Error(`there is no page ${selection.page}: the last one is ${pages}`);
    }
    const first = (selection.page - 1) * site.page;
    return {...found, total: places.length, pages, places, facets: shown, notes, changed,
      onPage: places.slice(first, first + site.page)};
  }

  /** What is chosen and no story of the site has: [[title of the facet, value]]. */
  function absent(all, chosen) {
    return all.flatMap(({name, title, values}) => (chosen.get(name) || [])
      .filter((key) => !values.some((one) => one.key === key)).map((key) => [title, key]));
  }

  /** Values of one facet are alternatives, so its own counts are as if none of them were chosen. */
  function counted(all, chosen, base) {
    const misses = new Uint8Array(base.length), missed = new Int16Array(base.length).fill(-1);
    all.forEach((facet, number) => {
      if (chosen.has(facet.name)) {
        const has = new Uint8Array(base.length);
        facet.values.filter(({key}) => chosen.get(facet.name).includes(key))
          .forEach(({stories}) => stories.forEach((place) => (has[place] = 1)));
        has.forEach((is, place) => {
          if (!is) {
            misses[place]++;
            missed[place] = number;
          }
        });
      }
    });
    const shown = all.map((facet, number) => {
      const given = chosen.get(facet.name) || [];
      let values = facet.values.map(({key, label, stories}) => {
        let count = 0;
        stories.forEach((place) => {
          if (base[place] && (!misses[place] || (misses[place] === 1 && missed[place] === number))) {
            count++;
          }
        });
        return {key, label, count, chosen: given.includes(key)};
      });
      given.filter((key) => !values.some((one) => one.key === key))
        .forEach((key) => values.push({key, label: key.replace(/^~/, ""), count: 0, chosen: true}));
      values = values.filter((one) => one.count || one.chosen);
      if (!facet.byKey) {  // and else as they came: by their names
        values.sort((a, b) => (a.key === "none") - (b.key === "none") || b.count - a.count);
      }
      return {name: facet.name, title: facet.title, values};
    });
    return {shown, isChosen: base.map((is, place) => (is && !misses[place] ? 1 : 0))};
  }

  /** Stories as records.py tells them, their pages with titles: [language, title, 0 for the text of another]. */
  const shelf = (number) => kept(`stories/${number}`, ({head: [sizes, stories], body}) => {
    const titles = new Map();
    let at = 0;
    for (const [language, size] of sizes) {
      titles.set(language, new TextDecoder().decode(body.subarray(at, at += size)).split("\n"));
    }
    return stories.map(([id, date, main, url, files, pages, codes]) => [id, date, main, url, files,
      pages.map(([language, voice]) => [language, titles.get(language).shift(), voice]), codes]);
  });

  /** Records of stories, by their places. */
  async function records(places) {
    const site = (await data("site")).head;
    const shelves = await Promise.all(places.map((place) => shelf(Math.floor(place / site.shard))));
    return places.map((place, index) => shelves[index][place % site.shard]);
  }

  return {find, facets, records, marks, parseSelection, pairsOf, orderOf, data};
}
