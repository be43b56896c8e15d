// What can be asked of a page.

/** Judge the selectors of many targets in one look. */
function health(spec) {
  return withCaches(() => spec.targets.map((target) => {
    const rows = look({ selectors: target.selectors, state: "visible" });
    const verdict = decide(rows, "visible");
    return {
      name: target.name,
      winner: verdict.winner ? verdict.winner.index : null,
      conflicts: verdict.winner ? conflictsOf(rows, verdict.winner, verdict.element) : [],
      selectors: rows.map(summary),
    };
  }));
}

const BUSY = "[aria-busy=true],[role=progressbar],[class*=load],[class*=spinner],[class*=skeleton],[data-testid*=load]," +
  "[data-testid*=spinner],[data-testid*=skeleton]";
const BUSY_WORD = /(^|[^a-z])(loading|loader|spinner|skeleton)s?($|[^a-z])/i;

/** Whether the page shows that it is still loading; a class such as `lazyloaded` or `upload` does not say so. */
function isBusy() {
  return queryCss(BUSY).some((one) => isVisible(one) && (one.matches("[aria-busy=true],[role=progressbar]") ||
    BUSY_WORD.test(`${one.getAttribute("class") || ""} ${one.dataset?.testid || ""}`)));
}

/** Wait until something can be used, nothing shows that it is loading, and neither elements nor the scripts and styles
 * that make them come any more: a page that draws itself is not done when it is loaded. */
function settle(spec) {
  return new Promise((done) => {
    const start = now();
    let changed = start;
    const observer = new MutationObserver(() => { changed = now(); });
    observer.observe(document, { childList: true, subtree: true });
    const arrivals = new PerformanceObserver((list) => {
      if (list.getEntries().some((one) => one.initiatorType === "script" || one.initiatorType === "link")) changed = now();
    });
    arrivals.observe({ type: "resource" });
    const look = () => {
      const quiet = document.readyState === "complete" && now() - changed >= spec.quiet &&
        withCaches(() => usable().length > 0 && !isBusy());
      if (!quiet && now() - start < spec.limit) return later(look, TICK);
      observer.disconnect();
      arrivals.disconnect();
      return done({ quiet, waited: now() - start, url: location.href });
    };
    look();
  });
}

const USABLE = "a[href],button,input:not([type=hidden]),select,textarea,summary,[contenteditable=true]," +
  "[role=button],[role=link],[role=tab],[role=checkbox],[role=switch],[role=combobox],[role=textbox]," +
  "[role=slider],[role=spinbutton],[role=radio],[role=option],[role=menuitem]";

/** Whether a label belongs to a field that can be used itself: both are one thing. */
const isWrapper = (one) => tagOf(one) === "label" && one.control && isVisible(one.control);

/** The visible interactive elements of the page, and what has a test id of its own. */
function usable() {
  return queryCss(`${USABLE},[data-testid]`).filter((one) => isVisible(one) && !isWrapper(one))
    .filter((one) => one.matches(USABLE) || unique(`[data-testid=${quote(one.dataset.testid)}]`, one));
}

/** What a starter locator file is made of; a field for files may be hidden behind a button. */
function inventory(spec) {
  return withCaches(() => [...usable(), ...queryCss("input[type=file]").filter((one) => !isVisible(one) && !one.disabled)]
    .filter((one) => !unread(one)).slice(0, spec.limit || 200).map((one) => candidate(one)));
}

const OPENERS = "[role=tab],summary,[aria-haspopup]:not([aria-haspopup=false]),[aria-expanded=false],[popovertarget],[commandfor]";
const SUBMITS = /^(submit|image|reset)$/;

/** What says itself that it opens a part of this page, and neither submits a form nor leads to another page. */
function openers() {
  const leads = (one) => one.closest("a[href]") && !/^#/.test(one.closest("a[href]").getAttribute("href"));
  const shut = (one) => one.getAttribute("role") !== "tab" || one.getAttribute("aria-selected") !== "true";
  const kindOf = (one) => (one.getAttribute("role") === "tab" ? "tab" : tagOf(one) === "summary" ? "details" : "dialog");
  return withCaches(() => queryCss(OPENERS).filter((one) => isVisible(one) && isEnabled(one) && shut(one) && !leads(one) &&
    !unread(one) && !isField(one) && !(one.form && SUBMITS.test(one.type))).map((one) => ({
    ...sketch(one), ...placeOf(one), kind: kindOf(one), selector: waysTo(one, sketch(one))[0]?.selector || "",
  })));
}

const POPUPS = `${DIALOG},[role=menu],[role=listbox],[popover]:popover-open,[aria-expanded=true][aria-haspopup]`;

/** What lies open over the page: dialogs, menus and lists. */
const openNow = () => queryCss(POPUPS).filter(isVisible).map((one) => namedBy(one));

/** Load the page as it was before something was opened. */
function comeBack(spec) {
  if (location.href === spec.url) location.reload();
  else location.href = spec.url;
  return true;
}

/** What a reader sees of an element: cells and lines apart, nothing that is hidden; as Browser's `Get Text` reads it. */
const readOf = (element) =>
  (isField(element) || element.innerText === undefined ? textOf(element, 2000) : words(element.innerText).slice(0, 2000));

/** What an element of a list says: its text or value, and where it leads or what it shows. */
function item(element) {
  const value = isField(element) && "value" in element && !/^(password|button|submit|reset)$/.test(element.type) ? element.value : "";
  const media = /^(img|video|audio|source|iframe)$/.test(tagOf(element)) ? element : element.querySelector("img,video,audio");
  return {
    element: numberOf(element), text: value || readOf(element), href: element.href ? String(element.href) : "",
    src: media ? String(media.currentSrc || media.src || "").slice(0, 2000) : "",
  };
}

/** All visible elements of the first selector that has any. */
function list(spec) {
  return withCaches(() => {
    const answer = { index: null, items: [], url: location.href, elsewhere: misplaced(spec.declared, null, spec.top), place: placeNow() };
    if (answer.elsewhere) return answer;
    for (const [index, one] of spec.selectors.entries()) {
      const found = foundBy(one).filter(isVisible);
      if (found.length) return { ...answer, index, items: found.map(item) };
    }
    return answer;
  });
}

/** The elements of given selectors, as numbers: for drivers that let Playwright find them elsewhere. */
function register(found) {
  return found.map(numberOf);
}

/** Selectors that cannot be understood, each with the reason. */
function validate(spec) {
  if (!playwright) return spec.selectors.map(() => null); // without its engines nobody here can judge
  return spec.selectors.map((selector) => {
    try {
      query(selector);
      return null;
    } catch (error) {
      return String(error.message || error).split("\n")[0];
    }
  });
}

/** What the options of a list are called. */
function optionsOf(spec) {
  const found = foundBy(spec).find((one) => tagOf(one) === "select");
  return [...(found?.options || [])].slice(0, SHOWN_OPTIONS).map((one) => words(one.label));
}

const SHOWN_OPTIONS = 40;

const commands = {
  locate,
  rank,
  health,
  inventory,
  openers,
  open: openNow,
  return: comeBack,
  settle,
  list,
  register,
  validate,
  options: optionsOf,
  ways: (spec) => withCaches(() => spec.elements.map(elementOf).map((one) => (one ? waysTo(one, sketch(one)) : []))),
  fingerprints: (spec) => withCaches(() => spec.elements.map(elementOf).map((one) => one && fingerprint(one))),
  describe: (spec) => foundBy(spec).slice(0, SHOWN).map((one) => withCaches(() => candidate(one))),
};
