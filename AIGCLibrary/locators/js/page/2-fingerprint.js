// Fingerprints: what identifies an element beside the selector it was found by. Never a value that was typed.

const KEPT = ["name", "type", "placeholder", "title", "alt", "aria-label", "autocomplete", "for"];
const TEST_IDS = ["data-testid", "data-test-id", "data-test", "data-qa", "data-cy"];

function parentOf(element) {
  const root = element.getRootNode();
  return element.parentElement || (root instanceof ShadowRoot ? root.host : null);
}

/** Path from the root: tags, and the position among brothers of the same tag where it matters. */
function pathOf(element) {
  const steps = [];
  for (let one = element; one && steps.length < 40; one = parentOf(one)) {
    steps.unshift(once("step", one, () => stepTo(one)));
  }
  return `/${steps.join("/")}`;
}

function stepTo(element) {
  let place = 0;
  let same = 0;
  for (let one = element.parentElement?.firstElementChild; one; one = one.nextElementSibling) {
    if (one.tagName === element.tagName) same += 1;
    if (one === element) place = same;
  }
  return same > 1 ? `${tagOf(element)}[${place}]` : tagOf(element);
}

/** The heading or legend that a group opens with. */
function titleOf(group) {
  for (let one = group.firstElementChild; one; one = one.nextElementSibling) {
    if (/^(legend|h[123])$/.test(tagOf(one))) return one;
    const inside = tagOf(one) === "header" && one.querySelector("h2");
    if (inside) return inside;
  }
  return null;
}

/** What a field beside an element is called: a button without a name of its own stands beside something that has one. */
const calledBy = (field) => (isField(field) ? (labelOf(field) || hintOf(field)).slice(0, 60) : "");

const FIELDS = "input,select,textarea,[role=slider],[role=spinbutton],[role=combobox],[role=textbox],[role=listbox]";

/** What stands before a field that nobody has labelled: the text to its left, in a box of its own. */
function labelledBy(field) {
  for (let one = parentOf(field), depth = 0; one && depth < 4; one = parentOf(one), depth += 1) {
    for (let before = one.previousElementSibling; before; before = before.previousElementSibling) {
      if (isField(before) || before.querySelector(FIELDS)) return null; // a text there is its own
      if (startOf(before, 60)) return before;
    }
  }
  return null;
}

/** Texts around an element: its group's heading or legend, and what stands before and after it. */
function neighboursOf(element) {
  const found = [];
  const add = (one) => {
    const short = one ? once("start", one, () => startOf(one, 60) || calledBy(one)) : "";
    if (short && !found.includes(short)) found.push(short);
  };
  add(element.previousElementSibling);
  add(element.nextElementSibling);
  if (isField(element) && !found.length && !calledBy(element)) add(labelledBy(element));
  for (let one = parentOf(element), depth = 0; one && depth < 4; one = parentOf(one), depth += 1) {
    const group = one;
    const title = once("title", group, () => titleOf(group));
    if (title && !title.contains(element)) add(title);
  }
  return found.slice(0, 4);
}

function ancestorsOf(element) {
  const found = [];
  for (let one = parentOf(element); one && found.length < 4; one = parentOf(one)) {
    const role = one.getAttribute("role");
    found.push(tagOf(one) + (one.id ? `#${one.id}` : "") + (role ? `[${role}]` : ""));
  }
  return found;
}

function attributesOf(element) {
  const kept = {};
  for (const name of KEPT) if (element.hasAttribute(name)) kept[name] = words(element.getAttribute(name)).slice(0, 120);
  return kept;
}

/** What an element is probably called, read off its attributes and text. */
function hintOf(element) {
  return words(element.getAttribute("aria-label") || element.getAttribute("title") || element.getAttribute("alt")) ||
    (element.hasAttribute("aria-labelledby") ? nameOf(element) : "");
}

/** What an element shows by itself, without its surroundings; cheap enough for every candidate of a page. */
function sketch(element, named = nameOf) {
  const kept = attributesOf(element);
  const href = element.getAttribute("href");
  return {
    tag: tagOf(element),
    type: tagOf(element) === "input" ? String(element.type) : kept.type || "",
    role: roleOf(element),
    name: named(element),
    text: textOf(element),
    label: labelOf(element),
    placeholder: kept.placeholder || "",
    title: kept.title || "",
    alt: kept.alt || "",
    id: element.id || "",
    html_name: kept.name || "",
    testid: TEST_IDS.map((name) => element.getAttribute(name)).find(Boolean) || "",
    classes: String(element.getAttribute("class") || "").split(/\s+/).filter(Boolean).slice(0, 12),
    href: href ? href.slice(0, 200) : "",
    ...(/^(|true|plaintext-only)$/i.test(element.getAttribute("contenteditable") ?? "no") ? { editable: true } : {}),
  };
}

const TWIN_TAGS = /^(a|button|input|select|textarea|summary|option)$/;
const MOST_TWINS = 400; // elements of one tag; a page with more is a table of data

/** What tells twins from others: tag, kind, and name, without numbers. */
const twinKey = (element) => once("twin", element, () => {
  const name = hintOf(element) || (isField(element) ? calledBy(element) : startOf(element, 60));
  const type = tagOf(element) === "input" ? element.type : ""; // of a button it is nothing that is seen
  return [tagOf(element), type, element.getAttribute("role"), name.replace(/[\d\s]+/g, " ").trim()].join("|");
});

/** The elements that look the same to a reader; null where that is not asked. */
function alikeOf(element) {
  if (!TWIN_TAGS.test(tagOf(element)) && !element.hasAttribute("role")) return null;
  const pool = once("tag", tagOf(element), () => queryCss(tagOf(element)));
  if (pool.length > MOST_TWINS) return null;
  const key = twinKey(element);
  return pool.filter((one) => one === element || (twinKey(one) === key && isVisible(one)));
}

/** The language the page says an element is in: `en`, `zh`; empty when it says none. */
const languageOf = (element) =>
  (element.closest("[lang]") || document.documentElement).getAttribute("lang")?.split(/[-_]/)[0].toLowerCase() || "";

/** What an icon is drawn of; empty for what has words or a picture of its own. */
const iconOf = (element) => once("icon", element, () => {
  if (startOf(element, 1)) return "";
  const parts = [...element.querySelectorAll("path,use,polygon,polyline,line,circle,rect,i[class],span[class],img[src$='.svg']")].slice(0, 8);
  const drawn = parts.map((one) => ["d", "href", "xlink:href", "points", "src", "cx", "cy", "x1", "y1"].map((name) => one.getAttribute(name)).filter(Boolean).join(" ") ||
    (/^(i|span)$/.test(tagOf(one)) ? one.className : ""));
  return drawn.join("|").slice(0, 400) || String(element.getAttribute("class") || "").split(/\s+/)
    .filter((name) => name && !passing(name) && !generated(name)).join(" ");
});

/** The icon of a button without words, and those of the buttons beside it: they tell which one it is. */
function iconsOf(element) {
  if (element.matches("input,select,textarea") || startOf(element, 1) || !iconOf(element)) return {};
  const beside = [...(element.parentElement?.children || [])].filter((one) => one !== element).slice(0, 12).map(iconOf).filter(Boolean);
  return { icons: { own: digest(iconOf(element)), beside: beside.map(digest) } };
}

/** Whether the name of a form field is that of a group of choices. */
const groupedOf = (element) => {
  if (!/^(radio|checkbox)$/.test(element.type) || !element.name) return {};
  return queryCss(`input[name=${JSON.stringify(element.name)}]`).length > 1 ? { grouped: true } : {};
};

function fingerprint(element, drawn = null) {
  const box = element.getBoundingClientRect();
  const same = alikeOf(element);
  return {
    ...(drawn || sketch(element)),
    path: pathOf(element),
    neighbours: neighboursOf(element),
    ancestors: ancestorsOf(element),
    password: tagOf(element) === "input" && element.type === "password",
    box: [box.left + scrollX, box.top + scrollY, box.width, box.height].map(Math.round),
    page: [innerWidth, document.documentElement.scrollHeight],
    language: languageOf(element),
    twins: same && [same.indexOf(element) + 1, same.length], // its place, and how many there are
    ...placeOf(element),
    ...iconsOf(element),
    ...groupedOf(element),
    setting: { ...settingOf(element), apart: apartOf(element, same || []) },
  };
}

/** A short hash of a text (FNV-1a). */
function digest(text) {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return hash.toString(16);
}

/** Short hash of what should stay the same between two looks at the same page. */
function hashOf(print) {
  const { box, page, neighbours, path, ancestors, language, setting, ...rest } = print;
  // Only what stands beside them tells twins and what has no name apart.
  const alike = (print.twins && print.twins[1] > 1) || !(print.name || print.text || print.label);
  return digest(JSON.stringify([rest, alike ? neighbours : [], stable(setting, alike)]));
}
