// Where an element is beside its address: the tab that is open, the dialog it is in. And whether that is where it belongs.

const DIALOG = "dialog,[role=dialog],[role=alertdialog],[aria-modal=true]";
const SHOWN_TABS = 20;

const namedBy = (element) => once("place name", element, () =>
  words(element.getAttribute("aria-label")) || (element.hasAttribute("aria-labelledby") ? nameOf(element) : "") ||
  startOf(titleOf(element) || element.querySelector("h1,h2,h3,[role=heading]") || document.createElement("i"), 60));

/** The nearest element around one that matches, through open shadow roots. */
function around(element, css) {
  for (let one = element; one; one = parentOf(one)) if (one.matches(css)) return one;
  return null;
}

/** The tabs of the page that can be seen: what each is called, and whether it is the one that is open. */
const tabsOf = () => once("tabs", document, () =>
  queryCss("[role=tab]").filter(isVisible).slice(0, SHOWN_TABS).map((one) => ({
    name: nameOf(one).slice(0, 60), open: one.getAttribute("aria-selected") === "true", panel: one.getAttribute("aria-controls") || "",
  })));

/** The dialogs that are open, the topmost last. */
const dialogsOf = () => once("dialogs", document, () => queryCss(DIALOG).filter(isVisible));

/** What the tab is called that an element belongs to; empty outside of all panels. */
function tabOf(element) {
  const panel = around(element, "[role=tabpanel]");
  if (!panel) return "";
  const mine = panel.id && tabsOf().find((tab) => tab.panel === panel.id);
  return mine ? mine.name : namedBy(panel).slice(0, 60);
}

/** Where an element is: the tab and the dialog, as far as the page says. */
function placeOf(element) {
  const dialog = around(element, DIALOG);
  return { tab: tabOf(element), dialog: dialog ? namedBy(dialog).slice(0, 60) || "?" : "" };
}

/** Address of a page without its query: the path, and the route of programs that keep it behind the #. */
const routeOf = () => location.pathname + (/^#!?\//.test(location.hash) ? location.hash.replace(/[?].*/, "") : "");

const matches = (patterns, ...texts) => patterns.some((one) => texts.some((text) => new RegExp(one, "u").test(text)));

const seenAny = (selectors) => selectors.some((selector) => {
  if (!playwright && /^(role|text|internal:[a-z]+)=/.test(selector)) return true; // nobody here can look for it
  try {
    return query(selector).some(isVisible);
  } catch {
    return false;
  }
});

const sameName = (asked, now) => words(asked).toLowerCase() === words(now).toLowerCase();

/** Whether the address is one of those asked for; a page in a frame may be meant by the address of the whole page. */
function addressed(patterns, top) {
  const bare = location.origin + location.pathname;
  const others = top ? [top, top.replace(/[?#].*/, ""), new URL(top).pathname] : [];
  return matches(patterns, routeOf(), location.pathname, location.pathname + location.search, bare, location.href, ...others);
}

/** What of the file's own word about the page does not hold; empty when all of it does. */
function undeclared(where, element, top) {
  if (where.url?.length && !addressed(where.url, top)) return "url";
  if (where.title?.length && !matches(where.title, document.title)) return "title";
  const place = element ? placeOf(element) : {};
  if (where.tab?.length) {
    const open = [...tabsOf().filter((tab) => tab.open).map((tab) => tab.name), place.tab].filter(Boolean);
    if (!where.tab.some((asked) => open.some((name) => sameName(asked, name)))) return "tab";
  }
  if (where.dialog?.length) {
    const open = element ? [place.dialog] : dialogsOf().map(namedBy);
    if (!where.dialog.some((asked) => open.some((name) => sameName(asked, name)))) return "dialog";
  }
  if (where.landmark?.length && !seenAny(where.landmark)) return "landmark";
  return "";
}

/** Whether an element calls itself by none of the words the file has for it; one without a name cannot contradict. */
function calledElse(element, known) {
  const own = words([nameOf(element), textOf(element), labelOf(element), element.getAttribute("placeholder")].join(" ")).toLowerCase();
  const chinese = /[\u3040-\u9fff]/;
  if (!own || !known.length || !known.some((word) => chinese.test(word) === chinese.test(own))) return false;
  const bag = bagOf(own).counts;
  return !known.some((word) => (chinese.test(word) ? own.includes(word) : bag.has(word)));
}

/** What of what was learned about the page does not hold; empty when all of it does or nothing is known. */
function unlearned(where, element, top) {
  const here = element ? placeOf(element) : null;
  if (where.tab) {
    const tab = tabsOf().find((one) => sameName(one.name, where.tab));
    if (tab && !tab.open && !(here && sameName(here.tab, where.tab))) return "tab";
    if (here && here.tab && !sameName(here.tab, where.tab) && tab) return "tab";
  }
  if (where.dialog !== undefined && where.dialog !== null) {
    const now = here ? here.dialog : dialogsOf().map(namedBy).find((name) => likeName(name, where.dialog)) || "";
    if (where.dialog && !likeName(where.dialog, now)) return "dialog";
    if (here && !where.dialog && now) return "dialog";
  }
  if (where.routes?.length && !addressed(where.routes, top) && !seenAny(where.witnesses || [])) return "url";
  if (!where.routes?.length && element && where.witnesses?.length && calledElse(element, where.names || []) &&
      !seenAny(where.witnesses)) return "name";
  return "";
}

/** Dialogs carry the name of what they are about: `Edit cat`, `Edit moon`. */
const likeName = (one, other) => Boolean(one) && Boolean(other) && (one === "?" || other === "?" || overlap(one, other) > 0);

/** Why an element is not where the target belongs; empty when it is. */
function misplaced(where, element, top) {
  if (!where) return "";
  return where.declared ? undeclared(where, element, top) : unlearned(where, element, top);
}

/** What a message says of the place: title, tabs and dialog. */
function placeNow() {
  const dialog = dialogsOf().at(-1); // the list is kept for this look
  return {
    title: document.title.slice(0, 80), tab: tabsOf().filter((tab) => tab.open).map((tab) => tab.name).join(", "),
    dialog: dialog ? namedBy(dialog) || "?" : "",
  };
}
