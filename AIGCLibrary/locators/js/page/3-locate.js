// The probe: all tiers of a target answered in one look, repeated when the page changes, until the deadline.

const TICK = 100; // ms; style sheets and canvas change without a mutation
const WATCHED = { childList: true, subtree: true, attributes: true, characterData: true };
const SHOWN = 6;

const nested = (a, b) => a === b || a.contains(b) || b.contains(a);

/** Look once: for each selector how many elements there are, how many are visible, and which. */
function look(spec) {
  return spec.selectors.map((one, index) => {
    const row = { count: 0, visible: 0, found: [], all: [] };
    try {
      row.all = one.given ? one.given.map(elementOf).filter(Boolean) : query(one.selector);
    } catch (error) {
      row.error = String(error.message || error).split("\n")[0];
    }
    row.found = row.all.filter(isVisible);
    row.count = row.all.length;
    row.visible = row.found.length;
    row.index = index;
    return row;
  });
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
    .map((row) => row.index);
}

function told(row) {
  const said = { count: row.count, visible: row.visible, ids: row.found.slice(0, SHOWN).map(numberOf) };
  if (row.error) said.error = row.error;
  return said;
}

function report(spec, rows, verdict, started) {
  const answer = {
    status: verdict.done ? "found" : "missing",
    winner: verdict.winner ? verdict.winner.index : null,
    selectors: rows.map(told),
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
function explain(spec, rows, answer) {
  rows.forEach((row, index) => {
    const said = answer.selectors[index];
    if (row.count && !row.visible) said.hidden = hiddenBecause(row.all[0]);
    if (row.visible > 1) said.matches = withCaches(() => row.found.slice(0, SHOWN).map((one) => candidate(one)));
  });
  if (rows.some((row) => row.visible > 1)) answer.status = "ambiguous";
  answer.loading = document.readyState !== "complete";
  if (spec.profile) answer.candidates = rank(spec);
  return answer;
}

function locate(spec) {
  const started = now();
  const deadline = started + spec.timeout;
  return new Promise((done, fail) => {
    const roots = new Set();
    let timer = null;
    let next = 0;
    let changed = started;
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
      observer.disconnect();
      events.forEach((name) => document.removeEventListener(name, wakeNow, true));
      noLater(timer);
      done(answer);
    };
    const wake = (at) => {
      noLater(timer);
      timer = later(step, Math.max(0, next - at));
    };
    const wakeNow = () => wake(now());
    const step = () => {
      try {
        const before = now();
        const rows = look(spec);
        const verdict = decide(rows, spec.state);
        const after = now();
        const broken = rows.findIndex((row) => row.error);
        if (broken >= 0) return finish({ ...report(spec, rows, { done: false }, started), status: "invalid", broken });
        // A page that is still changing may yet show the tier that has always won here before.
        const patient = verdict.done && verdict.winner && verdict.winner.index > spec.expected &&
          after < started + spec.patience && (after - changed < spec.patience / 2 || document.readyState !== "complete");
        if (verdict.done && !patient) return finish(report(spec, rows, verdict, started));
        if (after >= deadline) {
          const answer = report(spec, rows, verdict, started);
          return finish(verdict.done ? answer : explain(spec, rows, answer));
        }
        for (const shadow of shadowRoots(document)) watch(shadow);
        next = after + (after - before); // never more than half of the page's time
        timer = later(step, Math.min(Math.max(TICK, after - before), Math.max(0, deadline - after)));
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
