"use strict";
/*
 * Search, filters, counts, chart and list of explore.html.
 *
 * The part of the address after # is the only state. A control writes the address, and the page follows the address:
 * so it can be sent, kept as a bookmark, and gone back from. Every word of a plan reaches the page as a text node.
 */
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { facets, evidence, reviews, recommendations, actions } = data;
  const PAGE = 25, BARS = 8, SPOKEN = 8, SIMILAR = 10, LONG_LIST = 15;
  const SORTS = {
    plan: "As in the plans",
    late: "Longest overdue first",
    due: "Target date, earliest first",
    published: "Review published, latest first",
    ...(facet("recurring") && { similar: "Most similar recommendations first" }),
  };
  const byId = (id) => document.getElementById(id);
  const figures = new Intl.NumberFormat("en-GB");
  const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const total = recommendations.review.length;

  // A row has a list of values in each facet; where it can have one only, rows of the same value share the list.
  for (const each of facets) {
    const alone = each.values.map((_, place) => [place]);
    each.of = each.of.map((places) => (Array.isArray(places) ? places : alone[places]));
  }

  /** Actions of each recommendation, and recommendations of each group of similar ones. */
  const owned = recommendations.review.map(() => []);
  actions.recommendation.forEach((rec, action) => owned[rec].push(action));
  const groups = new Map();
  for (let rec = 0; rec < total; rec++) {
    const id = word(recommendations.group, rec);
    if (id && !groups.has(id)) groups.set(id, []);
    if (id) groups.get(id).push(rec);
  }
  const similar = (rec) => (groups.get(word(recommendations.group, rec)) ?? []).filter((other) => other !== rec);

  // ---------------------------------------------------------------- small words

  function facet(key) { return facets.find((each) => each.key === key); }
  function word(column, row) { return column.words[column.at[row]]; }
  function label(key, row) { return facet(key).of[row].map((place) => facet(key).labels[place]).join("; "); }
  function count(n, unit) { return `${figures.format(n)} ${n === 1 ? unit.slice(0, -1) : unit}`; }

  function day(number) { return number === null ? "" : dates.format(number * 864e5); }

  /** A share as a whole percentage, halves up; not quite none, or not quite all, never reads as 0% or 100%. */
  function percent(n, all) {
    if (!all) return "no figure";
    const whole = Math.floor((200 * n + all) / (2 * all));
    if (whole === 0 && n > 0) return "less than 1%";
    return whole === 100 && n < all ? "more than 99%" : `${whole}%`;
  }

  /** An element with attributes; children are elements or plain text, and what is empty is left out. */
  function make(tag, attributes = {}, ...children) {
    const element = tag === "svg" || tag === "rect" || tag === "text" ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
    return element;
  }

  // ---------------------------------------------------------------- the address

  function readAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const state = { search: asked.get("q") ?? "", group: asked.get("group") ?? "", unknown: [] };
    state.sort = asked.get("sort") in SORTS ? asked.get("sort") : "plan";
    state.chart = (facet(asked.get("chart")) ?? facets[0]).key;
    state.chosen = facets.map((each) => new Set());
    facets.forEach((each, f) => asked.getAll(each.key).forEach((value) => {
      const place = each.values.indexOf(value);
      if (place < 0) state.unknown.push(`${each.label}: ${value}`);
      else state.chosen[f].add(place);
    }));
    if (state.group && !groups.has(state.group)) {
      state.unknown.push("a group of similar recommendations");
      state.group = "";
    }
    return state;
  }

  /** Writes a changed state to the address; the page then follows. `replace` leaves no step to go back to. */
  function go(change, { replace = false } = {}) {
    const next = { ...state, ...change }, asked = new URLSearchParams();
    if (next.search.trim()) asked.set("q", next.search);
    facets.forEach((each, f) => [...next.chosen[f]].sort((a, b) => a - b).forEach((place) => asked.append(each.key, each.values[place])));
    if (next.group) asked.set("group", next.group);
    if (next.sort !== "plan") asked.set("sort", next.sort);
    if (next.chart !== facets[0].key) asked.set("chart", next.chart);
    const hash = `#${asked.toString() || "all"}`;  // a bare # would scroll the page to its top
    if (hash === location.hash) return;
    if (replace) location.replace(hash);
    else location.hash = hash;
  }

  function toggled(f, place) {
    const chosen = state.chosen.map((each) => new Set(each));
    if (!chosen[f].delete(place)) chosen[f].add(place);
    return chosen;
  }

  const nothing = () => ({ search: "", group: "", chosen: facets.map(() => new Set()) });

  // ---------------------------------------------------------------- finding

  const LETTER = "\\p{L}\\p{M}\\p{N}", between = new RegExp(`[^${LETTER}]+`, "gu");

  /** What was typed as a term: its words, each after one space, whatever signs stand there; in small letters. */
  function term(typed) {
    const words = ` ${typed}`.replace(between, " ").trimEnd();
    return short(words) ? words : words.toLowerCase();
  }

  /** Whether a term is an abbreviation; its capitals count, so that "DA" is not found in "date", nor "IT" in "it". */
  function short(words) { return /^ \p{Lu}{2,3}$/u.test(words); }

  /** The rule of the search, for finding and for marking: from the beginning of a word, any signs between words. */
  function pattern(asked, flags = "u") {
    return new RegExp(`(?<![${LETTER}])${asked.trim().replaceAll(" ", `[^${LETTER}]+`)}`, flags);
  }

  const searched = [
    ...["text", "section"].map((name) => [recommendations[name], (rec) => rec]),
    ...["title", "area"].map((name) => [{ words: reviews[name].words, at: recommendations.review.map((review) => reviews[name].at[review]) }, (rec) => rec]),
    ...["text", "lead_agency", "lead_role", "progress", "outcome"].map((name) => [actions[name], (action) => actions.recommendation[action]]),
    [{ words: facet("agency").labels, at: facet("agency").of.map((of) => of[0]) }, (action) => actions.recommendation[action]],
  ];
  const remembered = new Map(), NOWHERE = " \u0000";

  /**
   * For each recommendation 1 where the term begins a word in it or in what belongs to it. Each wording is read once; and when
   * a term goes on from an earlier one, only the wordings that held that.
   */
  function occurs(asked) {
    if (remembered.has(asked)) return remembered.get(asked).found;
    const shorter = [...remembered.keys()].filter((earlier) => asked.includes(earlier)).pop();
    const found = new Uint8Array(total), first = asked.split(" ")[1], rule = pattern(asked);
    const held = searched.map(([column, owner], c) => {
      column.small ??= column.words.map((words) => words.toLowerCase());
      const before = shorter && remembered.get(shorter).held[c];
      // Most wordings do not hold the first word at all, which is known sooner than what the rule says.
      const has = Uint8Array.from(short(asked) ? column.words : column.small, (words, at) => (!before || before[at]) && words.includes(first) && rule.test(words));
      column.at.forEach((at, row) => { if (has[at]) found[owner(row)] = 1; });
      return has;
    });
    if (remembered.size > 20) remembered.clear();
    remembered.set(asked, { found, held });
    return found;
  }

  function terms(search) {
    const parts = search.replace(/[\u201c\u201d]/g, '"').match(/"[^"]*"|[^\s"]+/g) ?? [];
    const told = parts.map(term).filter(Boolean);
    return told.length || !parts.length ? told : [NOWHERE];
  }

  /**
   * What fits the address. Each recommendation and action carries a bit for each filter that it fails; so what a filter
   * would give, the others being as they are, is known from the same pass.
   */
  function find({ search, group, chosen }) {
    const failed = { recommendations: new Uint32Array(total), actions: new Uint32Array(actions.recommendation.length) };
    const OTHER = 1 << facets.length;
    for (const asked of terms(search)) occurs(asked).forEach((yes, rec) => { if (!yes) failed.recommendations[rec] |= OTHER; });
    if (group) recommendations.review.forEach((_, rec) => { if (word(recommendations.group, rec) !== group) failed.recommendations[rec] |= OTHER; });
    facets.forEach((each, f) => {
      if (chosen[f].size) each.of.forEach((of, row) => { if (!of.some((place) => chosen[f].has(place))) failed[each.unit][row] |= 1 << f; });
    });
    const asked = facets.some((each, f) => each.unit === "actions" && chosen[f].size);
    const found = { asked, recommendations: [], actions: [], options: facets.map((each) => new Uint32Array(each.values.length)) };
    const counted = facets.map((each) => new Int32Array(each.values.length).fill(-1));  // the last one counted, so that none is twice
    const add = (f, place, rec) => { if (counted[f][place] !== rec) { counted[f][place] = rec; found.options[f][place]++; } };
    for (let rec = 0; rec < total; rec++) {
      const bits = failed.recommendations[rec];
      if (bits & (bits - 1) || bits === OTHER) continue;  // fails more than one filter, or the search
      const fitting = owned[rec].filter((action) => !failed.actions[action]), fits = fitting.length || !asked;
      if (!bits && fits) {
        found.recommendations.push(rec);
        found.actions.push(...fitting);
      }
      facets.forEach((each, f) => {
        if (bits & ~(1 << f)) return;
        if (each.unit === "actions") for (const action of owned[rec]) { if (!(failed.actions[action] & ~(1 << f))) add(f, each.of[action][0], rec); }
        else if (fits) for (const place of each.of[rec]) add(f, place, rec);
      });
    }
    found.fits = (action) => !failed.actions[action];
    return sorted(found);
  }

  function sorted(found) {
    const fitting = (rec, column) => owned[rec].filter(found.fits).map((action) => column[action]).filter((value) => value !== null);
    const keys = {
      late: (rec) => -Math.max(0, ...fitting(rec, actions.late)),
      due: (rec) => Math.min(Infinity, ...fitting(rec, actions.due)),
      published: (rec) => -(reviews.published[recommendations.review[rec]] ?? -Infinity),
      similar: (rec) => -similar(rec).length,
    };
    const key = keys[state.sort];
    if (!key) return found;
    const at = new Map(found.recommendations.map((rec) => [rec, key(rec)]));
    const order = [...found.recommendations].sort((a, b) => (at.get(a) === at.get(b) ? a - b : at.get(a) < at.get(b) ? -1 : 1));
    return { ...found, recommendations: order };
  }

  // ---------------------------------------------------------------- filters and figures

  const boxes = facets.map(() => []);

  function buildFilters() {
    facets.forEach((each, f) => {
      const list = make("ul", {}, each.labels.map((name, place) => {
        const box = make("input", { type: "checkbox" }), number = make("span", { class: "many-of" });
        box.addEventListener("change", () => go({ chosen: toggled(f, place) }));
        boxes[f].push({ box, number });
        return make("li", {}, make("label", {}, box, make("bdi", {}, name), number));
      }));
      const parts = [make("legend", { class: "spoken" }, each.label)];
      if (each.labels.length > LONG_LIST) {
        const narrow = make("input", { type: "text", autocomplete: "off", "aria-label": `Find in the list: ${each.label}`, placeholder: "Find in this list" });
        narrow.addEventListener("input", () => {
          const rule = pattern(term(narrow.value), "iu");
          each.labels.forEach((name, place) => { list.children[place].hidden = !rule.test(name); });
        });
        parts.push(narrow);
      }
      byId("facet-list").append(make("details", { class: "facet" }, make("summary", {}, each.label, make("span", { class: "ticked" })), make("fieldset", {}, parts, list)));
    });
    for (const [key, name] of Object.entries(SORTS)) byId("sort").append(make("option", { value: key }, name));
    for (const each of facets) byId("chart-by").append(make("option", { value: each.key }, `${each.label} (${each.unit})`));
  }

  function showFilters(found) {
    if (!waiting && byId("search").value.trim() !== state.search.trim()) byId("search").value = state.search;
    byId("sort").value = state.sort;
    byId("chart-by").value = state.chart;
    facets.forEach((each, f) => {
      boxes[f].forEach(({ box, number }, place) => {
        box.checked = state.chosen[f].has(place);
        number.textContent = figures.format(found.options[f][place]);
      });
      document.querySelectorAll(".ticked")[f].textContent = state.chosen[f].size ? ` (${state.chosen[f].size} ticked)` : "";
    });
  }

  function showChosen() {
    const list = make("ul", { class: "chosen", "aria-label": "Chosen" });
    const add = (words, change) => {
      const button = make("button", { type: "button" }, make("span", { class: "spoken" }, "Remove "), make("bdi", {}, words), make("span", { class: "screen", "aria-hidden": "true" }, " \u2715"));
      button.addEventListener("click", () => { go(change()); byId("found").focus(); });
      list.append(make("li", {}, button));
    };
    if (state.search.trim()) add(`Search: ${state.search.trim()}`, () => ({ search: "" }));
    facets.forEach((each, f) => state.chosen[f].forEach((place) => add(`${each.label}: ${each.labels[place]}`, () => ({ chosen: toggled(f, place) }))));
    if (state.group) add("Only recommendations similar to one another", () => ({ group: "" }));
    if (list.children.length > 1) {
      add("all of these", nothing);
      list.lastChild.classList.add("screen");
    }
    byId("chosen").replaceChildren();
    if (list.children.length) byId("chosen").append(list);
    for (const each of state.unknown) byId("chosen").append(make("p", { class: "message" }, "The address asks for something that this file does not hold, and it was left out: ", make("bdi", {}, each), "."));
  }

  function showFigures(found) {
    const all = found.actions.length, n = found.recommendations.length;
    const which = found.asked ? "that fit the filters" : n === 1 ? "of this recommendation" : "of these recommendations";
    const having = (test) => found.actions.filter(test).length;
    const status = (value) => (action) => facet("status").values[facet("status").of[action][0]] === value;
    const share = (part) => `${figures.format(part)} (${percent(part, all)})`;
    const done = status("completed");
    const rows = [
      ["Recommendations", figures.format(n)],
      ["Reviews", figures.format(new Set(found.recommendations.map((rec) => recommendations.review[rec])).size)],
      [`Actions ${which}`, figures.format(all)],
      ["Completed", share(having(done))],
      ["Completed, evidence recorded", share(having((action) => done(action) && actions.evidenced[action]))],
      ["No update in the plan", share(having(status("no_update")))],
      ["Overdue", share(having((action) => actions.late[action] !== null))],
    ];
    byId("numbers").replaceChildren(...rows.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
    byId("count").textContent = n
      ? `${figures.format(n)} of ${count(total, "recommendations")}, with ${count(all, "actions")}${found.asked ? ` that ${all === 1 ? "fits" : "fit"} the filters` : ""}`
      : total ? "No recommendation fits. Take a word out of the search, or remove one of the filters." : "This file holds no recommendations: none were known on the day shown above.";
  }

  // ---------------------------------------------------------------- chart

  /** A name in lines of a chart, three at most; the table holds it whole. */
  function lines(name, fits) {
    const rows = [""];
    for (const part of name.split(/\s+/)) {
      if (rows.at(-1) && rows.at(-1).length + part.length >= fits) rows.push("");
      rows.push(`${rows.pop()} ${part}`.trim());
    }
    return rows.slice(0, 3).map((row, i) => (row.length > fits || (i === 2 && rows.length > 3) ? `${[...row].slice(0, fits - 1).join("")}\u2026` : row));
  }

  function showChart(found) {
    const by = facet(state.chart), rows = found[by.unit], counts = by.labels.map(() => 0);
    for (const row of rows) for (const place of by.of[row]) counts[place]++;
    let places = counts.map((_, place) => place);
    if (by.order === "count") places = places.filter((place) => counts[place]).sort((a, b) => counts[b] - counts[a] || a - b);
    const told = (place) => `${figures.format(counts[place])} of ${figures.format(rows.length)} (${percent(counts[place], rows.length)})`;
    const title = `${by.unit === "actions" ? "Actions" : "Recommendations"} found, by ${by.label.toLowerCase()}`;
    const figure = byId("chart");
    figure.replaceChildren(make("figcaption", {}, title + (places.length > BARS ? `: the ${BARS} most frequent of ${places.length}` : "") + (by.key === "theme" ? ". A recommendation can have several." : ".")));
    byId("chart-table").replaceChildren();
    if (!rows.length) {
      figure.replaceChildren(make("p", {}, "No chart: nothing is found."));
      return;
    }
    const drawn = places.slice(0, BARS), names = drawn.map((place) => by.labels[place]);
    const most = Math.max(...drawn.map((place) => counts[place]), 1), letter = 8.2;  // about the width of one
    const width = Math.max(240, Math.min(760, figure.clientWidth)), room = width - Math.max(...drawn.map((place) => told(place).length)) * letter - 14;
    const spoken = drawn.slice(0, SPOKEN).map((place) => `${by.labels[place]}: ${told(place)}`).join("; ");
    const svg = make("svg", { role: "img", "aria-label": `Bar chart: ${title}. ${spoken}. The table below holds all ${places.length}.` });
    let y = 0;
    drawn.forEach((place, row) => {
      for (const line of lines(names[row], Math.floor(width / letter))) svg.append(make("text", { x: 0, y: (y += 19) - 3 }, line));
      const length = (room * counts[place]) / most, rest = /^not (stated|coded)$/.test(by.values[place]);
      svg.append(make("rect", { class: rest ? "bar rest" : "bar", x: 0, y: y + 3, width: length, height: 16 }), make("text", { x: length + 8, y: y + 16 }, told(place)));
      y += 30;
    });
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${y}`, width, height: y })) svg.setAttribute(name, value);
    figure.prepend(svg);
    const heads = [by.label, by.unit === "actions" ? "Actions" : "Recommendations", "Share"];
    byId("chart-table").append(make("table", {},
      make("caption", {}, title),
      make("thead", {}, make("tr", {}, heads.map((name, column) => make("th", { scope: "col", class: column ? "number" : "words" }, name)))),
      make("tbody", {}, places.map((place) => make("tr", {}, make("th", { scope: "row" }, make("bdi", {}, by.labels[place])),
        make("td", { class: "number" }, figures.format(counts[place])), make("td", { class: "number" }, percent(counts[place], rows.length)))))));
  }

  // ---------------------------------------------------------------- recommendations

  /** A wording in pieces: `spans` are the evidence of themes, what fits the search is marked beside them. */
  function marked(words, spans = []) {
    const hits = shown.patterns.flatMap((pattern) => [...words.matchAll(pattern)].map((hit) => [hit.index, hit.index + hit[0].length]));
    const edges = [...new Set([0, words.length, ...spans.flat(), ...hits.flat()])].sort((a, b) => a - b);
    const within = (list, from, to) => list.some(([start, end]) => start <= from && to <= end);
    return edges.slice(1).map((to, i) => {
      const kinds = [within(spans, edges[i], to) && "evidence", within(hits, edges[i], to) && "hit"].filter(Boolean).join(" ");
      return kinds ? make("mark", { class: kinds }, words.slice(edges[i], to)) : words.slice(edges[i], to);
    });
  }

  const text = (words, spans) => make("bdi", {}, marked(words, spans));

  function reviewName(rec) {
    const review = recommendations.review[rec];
    return word(reviews.title, review) || word(reviews.document, review);
  }

  function heading(rec) {
    const number = word(recommendations.number, rec).replace(/[\s.:)]+$/, "");
    const told = number ? (/^rec/i.test(number) ? number : `recommendation ${number}`) : `recommendation ${recommendations.position[rec]} in the plan`;
    return [make("bdi", {}, reviewName(rec)), ", ", make("bdi", {}, told)];
  }

  function facts(rows) {
    return make("dl", { class: "facts" }, rows.filter(([, value]) => value).map(([name, value]) => [make("dt", {}, name), make("dd", { dir: "auto" }, marked(value))]));
  }

  function actionItem(action) {
    const printed = word(actions.lead_agency, action), agency = label("agency", action);
    const more = [
      ["Sector", label("sector", action)], ["Post", word(actions.lead_role, action)],
      ["Date as printed", word(actions.target_text, action)], ["Completed on", day(actions.completed[action])],
      ["Progress", word(actions.progress, action)], ["Outcome", word(actions.outcome, action)],
      ["Evidence recorded", actions.evidenced[action] ? "Yes" : "No"],
      ["RAG as printed", word(actions.rag, action)], ["RAG worked out", word(actions.derived, action)],
      ["To be checked", word(actions.doubt, action)], ["Source", word(actions.location, action)],
    ];
    const hidden = make("details", {}, make("summary", {}, "More on this action"), facts(more));
    // What fits the search must not stay folded away.
    hidden.open = ["lead_role", "progress", "outcome"].some((name) => shown.patterns.some((pattern) => word(actions[name], action).search(pattern) >= 0));
    const late = actions.late[action];
    return make("li", {},
      make("p", { class: "wording", dir: "auto" }, text(word(actions.text, action) || "The plan prints no action here.")),
      late === null ? null : make("p", {}, make("strong", { class: "late" }, `Overdue by ${count(late, "days")}`)),
      facts([
        ["Status", label("status", action)],
        ["Lead agency", printed && printed !== agency ? `${agency} (printed: ${printed})` : agency],
        ["Due", day(actions.due[action]) || "No target date known"],
      ]), hidden);
  }

  function similarPart(rec) {
    const others = similar(rec);
    if (!others.length) return null;
    const elsewhere = new Set(others.map((other) => recommendations.review[other]));
    elsewhere.delete(recommendations.review[rec]);
    const where = elsewhere.size ? ` in ${count(elsewhere.size, "reviews").replace(" ", " other ")}` : " in the same review";
    return make("details", {},
      make("summary", {}, count(others.length, "similar recommendations") + (elsewhere.size ? `, ${where.trim()}` : where)),
      make("ul", { class: "similar" }, others.slice(0, SIMILAR).map((other) => make("li", {}, heading(other), ": ", text(word(recommendations.text, other))))),
      others.length > SIMILAR ? make("p", {}, `${figures.format(others.length - SIMILAR)} more are not listed here.`) : null,
      make("p", {}, make("a", { href: `#${new URLSearchParams({ group: word(recommendations.group, rec) })}` }, `Show these ${figures.format(others.length + 1)} together`)));
  }

  function card(rec) {
    const review = recommendations.review[rec], words = word(recommendations.text, rec);
    const section = word(recommendations.section, rec), published = day(reviews.published[review]), snapshot = day(reviews.snapshot[review]);
    const meta = [
      word(reviews.area, review), published && `review published ${published}`, snapshot && `progress told up to ${snapshot}`,
      word(recommendations.scope, rec) && `scope: ${word(recommendations.scope, rec).toLowerCase()}`,
    ].filter(Boolean);
    const given = evidence[rec].map(([place, by, said, start, end]) => {
      const cited = start === undefined ? said : words.slice(start, end);
      return make("li", {}, make("strong", {}, make("bdi", {}, facet("theme").labels[place])), `, ${data.sources[by]}`, cited ? [", from ", make("q", {}, make("bdi", {}, cited))] : "");
    });
    const fitting = owned[rec].filter(shown.found.fits), rest = owned[rec].filter((action) => !shown.found.fits(action));
    const doubt = word(recommendations.doubt, rec);
    return make("li", {},
      make("h3", { tabindex: "-1" }, heading(rec)),
      make("p", { class: "meta" }, meta.map((part, i) => [i ? "; " : "", make("bdi", {}, marked(part))])),
      section ? make("p", { class: "meta" }, "Under the heading ", text(section)) : null,
      make("p", { class: "wording card-text", dir: "auto" }, text(words, evidence[rec].filter((row) => row.length > 3).map((row) => row.slice(3)))),
      given.length ? make("p", { class: "meta" }, "Themes") : make("p", { class: "meta" }, "No theme has been given."),
      given.length ? make("ul", { class: "themes" }, given) : null,
      make("p", { class: "meta" }, owned[rec].length ? `${count(fitting.length, "actions")}${rest.length ? " that " + (fitting.length === 1 ? "fits" : "fit") : ""}` : "The plan has no action for it."),
      fitting.length ? make("ol", { class: "actions" }, fitting.map(actionItem)) : null,
      rest.length ? make("details", {}, make("summary", {}, `${count(rest.length, "actions")} that ${rest.length === 1 ? "does" : "do"} not fit the filters`), make("ol", { class: "actions" }, rest.map(actionItem))) : null,
      similarPart(rec),
      doubt ? make("p", { class: "source" }, "To be checked against the document: ", make("bdi", {}, doubt)) : null,
      make("p", { class: "source" }, "Source: ", make("bdi", {}, word(recommendations.location, rec) || "not stated")));
  }

  function showMore() {
    const list = byId("list"), from = list.children.length, all = shown.found.recommendations;
    list.append(...all.slice(from, from + PAGE).map(card));
    const left = all.length - list.children.length;
    byId("more").hidden = left <= 0;
    byId("more").textContent = `Show ${figures.format(Math.min(PAGE, left))} more`;
    byId("shown").textContent = all.length ? `${figures.format(list.children.length)} of ${figures.format(all.length)} are shown.` : "";
    return list.children[from];
  }

  // ---------------------------------------------------------------- download

  const COLUMNS = {
    "Area": (rec) => word(reviews.area, recommendations.review[rec]),
    "Review": (rec) => reviewName(rec),
    "Review published": (rec) => iso(reviews.published[recommendations.review[rec]]),
    "Number": (rec) => word(recommendations.number, rec),
    "Section": (rec) => word(recommendations.section, rec),
    "Recommendation": (rec) => word(recommendations.text, rec),
    "Scope": (rec) => word(recommendations.scope, rec),
    "Themes": (rec) => label("theme", rec),
    "Source of recommendation": (rec) => word(recommendations.location, rec),
    "Action": (_, action) => word(actions.text, action),
    "Lead agency": (_, action) => label("agency", action),
    "Lead agency as printed": (_, action) => word(actions.lead_agency, action),
    "Sector": (_, action) => label("sector", action),
    "Post": (_, action) => word(actions.lead_role, action),
    "Target date": (_, action) => iso(actions.due[action]),
    "Target date as printed": (_, action) => word(actions.target_text, action),
    "Status": (_, action) => label("status", action),
    "Days overdue": (_, action) => actions.late[action] ?? "",
    "Completed on": (_, action) => iso(actions.completed[action]),
    "Evidence recorded": (_, action) => (actions.evidenced[action] ? "yes" : "no"),
    "RAG as printed": (_, action) => word(actions.rag, action),
    "RAG worked out": (_, action) => word(actions.derived, action),
    "Progress": (_, action) => word(actions.progress, action),
    "Outcome": (_, action) => word(actions.outcome, action),
    "Source of action": (_, action) => word(actions.location, action),
    "As known on": () => iso(data.day),
    "recommendation_id": (rec) => word(recommendations.id, rec),
    "action_id": (_, action) => word(actions.id, action),
  };

  function iso(number) { return number === null ? "" : new Date(number * 864e5).toISOString().slice(0, 10); }

  /** A cell of the file: quoted, and with an apostrophe before what a spreadsheet would take for a formula. */
  function cell(value) {
    const words = String(value);
    return `"${(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(words) ? `'${words}` : words).replaceAll('"', '""')}"`;
  }

  function download() {
    const of = Object.entries(COLUMNS), actionColumn = of.findIndex(([name]) => name === "Action");
    const row = (rec, action) => of.map(([, value], i) => cell(action === undefined && value.length === 2 && i >= actionColumn ? "" : value(rec, action))).join(",");
    const lines = shown.found.recommendations.flatMap((rec) => {
      const fitting = owned[rec].filter(shown.found.fits);
      return fitting.length ? fitting.map((action) => row(rec, action)) : [row(rec)];
    });
    // The mark at the beginning tells Excel that the file is UTF-8.
    const file = new Blob(["\ufeff", [of.map(([name]) => cell(name)).join(","), ...lines, ""].join("\r\n")], { type: "text/csv;charset=utf-8" });
    const link = make("a", { href: URL.createObjectURL(file), download: `recommendations-${data.quarter}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  // ---------------------------------------------------------------- the page follows the address

  let state, shown, waiting = 0;

  function follow() {
    state = readAddress();
    const found = find(state);
    shown = { found, patterns: terms(state.search).map((asked) => pattern(asked, short(asked) ? "gu" : "giu")) };
    showFilters(found);
    showChosen();
    showFigures(found);
    showChart(found);
    byId("list").replaceChildren();
    showMore();
    byId("download").disabled = !found.recommendations.length;
  }

  function typed() {
    clearTimeout(waiting);
    waiting = 0;
    // A search that is still being typed is one step to go back from, not one for each letter.
    go({ search: byId("search").value }, { replace: state.search.trim() !== "" && byId("search").value.trim() !== "" });
  }

  buildFilters();
  byId("facets").open = !matchMedia("(max-width: 56rem)").matches;
  byId("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(typed, 100); });
  byId("filters").addEventListener("submit", (event) => { event.preventDefault(); typed(); });
  byId("sort").addEventListener("change", (event) => go({ sort: event.target.value }));
  byId("chart-by").addEventListener("change", (event) => go({ chart: event.target.value }));
  byId("more").addEventListener("click", () => showMore().querySelector("h3").focus());
  byId("download").addEventListener("click", download);
  // The link to the main part would change the address, and with it the filters.
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
  addEventListener("hashchange", follow);
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; showChart(shown.found); } });
  addEventListener("beforeprint", () => document.querySelectorAll(".results details:not([open])").forEach((each) => { each.open = true; each.dataset.folded = ""; }));
  addEventListener("afterprint", () => document.querySelectorAll("details[data-folded]").forEach((each) => { each.open = false; delete each.dataset.folded; }));
  follow();
  // The search index is made when nothing else is to do, so that the first letter typed does not wait for it.
  setTimeout(() => occurs(NOWHERE), 200);
})();
