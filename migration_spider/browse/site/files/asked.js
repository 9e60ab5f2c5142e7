/* What is asked of the static site: words as they are folded (stems.py), queries (queries.py), choices (selection.py),
 * and where a text says it. */
"use strict";

const siteAsked = (() => {
  const CHARACTERS = "\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const MARKS = "\\u00ad\\u0300-\\u036f\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e8" +
    "\\u06ea-\\u06ed\\u200c\\u200d";
  const LETTER = `(?:(?![${CHARACTERS}])[\\p{L}\\p{N}])`;
  const TOKEN = new RegExp(`[${CHARACTERS}]|${LETTER}+(?:[${MARKS}]+${LETTER}*)*`, "gu");
  const CHARACTER = new RegExp(`^[${CHARACTERS}]`, "u");
  const REMOVED = /[^\p{L}\p{N}]|\u0640/gu;
  const LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th",
    "\u0671": "\u0627", "\u0649": "\u064a", "\u0629": "\u0647", "\u06cc": "\u064a", "\u06a9": "\u0643",
  };
  for (let digit = 0; digit < 10; digit++) {
    LETTERS[String.fromCharCode(0x660 + digit)] = LETTERS[String.fromCharCode(0x6f0 + digit)] = String(digit);
  }
  const APOSTROPHES = "'’‘‛ʼʻ′´`＇";
  const ELIDED = new RegExp(
    "^[^\\p{L}\\p{N}_]*(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|entr|un|gl|quell|quest|" +
      `(?:a|co|da|de|ne|su)ll)[${APOSTROPHES}](?=[\\p{L}\\p{N}]{2})`, "iu");
  const POSSESSIVE = new RegExp(`([\\p{L}\\p{N}])[${APOSTROPHES}]s[^\\p{L}\\p{N}_]*$`, "iu");
  const PART = /(-?)(?:"([^"]*)"?|([^\s"]+))/g;
  const SORTS = ["relevance", "date", "changed"];
  const SINGLE = ["q", "in", "since", "until", "changed", "sort", "page"];
  const LANGUAGES = ["ar", "en", "es", "fr", "ru", "zh"];
  const MOST_WORDS = 500, MOST_VALUES = 200, MOST_TERMS = 50;

  /* ---- words as they are folded: stems.py */

  const isCharacter = (token) => CHARACTER.test(token);

  function written(token) {
    return isCharacter(token) ? token.normalize("NFKC") : token.normalize("NFKC").toLowerCase().replace(REMOVED, "");
  }

  function folded(token) {
    const parts = token.toLowerCase().normalize("NFKD").replace(/и\u0306/g, "й");
    return Array.from(parts, (letter) => LETTERS[letter] || letter).join("").replace(REMOVED, "").normalize("NFC");
  }

  /** Sorts as Python and SQLite do: by code points. */
  function before(one, other) {
    const a = Array.from(one), b = Array.from(other);
    for (let index = 0; index < a.length && index < b.length; index++) {
      if (a[index] !== b[index]) {
        return a[index].codePointAt(0) < b[index].codePointAt(0);
      }
    }
    return a.length < b.length;
  }

  const LONGEST_ENDING = 3, SHORTEST_REST = 4;

  /** What a word may be a form of, the longest first. Only forms that a text has are known here, not how to make one. */
  function withoutEnding(word) {
    const most = Math.min(LONGEST_ENDING, word.length - SHORTEST_REST);
    return Array.from({length: Math.max(0, most)}, (_, cut) => word.slice(0, -1 - cut));
  }

  /* ---- what is typed: queries.py */

  function parseQuery(text) {
    const query = {wanted: [], unwanted: []};
    let isEither = false, isNot = false, count = 0;
    for (const [, minus, phrase, typed] of text.replace(/[“”„«»「」『』＂]/g, '"').matchAll(PART)) {
      if (["OR", "|", "AND", "NOT"].includes(typed) && !minus) {
        isEither = isEither || typed === "OR" || typed === "|";
        isNot = typed === "NOT";
        continue;
      }
      const isStart = typed !== undefined && typed.endsWith("*");
      const bare = (typed || phrase || "").replace(ELIDED, "");
      const tokens = (isStart ? bare : bare.replace(POSSESSIVE, "$1")).match(TOKEN) || [];
      if (!tokens.length) {
        continue;
      }
      if (++count > MOST_TERMS) {
        break;
      }
      const term = {tokens, isStart};
      if (minus || isNot) {
        query.unwanted.push(term);
      } else if (isEither && query.wanted.length) {
        query.wanted[query.wanted.length - 1].push(term);
      } else {
        query.wanted.push([term]);
      }
      isEither = isNot = false;
    }
    return query;
  }

  /* ---- what is asked for: selection.py */

  /** The choice that [[name, value]] of an address stand for. Throws what is wrong, as a sentence. */
  function parseSelection(pairs, names) {
    const single = {}, chosen = new Map();
    for (const [name, given] of pairs) {
      const value = given.trim();
      if (!names.includes(name) && !SINGLE.includes(name)) {
        throw new Error(`there is no parameter “${name}”: ${[...SINGLE, ...names].join(", ")}`);
      }
      if (!value) {
        continue;
      }
      if (names.includes(name)) {
        chosen.set(name, [...new Set([...(chosen.get(name) || []), value])]);
      } else if (name in single && single[name] !== value) {
        throw new Error(`“${name}” is given twice`);
      } else {
        single[name] = value;
      }
    }
    if ([...chosen.values()].flat().length > MOST_VALUES) {
      throw new Error(`more than ${MOST_VALUES} values are chosen`);
    }
    if ((single.q || "").length > MOST_WORDS) {
      throw new Error(`the words to look for are longer than ${MOST_WORDS} characters`);
    }
    for (const name of ["since", "until", "changed"]) {
      const value = single[name];
      const day = value && new Date(`${value}-01-01`.slice(0, 10) + "T00:00:00Z");
      if (value && (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(value) || isNaN(day) ||
          !day.toISOString().startsWith(value))) {
        throw new Error(`“${name}” is a day such as 2024-05-01, a month or a year, not “${value}”`);
      }
    }
    if (single.sort && !SORTS.includes(single.sort)) {
      throw new Error(`“${single.sort}” is not an order: ${SORTS.join(", ")}`);
    }
    if (!/^[0-9]{1,7}$/.test(single.page || "1") || Number(single.page || 1) < 1) {
      throw new Error(`“${single.page}” is not a page number`);
    }
    return {
      query: (single.q || "").split(/\s+/).filter(Boolean).join(" "),
      language: (single.q && single.in) || null, chosen,
      since: single.since || null, until: single.until || null, changed: single.changed || null,
      sort: single.sort || null, page: Number(single.page || 1),
    };
  }

  /** Throws what cannot be known, as a sentence: known.py. What no vocabulary has is not known here. */
  function requireKnown(selection, facets) {
    const spoken = facets.find(({name}) => name === "language").values.map(({key}) => key);
    const languages = [...new Set([...LANGUAGES, ...spoken])].sort();
    if (selection.language && !languages.includes(selection.language)) {
      throw new Error(`words cannot be taken as “${selection.language}”: ${languages.join(", ")}`);
    }
    const query = parseQuery(selection.query);
    if (query.unwanted.length && !query.wanted.length) {
      throw new Error("words with “-” leave texts out of those that have another word, which is missing");
    }
  }

  /** The parameters of the address of a choice, in their order. */
  function pairsOf(selection, names) {
    const pairs = [["q", selection.query], ["in", selection.language]];
    names.forEach((name) => (selection.chosen.get(name) || []).forEach((value) => pairs.push([name, value])));
    pairs.push(["since", selection.since], ["until", selection.until], ["changed", selection.changed]);
    pairs.push(["sort", selection.sort], ["page", selection.page > 1 ? String(selection.page) : ""]);
    return pairs.filter(([, value]) => value);
  }

  function orderOf(selection) {
    const order = selection.sort || (selection.query ? "relevance" : "date");
    return order === "relevance" && !selection.query ? "date" : order;
  }

  /** Where `text` says what was looked for: [[start, end]], in order, apart from each other. */
  function marks(text, needles) {
    const said = Array.from(text.matchAll(TOKEN), (found) => ({
      start: found.index, end: found.index + found[0].length, folded: folded(found[0]), written: written(found[0]),
    }));
    const spans = [];
    const means = (needle, one) => needle.folded === one.folded || needle.forms.has(one.folded) ||
      needle.forms.has(one.written) || (needle.isStart && needle.folded && one.folded.startsWith(needle.folded));
    for (const needle of needles) {
      for (let first = 0; first + needle.length <= said.length; first++) {
        if (needle.every((one, index) => means(one, said[first + index]))) {
          spans.push([said[first].start, said[first + needle.length - 1].end]);
        }
      }
    }
    const apart = [];
    for (const [start, end] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
      const last = apart[apart.length - 1];
      if (last && start < last[1]) {
        last[1] = Math.max(last[1], end);
      } else {
        apart.push([start, end]);
      }
    }
    return apart;
  }

  return {
    isCharacter, written, folded, before, withoutEnding, parseQuery, parseSelection, requireKnown, pairsOf, orderOf, marks,
  };
})();
