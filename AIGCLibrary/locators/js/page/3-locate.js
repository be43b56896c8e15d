// The probe: all tiers of a target answered in one look, repeated when the page changes, until the deadline.

const TICK = 100; // ms; style sheets and canvas change without a mutation
const WATCHED = { childList: true, subtree: true, attributes: true, characterData: true };
const AHEAD = 300; // ms before the deadline in which near misses are ranked
const SHOWN = 6;

const nested = (a, b) => a === b || a.contains(b) || b.contains(a);

const settled = new Map(); // target -> what won in this document once all tiers agreed: selector, element, and its signature

/** The elements of a selector; of one that Playwright has looked up itself, those that it gave. */
const foundBy = (one) => (one.given ? one.given.map(elementOf).filter(Boolean) : query(one.selector));

function lookFor(one, index, spec) {
  const row = { count: 0, visible: 0, found: [], all: [], index };
  try {
    row.all = foundBy(one);
  } catch (error) {
    row.error = String(error.message || error).split("\n")[0];
  }
  row.found = row.all.filter(isVisible);
  row.count = row.all.length;
  row.visible = row.found.length;
  return isNegative(spec.state) ? row : placed(row, one, spec);
}

const isNegative = (state) => state === "hidden" || state === "detached";

/** Take back the only match of a selector where it is on another page, tab or dialog than the target's. */
function placed(row, one, spec) {
  const pool = spec.state === "attached" ? row.all : row.found;
  if (pool.length !== 1 || !(spec.declared || one.learned)) return row;
  row.elsewhere = misplaced(spec.declared, pool[0], spec.top) || misplaced(one.learned, pool[0], spec.top);
  if (row.elsewhere) Object.assign(row, { strayed: pool, found: [], all: [], visible: 0 });
  return row;
}

/** Look once: for each selector how many elements there are, how many are visible, and which. */
function look(spec) {
  return withCaches(() => spec.selectors.map((one, index) => lookFor(one, index, spec)));
}

/** Look again while waiting: a selector that answers ends the look, so that a late element is noticed at once. */
function lookQuickly(spec) {
  if (spec.state !== "visible") return look(spec);
  const rows = [];
  return withCaches(() => {
    for (const [index, one] of spec.selectors.entries()) {
      rows.push(lookFor(one, index, spec));
      if (rows[index].visible === 1) break;
    }
    return rows;
  });
}

let untouched = null; // watches for the first change of the document since the last look; null once there was one
const TOLD_APART = ["aria-label", "aria-selected", "aria-current", "aria-hidden", "href", "title", "placeholder", "value", "role", "class", "style", "hidden"];

function changed() {
  if (untouched) untouched.disconnect();
  untouched = null;
}

function watchForChanges() {
  if (untouched) return;
  untouched = new MutationObserver(changed);
  untouched.observe(document, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: TOLD_APART });
}

/** Whether a node still stands for what it stood for: pages reuse the nodes of rows, buttons and tabs for something else. */
function stillTheSame(element, before) {
  if (untouched?.takeRecords().length) changed();
  if (untouched && before.watched === untouched && element.getRootNode() === document) return true;
  if (withCaches(() => signatureOf(element)) !== before.signature) return false;
  watchForChanges();
  before.watched = untouched;
  return true;
}

/** Where all tiers agreed before in this document, ask only the one that won, and only believe the same element. */
function lookAgain(spec, started) {
  const before = settled.get(spec.name);
  if (!before || spec.state !== "visible" || !spec.selectors[before.index]) return null;
  const row = withCaches(() => lookFor(spec.selectors[before.index], before.index, spec));
  if (row.visible !== 1 || numberOf(row.found[0]) !== before.element) return null;
  if (!stillTheSame(row.found[0], before)) return null;
  const empty = { count: 0, visible: 0, ids: [] };
  return {
    status: "found", winner: row.index, element: before.element, hiddenTwins: row.count > 1, conflicts: [],
    selectors: spec.selectors.map((_, index) => (index === row.index ? summary(row) : empty)),
    enabled: true, waited: now() - started, url: location.href, again: true,
  };
}

/** Say who wins in the asked state, or that nobody does yet. */
function decide(rows, state) {
  if (state === "hidden") return { done: rows.every((row) => !row.visible), winner: null };
  if (state === "detached") return { done: rows.every((row) => !row.count), winner: null };
  const pool = state === "attached" ? "all" : "found";
  const row = rows.find((one) => one[pool].length === 1);
  if (!row) return { done: false, winner: null };
  const element = row[pool][0];
  const wanted = state === "enabled" ? isEnabled(element) : state === "disabled" ? !isEnabled(element) : true;
  return { done: wanted, winner: row, element };
}

/** Selectors of other tiers that are just as sure, and mean another element. */
function conflictsOf(rows, winner, element) {
  return rows
    .filter((row) => row !== winner && row.visible > 0 && (row.visible === 1 || row.index < winner.index))
    .filter((row) => !row.found.some((other) => nested(other, element)))
    .concat(rows.filter((row) => row.index < winner.index && row.all.length === 1 && !row.visible && !row.elsewhere && !nested(row.all[0], element)))
    .map((row) => row.index);
}

function summary(row) {
  const said = { count: row.count, visible: row.visible, ids: row.found.slice(0, SHOWN).map(numberOf) };
  if (row.error) said.error = row.error;
  if (row.elsewhere) said.elsewhere = row.elsewhere;
  return said;
}

function report(spec, rows, verdict, started) {
  const answer = {
    status: verdict.done ? "found" : "missing",
    winner: verdict.winner ? verdict.winner.index : null,
    selectors: spec.selectors.map((_, index) => summary(rows[index] || { count: 0, visible: 0, found: [] })),
    waited: now() - started,
    url: location.href,
    title: document.title,
    language: document.documentElement.lang,
    document: Math.round(clock.timeOrigin || 0),
  };
  if (verdict.winner && verdict.element) {
    answer.element = numberOf(verdict.element);
    answer.hiddenTwins = spec.state !== "attached" && verdict.winner.count > verdict.winner.visible;
    answer.conflicts = conflictsOf(rows, verdict.winner, verdict.element);
    answer.enabled = isEnabled(verdict.element);
    if (spec.fingerprint !== undefined) {
      const print = withCaches(() => fingerprint(verdict.element));
      answer.hash = hashOf(print);
      if (answer.hash !== spec.fingerprint) answer.fingerprint = print;
    }
  }
  return answer;
}

/** Explain a miss: who is hidden and why, who is ambiguous and what the matches are, what else is on the page. */
function explain(spec, rows, answer, near) {
  rows.forEach((row, index) => {
    const said = answer.selectors[index];
    if (row.elsewhere) said.matches = withCaches(() => row.strayed.map((one) => candidate(one)));
    else if (row.count && !row.visible) said.hidden = hiddenBecause(row.all[0]);
    if (row.visible > 1) said.matches = withCaches(() => row.found.slice(0, SHOWN).map((one) => candidate(one)));
  });
  if (rows.some((row) => row.visible > 1)) answer.status = "ambiguous";
  answer.loading = document.readyState !== "complete";
  withCaches(() => {
    answer.place = placeNow();
    answer.misplaced = misplaced(spec.declared, null, spec.top) || misplaced(spec.learned, null, spec.top);
  });
  if (spec.profile) answer.candidates = near || rank(spec);
  return answer;
}

let practised = false;

/** What is done for the first time in a document is slow; of what a miss needs it is done while nothing else is. */
function practise(found) {
  practised = true;
  withCaches(() => found.slice(0, 1).forEach((one) => waysTo(elementOf(one.element), one)));
}

function locate(spec) {
  const started = now();
  const again = spec.name && !spec.recheck && lookAgain(spec, started);
  if (again) return again;
  const deadline = started + spec.timeout;
  return new Promise((done, fail) => {
    const roots = new Set();
    let timer = null;
    let next = 0;
    let changed = started;
    let over = false;
    let first = true;
    let near = null; // candidates for an explanation, ranked while there is still time
    const observer = new MutationObserver(() => {
      changed = now();
      wake(changed);
    });
    const events = ["transitionend", "animationend", "load", "input", "toggle"];
    const watch = (root) => {
      if (roots.has(root)) return;
      roots.add(root);
      observer.observe(root, WATCHED);
    };
    const finish = (answer) => {
      over = true;
      observer.disconnect();
      events.forEach((name) => document.removeEventListener(name, wakeNow, true));
      noLater(timer);
      done(answer);
    };
    const wake = (at) => {
      noLater(timer);
      if (at >= next) step();
      else timer = later(step, next - at);
    };
    const wakeNow = () => wake(now());
    const step = () => {
      if (over) return undefined;
      try {
        const before = now();
        const rows = first || before >= deadline ? look(spec) : lookQuickly(spec);
        const whole = first;
        first = false;
        const verdict = decide(rows, spec.state);
        const after = now();
        const broken = rows.findIndex((row) => row.error);
        if (broken >= 0) return finish({ ...report(spec, rows, { done: false }, started), status: "invalid", broken });
        // A page that is still changing may yet show the tier that has always won here before.
        const patient = verdict.done && verdict.winner && verdict.winner.index > spec.expected &&
          after < started + spec.patience && (after - changed < spec.patience / 2 || document.readyState !== "complete");
        if (verdict.done && !patient) {
          const answer = report(spec, rows, verdict, started);
          if (verdict.winner && spec.name && whole && !answer.conflicts.length && spec.state === "visible") {
            watchForChanges();
            settled.set(spec.name, {
              index: answer.winner, element: answer.element, signature: withCaches(() => signatureOf(verdict.element)),
              watched: untouched,
            });
          }
          return finish(answer);
        }
        if (after >= deadline) {
          const answer = report(spec, rows, verdict, started);
          if (near && near.at < changed) near = null;
          return finish(verdict.done ? answer : explain(spec, rows, answer, near && near.found));
        }
        for (const shadow of shadowRoots(document)) watch(shadow);
        if (spec.profile && near && !practised) practise(near.found);
        if (spec.profile && !near && after > deadline - AHEAD) near = { found: rank(spec), at: now() };
        next = after + (after - before); // never more than half of the page's time
        noLater(timer);
        timer = later(step, Math.min(Math.max(TICK, after - before), Math.max(0, deadline - now())));
      } catch (error) {
        observer.disconnect();
        fail(error);
      }
      return undefined;
    };
    watch(document);
    events.forEach((name) => document.addEventListener(name, wakeNow, true));
    step();
  });
}
