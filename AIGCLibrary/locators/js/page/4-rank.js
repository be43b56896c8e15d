// Near misses: the elements of the page that come nearest to a lost target, each with new gold, silver and bronze.

const LIMIT = 4000; // elements looked at
const POOL = 24; // candidates described in full
const NAMED_ABOVE = 8; // wrappers looked at for a name

const letters = (text) => words(text).toLowerCase();

const bags = new Map(); // text -> its words, counted; kept for one ranking

/** The words of a text, counted; letters for scripts without spaces. */
function bagOf(text) {
  if (!bags.has(text)) {
    const low = letters(text);
    const cut = /[\u3040-\u9fff]/.test(low) ? [...low.replace(/\s/g, "")] : low.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    const counts = new Map();
    for (const word of cut) counts.set(word, (counts.get(word) || 0) + 1);
    bags.set(text, { low, counts, size: cut.length });
  }
  return bags.get(text);
}

/** Part of the words two texts share (Dice). */
function overlap(a, b) {
  if (!a || !b) return 0;
  const [one, two] = [bagOf(a), bagOf(b)];
  if (one.low === two.low) return 1;
  let shared = 0;
  for (const [word, count] of one.counts) shared += Math.min(count, two.counts.get(word) || 0);
  return shared ? (2 * shared) / (one.size + two.size) : 0;
}

const best = (texts, ...mine) => Math.max(0, ...texts.flatMap((text) => mine.map((own) => overlap(text, own))));
const tokens = (value) => String(value || "").split(/[^a-zA-Z0-9]+|(?<=[a-z])(?=[A-Z])/).filter(Boolean).join(" ");

/** A rough first sieve; the calibrated model decides among what passes. */
function roughly(profile, one) {
  const texts = profile.texts || [];
  let score = 4 * best(texts, one.name, one.text, one.label, one.placeholder);
  score += 1.5 * best(profile.keys || [], tokens(one.testid), tokens(one.id), tokens(one.html_name));
  if (profile.tag) score += profile.tag === one.tag ? 1 : 0;
  if (profile.role) score += profile.role === one.role ? 1.5 : 0;
  if (profile.type) score += profile.type === one.type ? 0.5 : 0;
  if (profile.files) score += one.type === "file" ? 4 : 0;
  if (profile.id && profile.id === one.id) score += 1.5;
  if (profile.html_name && profile.html_name === one.html_name) score += 2;
  if (profile.href && profile.href === one.href) score += 1.5;
  if (profile.classes?.length) score += 0.5 * overlap(profile.classes.join(" "), one.classes.join(" "));
  return score;
}

const quote = (text) => JSON.stringify(text);

/** Whether an element is the only one to be seen among those found; it ends at the first other one. */
const onlyOne = (found, element) => found.includes(element) && !found.some((one) => one !== element && isVisible(one));

/** A field for files is used hidden: a button in front of it opens the same choice. */
const isFileField = (element) => tagOf(element) === "input" && element.type === "file";

const usableNow = (element) => isVisible(element) || isFileField(element);

function unique(selector, element) {
  try {
    return usableNow(element) && onlyOne(query(selector), element);
  } catch {
    return false;
  }
}

/** Ids and classes that a build or a framework made; they are gone with the next one. */
const generated = (name) =>
  /[0-9a-f]{6,}|\d{4,}|^:r|[_-]{2,}\w{4,}$|^(css|sc|jss|mui|radix|reka|headlessui|react-aria|svelte|emotion|astro)-|(^|-)v-\d|[a-z][A-Z0-9]{2,}[a-z]|\d[a-z]+\d/.test(name);

/**
 * A text as a locator file should hold it, and as a selector says it: without what changes by itself. A counter becomes
 * any number, an invisible character may be there or not; any other text stays as it is, quoted.
 */
function lasting(text) {
  const shown = String(text).replace(/\s+/g, " ").trim();
  if (!/[\u00ad\u200b-\u200f\u2060\ufeff\ue000-\uf8ff]|[([（]\s*\d+\s*[)\]）]/.test(shown)) return [shown, quote(shown)];
  const pattern = shown
    .replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
    .replace(/\s*[\ue000-\uf8ff]+\s*$|^\s*[\ue000-\uf8ff]+\s*/g, ".{0,3}")
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff\ue000-\uf8ff]+/g, ".?")
    .replace(/(\\[([]|（)\s*\d+\s*(\\[)\]]|）)/g, "$1\\d+$2");
  return [`/^${pattern}$/`, `/^${pattern}$/`];
}

const MARKS = "[\\s*＊:：]*";
const REQUIRED = "([(（\\[]?([Rr]equired|[Oo]ptional|必填|选填|可选)[)）\\]]?)?";

/** A label without the star, colon or word by which forms say what must be filled. */
const bareLabel = (label) => label.replace(new RegExp(`^${MARKS}|${MARKS}${REQUIRED}${MARKS}$`, "g"), "") || label;

/** The same pattern as `strategies.label_pattern` writes. */
const labelPattern = (name) => {
  const plain = name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/\s+/g, "\\s+");
  const body = plain.replace(/["'`>]/g, (one) => `\\x${one.charCodeAt(0).toString(16)}`);
  return `/^${MARKS}(${body})${MARKS}${REQUIRED}${MARKS}$/`;
};

/** CSS through the nearest wrapper with a name: component libraries put ids and test ids there. */
function insideOf(element, one, valued) {
  const kind = one.tag === "input" && element.type ? `input[type=${quote(element.type)}]` : one.tag;
  const alone = (css) => onlyOne(queryCss(css), element); // cheap; Playwright's engine checks what passes as well
  for (let around = parentOf(element), depth = 0; around && depth < NAMED_ABOVE; around = parentOf(around), depth += 1) {
    const testid = around.dataset?.testid;
    const named = around.id && !generated(around.id) ? `#${CSS.escape(around.id)}` :
      testid && !generated(testid) ? `[data-testid=${quote(testid)}]` : "";
    const css = named && [one.tag, one.tag + valued, kind].map((last) => `${named} ${last}`).find(alone);
    if (css) return [css];
  }
  return [];
}

/** Classes of a state, which are gone with the next click. */
const passing = (name) =>
  /^(is-|has-)?(active|selected|current|checked|disabled|enabled|open|opened|closed|expanded|collapsed|focus(ed)?|hover(ed)?|loading|visible|hidden|show|shown|dirty|pristine|touched|untouched|valid|invalid|empty|error)$/.test(name);

/** Ids and names that count: they are another element's when one is added before. */
const counting = (name) => /[-_:.]\d+([-_:.]|$)/.test(name);

/** Ways to find an element, best first: the YAML of a tier and the selector, each checked on this page. */
function waysTo(element, one) {
  const ways = [];
  // One good way a tier is enough; each check walks the page.
  const add = (tier, yaml, selector) => {
    if (!ways.some((way) => way.tier === tier) && unique(selector, element)) ways.push({ tier, yaml, selector });
  };
  for (const name of TEST_IDS) {
    const value = element.getAttribute(name);
    if (value) add("gold", name === "data-testid" ? { testid: value } : { attribute: name, value }, `[${name}=${quote(value)}]`);
  }
  if (playwright) {
    const label = bareLabel(one.label || "");
    const byLabel = () => label && add("silver", { label }, `internal:label=${labelPattern(label)}`);
    if (one.role && one.name && !/^(generic|none|presentation)$/.test(one.role)) {
      const full = playwright.utils.getElementAccessibleNameText(element, false);
      const [name, said] = lasting(full);
      if (bareLabel(full) === label && full !== label) byLabel(); // a star or colon in a name is gone with the style
      add("silver", { role: one.role, name }, `role=${one.role}[name=${said}]`);
    }
    byLabel();
    if (one.placeholder) add("silver", { placeholder: one.placeholder }, `[placeholder=${quote(one.placeholder)}]`);
    if (one.text && one.text.length <= 60) {
      const [text, said] = lasting(element.textContent);
      add("silver", { text }, `text=${said}`);
    }
    if (one.title) add("silver", { title: one.title }, `[title=${quote(one.title)}]`);
    if (one.alt) add("silver", { alt: one.alt }, `[alt=${quote(one.alt)}]`);
  }
  const marks = [];
  const value = /^(radio|checkbox)$/.test(element.type) && element.getAttribute("value");
  const valued = value ? `[value=${quote(value)}]` : "";
  if (one.id && !generated(one.id) && !counting(one.id)) marks.push(`#${CSS.escape(one.id)}`);
  if (one.html_name && !counting(one.html_name)) {
    if (valued) marks.push(`${one.tag}[name=${quote(one.html_name)}]${valued}`);
    marks.push(`${one.tag}[name=${quote(one.html_name)}]`);
  }
  if (one.href && !/^(#|javascript:)/.test(one.href)) marks.push(`a[href=${quote(one.href)}]`);
  for (const css of marks) add("bronze", { css }, css);
  if (!ways.some((way) => way.tier === "bronze")) {
    const classes = one.classes.filter((name) => !generated(name) && !passing(name));
    for (const css of [...insideOf(element, one, valued), ...classes.map((name) => `${one.tag}.${CSS.escape(name)}`)])
      add("bronze", { css }, css);
  }
  if (!ways.length && playwright) { // the dearest one, and the first to break
    const css = playwright.generateSelector(element, { noText: true, testIdAttributeName: "data-aigc-none" }).selector;
    // A place in a row says nothing of the element: the next one that is added before it takes it over.
    if (!/^internal:|data-test|data-qa|data-cy|>> nth=/.test(css)) add("bronze", { css }, css);
  }
  return ways;
}

/** A full description of an element. */
function candidate(element, drawn = null) {
  const one = fingerprint(element, drawn);
  return { ...one, element: numberOf(element), enabled: isEnabled(element), ways: waysTo(element, one) };
}

function candidatesOf(profile) {
  const extra = /^[a-z][a-z0-9-]*$/.test(profile.tag || "") ? `,${profile.tag}` : "";
  const marks = (profile.marks || []).map((mark) => `,[id*=${quote(mark)} i],[class*=${quote(mark)} i]`).join("");
  const found = queryCss(INTERACTIVE + extra + marks).filter((one) => !unread(one));
  return (profile.files ? found.filter((one) => !isFileField(one)).concat(queryCss("input[type=file]")) : found).slice(0, LIMIT);
}

/** Copies that nobody is meant to use, such as those by which a row of tabs measures itself. */
const unread = (element) => Boolean(element.closest("[aria-hidden=true],[inert]")) || isTransparent(element);

/** Whether nobody can see an element, though it has its place; the fields under drawn boxes and switches are made so. */
const isTransparent = (element) => !element.matches("input,select,textarea") && element.checkVisibility?.() === true &&
  !element.checkVisibility({ opacityProperty: true });

/** The first rows whose element can be seen: to ask that of all of them is the dearest part. */
function firstSeen(rows, count, files) {
  const seen = [];
  for (const row of rows) {
    if (seen.length === count) break;
    if (isVisible(row.element) || (files && isFileField(row.element))) seen.push(row);
  }
  return seen;
}

function rank(spec) {
  const { profile } = spec;
  bags.clear();
  return withCaches(() => {
    // Exact names are dear: the sieve works with what can be read off, and only what passes it is looked at closely.
    const drawn = candidatesOf(profile).map((element) => ({ element, rough: roughly(profile, sketch(element, hintOf)) }));
    drawn.sort((a, b) => b.rough - a.rough);
    return firstSeen(drawn, spec.pool || POOL, profile.files).map(({ element, rough }) => ({
      ...fingerprint(element), element: numberOf(element), enabled: isEnabled(element), rough,
    }));
  });
}
