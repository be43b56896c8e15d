// Elements: found by Playwright's engines where they are at hand, named, numbered, and seen or not.

const INTERACTIVE =
  "a[href],button,input:not([type=hidden]),select,textarea,summary,[contenteditable='']," +
  "[contenteditable=true],[role],[tabindex],[onclick],[data-testid],label,video,audio";
// Tags that can have a role without saying so (HTML-AAM); other roles are looked for in the whole tree.
const ROLE_TAGS = {
  button: "button,input,summary", link: "a,area", textbox: "input,textarea", searchbox: "input",
  combobox: "select,input", listbox: "select,datalist", checkbox: "input", radio: "input", slider: "input",
  spinbutton: "input", heading: "h1,h2,h3,h4,h5,h6", option: "option", progressbar: "progress",
  list: "ul,ol,menu", listitem: "li", table: "table", row: "tr", navigation: "nav", main: "main",
  dialog: "dialog", article: "article", status: "output", tab: "", tabpanel: "", tablist: "", menu: "",
  menuitem: "", menubar: "", switch: "", alert: "", alertdialog: "", tree: "", treeitem: "", tooltip: "",
  toolbar: "", radiogroup: "", grid: "", feed: "", log: "", timer: "",
};
const HAS_ROLE = Object.fromEntries(
  Object.entries(ROLE_TAGS).map(([role, tags]) => [role, tags ? `${tags},[role]` : "[role]"]));

const playwright = injected && injected.utils ? injected : null;
const builtins = (playwright && playwright.utils.builtins) || {};
const later = builtins.setTimeout || setTimeout.bind(globalThis);
const noLater = builtins.clearTimeout || clearTimeout.bind(globalThis);
const clock = builtins.performance || performance;
const now = () => clock.now();

const numbers = new WeakMap();
const elements = new Map(); // number -> WeakRef, for what is asked again
let lastNumber = 0;

/** A number that stands for the element as long as the document lives. */
function numberOf(element) {
  if (!numbers.has(element)) {
    numbers.set(element, (lastNumber += 1));
    elements.set(lastNumber, new WeakRef(element));
  }
  return numbers.get(element);
}

const elementOf = (number) => elements.get(number)?.deref() || null;

const tagOf = (element) => String(element.tagName || "").toLowerCase();

/** What was found out in this look; a look ends before the page can change. */
let known = null;

const once = (kind, key, make) => {
  if (!known) return make();
  if (!known.has(kind)) known.set(kind, new Map());
  const kept = known.get(kind);
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key);
};

/** All open shadow roots below a root, in document order. */
function shadowRoots(root) {
  return once("shadow roots", root, () => {
    const found = [];
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) found.push(one.shadowRoot, ...shadowRoots(one.shadowRoot));
    }
    return found;
  });
}

/** Elements that match plain CSS, through open shadow roots. */
function queryCss(css, root = document) {
  const found = [...root.querySelectorAll(css)];
  for (const shadow of shadowRoots(root)) found.push(...shadow.querySelectorAll(css));
  return found;
}

function queryXPath(expression) {
  const result = document.evaluate(expression, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  return Array.from({ length: result.snapshotLength }, (_, index) => result.snapshotItem(index)).filter(
    (node) => node.nodeType === Node.ELEMENT_NODE);
}

/** Whether a role can be asked for: Playwright's engine fails on an <input> in an <svg> that has no type and says no role. */
function hasType(element) {
  if (tagOf(element) !== "input" || "type" in element) return true;
  try {
    return Boolean(playwright && playwright.utils.getAriaRole(element));
  } catch {
    return false;
  }
}

const parsedSelectors = new Map();

function parsed(selector) {
  if (!parsedSelectors.has(selector)) parsedSelectors.set(selector, playwright.parseSelector(selector));
  return parsedSelectors.get(selector);
}

/** CSS of a selector that is nothing but CSS as browsers know it; empty where Playwright's own words are in it. */
function plainCss(whole) {
  const [part] = whole.parts;
  if (whole.parts.length > 1 || part.name !== "css" || typeof part.source !== "string") return "";
  return part.body.every((one) => one.simples.every((simple) => !simple.selector.functions.length)) ? part.source : "";
}

/** Elements of plain CSS by the browser itself; null where its answer may differ: a selector may lead into a shadow root. */
function native(whole) {
  const css = plainCss(whole);
  if (!css || shadowRoots(document).length) return null;
  try {
    return [...document.querySelectorAll(css)];
  } catch {
    return null; // Playwright tells what is wrong
  }
}

/** The name a role selector asks for, where it must be equal. */
function askedName(part) {
  const said = String(part.body).match(/\[name="([^"\\]*)"(s?)\]/);
  return said && (part.name === "role" || said[2]) ? flat(said[1]) : "";
}

const flat = (text) => text.replace(/[\u200b\u00ad]/g, "").replace(/\s+/g, " ").trim().toUpperCase();
const NAMED_BY_TEXT = /^(a|button|h[1-6]|li|td|th|div|span|p|summary)$/;

/** Elements that a label is for; they are called by it. */
const labelled = () => once("labelled", document, () =>
  new Set(queryCss("label").map((label) => label.control).filter(Boolean)));

/** Text that must be part of what an element is called; empty where nothing is certain. */
function surePart(element) {
  if (element.firstElementChild || element.shadowRoot || !NAMED_BY_TEXT.test(tagOf(element))) return "";
  if (["aria-label", "aria-labelledby", "aria-owns", "title"].some((name) => element.hasAttribute(name))) return "";
  if (labelled().has(element) || !/^(normal|none)$/.test(getComputedStyle(element).content)) return "";
  return flat(element.textContent);
}

/** Whether an element's own text rules a name out, which saves the computation of its accessible name. */
const calledOtherwise = (element, name) => !name.includes(once("sure part", element, () => surePart(element)));

/** Elements of a Playwright selector. Throws for a selector that cannot be understood. */
function query(selector) {
  if (!playwright) {
    if (selector.startsWith("xpath=")) return queryXPath(selector.slice(6));
    return queryCss(selector.replace(/^css=/, ""));
  }
  const whole = parsed(selector);
  const last = whole.parts[whole.parts.length - 1];
  const role = /role$/.test(last.name) && String(last.body).match(/^\s*([a-z]+)/i)?.[1].toLowerCase();
  if (!role || whole.capture !== undefined) return native(whole) || playwright.querySelectorAll(whole, document);
  const css = HAS_ROLE[role] || "*";
  const before = whole.parts.slice(0, -1);
  const roots = before.length ? playwright.querySelectorAll({ parts: before }, document) : [document];
  const name = askedName(last);
  const possible = (one) => hasType(one) && !(name && calledOtherwise(one, name));
  const engine = playwright._engines.get(last.name);
  const found = new Set();
  // Playwright's role engine decides; it is only spared the elements that cannot have the role or the name.
  const decide = (pool) => {
    try {
      return engine.queryAll({ querySelectorAll: () => pool }, last.body);
    } catch (error) {
      // It continues into the shadow roots of what it is given, and fails there on what was left out here.
      if (!pool.some((one) => one.shadowRoot)) throw error;
      return engine.queryAll({ querySelectorAll: () => pool.filter((one) => !one.shadowRoot) }, last.body);
    }
  };
  for (const root of roots) {
    for (const element of decide(queryCss(css, root.shadowRoot || root).filter(possible))) found.add(element);
    if (root.shadowRoot)
      for (const element of decide([...root.querySelectorAll(css)].filter(possible))) found.add(element);
  }
  return [...found];
}

/** Run work while Playwright keeps its accessibility caches, which makes many names cheap. */
function withCaches(work) {
  const outer = known;
  known = outer || new Map();
  try {
    return playwright ? inPlaywright(work) : work();
  } finally {
    known = outer;
  }
}

function inPlaywright(work) {
  let result;
  const scope = { querySelectorAll: () => ((result = work()), []) };
  playwright._evaluator.begin();
  try {
    playwright._engines.get("role").queryAll(scope, "button");
  } finally {
    playwright._evaluator.end();
  }
  return result;
}

function isVisible(element) {
  if (playwright) return playwright.utils.isElementVisible(element);
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return style.visibility === "visible" && element.checkVisibility() && box.width > 0 && box.height > 0;
}

function isEnabled(element) {
  if (playwright) return playwright.elementState(element, "enabled").matches;
  return !element.matches(":disabled,[aria-disabled=true]");
}

/** Why an element cannot be seen, for a message. */
function hiddenBecause(element) {
  for (let one = element; one; one = one.parentElement || one.getRootNode().host) {
    const style = getComputedStyle(one);
    if (style.display === "none") return one === element ? "display: none" : `<${tagOf(one)}> around it has display: none`;
    if (style.visibility !== "visible") return `visibility: ${style.visibility}`;
  }
  const box = element.getBoundingClientRect();
  return `size ${Math.round(box.width)} × ${Math.round(box.height)} px`;
}

const IMPLICIT = {
  a: "link", button: "button", select: "combobox", textarea: "textbox", summary: "button", h1: "heading",
  h2: "heading", h3: "heading", img: "img", nav: "navigation", main: "main", option: "option", li: "listitem",
};
const INPUT_ROLES = {
  button: "button", submit: "button", reset: "button", image: "button", file: "button", checkbox: "checkbox",
  radio: "radio", range: "slider", number: "spinbutton", search: "searchbox",
};

function roleOf(element) {
  if (!hasType(element)) return "";
  if (playwright) return playwright.utils.getAriaRole(element) || "";
  const said = (element.getAttribute("role") || "").trim().split(/\s+/)[0];
  if (said) return said;
  return tagOf(element) === "input" ? INPUT_ROLES[element.type] || "textbox" : IMPLICIT[tagOf(element)] || "";
}

/** The first words of what is in an element; of a long text no more is read than is returned. */
function startOf(element, limit) {
  if (!element.firstElementChild) return words(element.textContent).slice(0, limit);
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let text = "";
  while (texts.nextNode()) {
    text += texts.currentNode.data;
    if (text.length > limit && words(text).length > limit) break;
  }
  return words(text).slice(0, limit);
}

/** Letters nobody reads: soft hyphens, marks of direction, and the pictures of an icon font. */
const words = (text) => String(text || "").replace(/[\u00ad\u200b-\u200f\ufeff\ue000-\uf8ff]/g, "").replace(/\s+/g, " ").trim();

const FIELD_ROLES = /^(textbox|searchbox|combobox|listbox|spinbutton|slider)$/;

/** Whether an element holds a value, whatever it is made of: what is written inside is the value and no name. */
const isField = (element) => /^(input|select|textarea)$/.test(tagOf(element)) ||
  FIELD_ROLES.test((element.getAttribute("role") || "").trim());

/** Text that belongs to an element: of a field none, of anything else what is inside, shortened. */
function textOf(element, limit = 120) {
  const field = isField(element);
  if (field && /^(button|submit|reset)$/.test(element.type)) return words(element.value).slice(0, limit);
  if (field || /^(script|style)$/.test(tagOf(element))) return "";
  return startOf(element, limit);
}

/** The label of a field; of one that is no form control of HTML, what it says it is labelled by. */
function labelOf(element) {
  const labels = [...(element.labels || [])];
  const ids = !labels.length && isField(element) && element.getAttribute("aria-labelledby");
  const root = ids && element.getRootNode();
  const by = ids ? ids.split(/\s+/).map((id) => root.getElementById?.(id)).filter(Boolean) : [];
  return words([...labels, ...by].map((label) => label.textContent).join(" ")).slice(0, 120);
}

function nameOf(element) {
  if (playwright) return words(playwright.utils.getElementAccessibleNameText(element, false)).slice(0, 120);
  const ids = element.getAttribute("aria-labelledby");
  const root = element.getRootNode();
  const by = ids ? ids.split(/\s+/).map((id) => root.getElementById?.(id)?.textContent || "").join(" ") : "";
  return (words(by || element.getAttribute("aria-label")) || labelOf(element) || textOf(element) ||
    words(element.getAttribute("alt") || element.getAttribute("title") || element.getAttribute("placeholder")));
}
