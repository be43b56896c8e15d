// The setting of an element: what stands around it, and which tabs are open. Two elements of one name differ in it.

const RINGS = 8; // ancestors looked at
const RING_NODES = 80; // nodes read in each
const RING_TEXTS = 4; // texts kept of each sort
const SETTING_TEXTS = 14;
const TITLES = "h1,h2,h3,h4,h5,h6,[role=heading],legend,summary,label,caption,th,[role=columnheader]";
const CONTROLS = "a,button,[role=button],[role=link],[role=tab],[role=option],[role=menuitem],[role=checkbox],[role=radio],[role=switch]";
const NAMED_GROUPS = /^(dialog|alertdialog|listbox|menu|menubar|group|radiogroup|region|form|toolbar|tabpanel|grid|table|tree|article|listitem|row)$/;
const ROWS = "tr,[role=row],li,[role=listitem],article,[role=article]"; // one of many: what is in it is data
const LANDMARKS = "nav,header,footer,aside,[role=navigation],[role=banner],[role=contentinfo],[role=complementary]";

const shown = (element) => (element.checkVisibility ? element.checkVisibility({ visibilityProperty: true }) : isVisible(element));

/** What a group says it is called. */
function groupName(group) {
  const label = words(group.getAttribute("aria-label"));
  const by = !label && group.getAttribute("aria-labelledby");
  const role = group.getAttribute("role") || { dialog: "dialog", fieldset: "group", form: "form", section: "region", table: "table" }[tagOf(group)];
  if (!(label || by) || !NAMED_GROUPS.test(role || "")) return "";
  return (label || words(by.split(/\s+/).map((id) => group.getRootNode().getElementById?.(id)?.textContent || "").join(" "))).slice(0, 60);
}

/** The texts of one ring: titles `t`, controls `c`, and what is data `d`, without the part that is known already. */
function ringOf(group, inside) {
  const found = { t: [], c: [], d: [] };
  const walker = document.createTreeWalker(group, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (node === inside) return NodeFilter.FILTER_REJECT;
    if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
    if (/^(script|style|template|noscript)$/.test(tagOf(node)) || node.ariaHidden === "true") return NodeFilter.FILTER_REJECT;
    return NodeFilter.FILTER_ACCEPT;
  });
  const add = (sort, element, text) => {
    if (text && found[sort].length < RING_TEXTS && !found[sort].includes(text) && shown(element)) found[sort].push(text);
  };
  let node = walker.nextNode();
  for (let count = 0; node && count < RING_NODES; count += 1) {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = words(node.data).slice(0, 60);
      if (text) add("d", node.parentElement || group, text);
      node = walker.nextNode();
      continue;
    }
    const sort = node.matches(TITLES) ? "t" : node.matches(CONTROLS) ? "c" : isField(node) || node.isContentEditable ? "f" : "";
    if (sort === "f") add("t", node, labelOf(node) || hintOf(node) || words(node.getAttribute("placeholder")).slice(0, 60)); // never its value
    else if (sort && !node.contains(inside)) add(sort, node, words(node.getAttribute("aria-label")) || startOf(node, 60));
    node = sort && !node.contains(inside) ? walker.nextSibling() || afterParent(walker) : walker.nextNode();
  }
  return found;
}

function afterParent(walker) {
  while (walker.parentNode()) {
    const next = walker.nextSibling();
    if (next) return next;
  }
  return null;
}

/** Texts around an element, nearest first: [steps up, sort, text]; `n` is the name of a group around it. */
function nearOf(element) {
  const near = [];
  let inside = element;
  for (let one = parentOf(element), depth = 1; one && depth <= RINGS && near.length < SETTING_TEXTS; one = parentOf(one), depth += 1) {
    const ring = once("ring", inside, () => ringOf(inside.getRootNode() === one.getRootNode() ? one : one.shadowRoot || one, inside));
    const name = groupName(one);
    if (name) near.push([depth, one.matches(ROWS) ? "d" : "n", name]);
    for (const sort of ["t", "c", "d"]) near.push(...ring[sort].map((text) => [depth, sort, text]));
    if (one.matches(DIALOG) || one === document.body) break;
    inside = one;
  }
  return near.slice(0, SETTING_TEXTS);
}

/** Whether an element is in a row of data, and not in a menu. */
const inRow = (element) => Boolean(around(element, ROWS)) && !around(element, `${LANDMARKS},[role=menu],[role=tablist],[role=listbox]`);

/** The box of what a strip of tabs switches: the nearest one that shows more than the strip. */
function scopeOf(strip) {
  const bare = (one) => one.textContent.replace(/\s+/g, "");
  let scope = parentOf(strip);
  while (scope && scope !== document.body && bare(scope) === bare(strip)) scope = parentOf(scope);
  return scope;
}

/** Whether an element calls itself, or what it is in, by a class that says tabs. */
const saysTabs = (one) => /(^|[\s_-])tabs?([\s_-]|$)/i.test(String(one.getAttribute("class") || ""));

/** Whether a class says that one of several is chosen: `active`, `is-active`, `t-is-active`, `tab--selected`. */
const saysChosen = (one) => /(^|[\s_-])(active|selected|current)(\s|$)/i.test(String(one.getAttribute("class") || ""));

/** Whether a tab, or the link that is all it holds, says that it is chosen. */
const isChosen = (tab) => saysChosen(tab) || (tab.children.length === 1 && saysChosen(tab.firstElementChild));

/** Strips of tabs that have no roles: brothers of one tag, of which the class of one alone says that it is chosen. */
const classTabs = () => queryCss("[class*=active],[class*=selected],[class*=current]").filter((one) =>
  saysChosen(one) && !one.hasAttribute("role") && one.parentElement && startOf(one, 60) &&
  [one, one.parentElement, one.parentElement.parentElement].some((box) => box && saysTabs(box))).map((one) =>
  (one.parentElement.children.length === 1 ? one.parentElement : one)).filter((tab) =>
  tab.parentElement && tab.parentElement.children.length > 1 &&
  [...tab.parentElement.children].every((other) => other === tab || (other.tagName === tab.tagName && !isChosen(other))))
  .map((tab) => tab.parentElement);

/** Names of the tabs that are open and shut where an element is inside of what they switch. */
function switchedBy(element) {
  const open = [];
  const shut = [];
  if (around(element, LANDMARKS) || around(element, "[role=tablist]")) return { open, shut };
  const strips = once("strips", document, () => queryCss("[role=tablist],nav,[role=navigation]").filter(shown).slice(0, 6));
  const bare = once("class strips", document, () => classTabs().filter((one) => shown(one) && !strips.some((strip) => strip.contains(one))).slice(0, 6));
  for (const strip of [...strips, ...bare]) {
    if (strip.contains(element) || !scopeOf(strip)?.contains(element)) continue;
    const tabs = (bare.includes(strip) ? [...strip.children] :
      [...strip.querySelectorAll("[role=tab],[aria-current]:not([aria-current=false]),a[href],button")]).slice(0, SHOWN_TABS);
    const says = (tab) => tab.getAttribute("aria-selected") === "true" || !/^(false)?$/.test(tab.getAttribute("aria-current") || "");
    const byClass = bare.includes(strip) || (strip.matches("[role=tablist]") && !tabs.some(says));
    const chosen = byClass ? isChosen : says;
    if (!tabs.some(chosen)) continue;
    for (const tab of tabs) (chosen(tab) ? open : shut).push(words(tab.getAttribute("aria-label")) || startOf(tab, 60));
  }
  return { open, shut };
}

/** Whether an element is in a box that floats over the page. */
function floats(element) {
  for (let one = element; one && one !== document.body; one = parentOf(one)) {
    if (/^(fixed|sticky)$/.test(getComputedStyle(one).position)) return true;
  }
  return false;
}

/** Most fields of a form that signs in or up: name, password, its repetition, a code, two boxes to tick. */
const LOGIN_FIELDS = 6;

/** Whether an element belongs to a form that asks for a password and for little else: others have a password among their data. */
function atLogin(element) {
  const form = element.closest("form");
  if (!form || inRow(element) || !form.querySelector("input[type=password]") || form.querySelector("textarea,input[type=file],[contenteditable=true]")) return false;
  return form.querySelectorAll("input:not([type=hidden],[type=submit],[type=button],[type=reset],[type=image]),select").length <= LOGIN_FIELDS;
}

/** Whether an element is at the foot of the page, where links and headings of the page are repeated. */
function atFoot(element) {
  const foot = around(element, "footer,[role=contentinfo]");
  return Boolean(foot) && !around(foot, `${DIALOG},form,article,aside,li,td`);
}

function settingOf(element) {
  return once("setting", element, () => ({
    near: nearOf(element), ...switchedBy(element), floats: floats(element), login: atLogin(element), row: inRow(element),
    foot: atFoot(element),
  }));
}

/** How many steps up another element that looks the same is in the same box: what is beyond says nothing of either. */
function apartOf(element, twins) {
  const others = twins.filter((one) => one !== element);
  for (let one = parentOf(element), depth = 1; one && depth <= RINGS && others.length; one = parentOf(one), depth += 1) {
    const box = one;
    if (others.some((other) => box.contains(other))) return depth;
  }
  return 0;
}

/** What of a setting is expected to stay: titles and names; what is data counts only where nothing else tells elements apart. */
const stable = (setting, data) => {
  const beside = Math.min(...setting.near.filter((one) => one[1] === "c").map((one) => one[0]));
  const stays = ([depth, sort]) => /[nt]/.test(sort) || (sort === "c" && depth === beside);
  return [setting.near.filter((one) => data || setting.row || stays(one)), setting.open, setting.floats, setting.login, setting.foot];
};

/** What tells whether the same node still stands for the same thing: pages reuse the nodes of rows, buttons and tabs. */
function signatureOf(element) {
  return JSON.stringify([startOf(element, 120), ...["aria-label", "href", "title", "placeholder", "value"].map((name) =>
    (name === "value" && isField(element) ? "" : element.getAttribute(name))), stable(settingOf(element), true)]);
}
