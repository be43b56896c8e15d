// Compares the page program's answers with Playwright's own engine on the whole, unfiltered document.
"use strict";

const implOf = (object) => object._connection.toImpl(object);

const COMPARE = ([injected, text]) => {
  const { roles, names } = JSON.parse(text);
  // Playwright's role engine itself fails on an <input> in an <svg>; then there is nothing to compare with.
  const known = (ask) => { try { return ask(); } catch { return null; } };
  const every = injected.querySelectorAll(injected.parseSelector("css=*"), document);
  const seen = new Map();
  for (const element of every) {
    const role = known(() => injected.utils.getAriaRole(element));
    if (!role) continue;
    const found = seen.get(role) || seen.set(role, new Set()).get(role);
    const name = known(() => injected.utils.getElementAccessibleNameText(element, false));
    if (name && name.length < 60 && found.size < names) found.add(name);
  }
  const selectors = [...new Set([...roles, ...seen.keys()])].flatMap((role) => [
    `role=${role}`, `role=${role}[include-hidden]`,
    ...[...(seen.get(role) || [])].flatMap((name) => [
      `role=${role}[name=${JSON.stringify(name)}]`, `internal:role=${role}[name=${JSON.stringify(name.slice(0, 9))}i]`,
      `internal:role=${role}[name=${JSON.stringify(name)}s]`, `role=${role}[name=${JSON.stringify(name.toLowerCase())} i]`,
    ]),
  ]);
  const places = every.filter((_, index) => index % Math.ceil(every.length / 20) === 0);
  for (const one of places) {
    const around = one.parentElement;
    const named = one.id && `#${CSS.escape(one.id)}`;
    const css = [one.localName, named, around && `${around.localName} > ${one.localName}`, `${named || "body"} ${one.localName}`,
      ...[...one.classList].map((name) => `${one.localName}.${CSS.escape(name)}, html`),
      ...one.getAttributeNames().map((name) => `[${CSS.escape(name)}=${JSON.stringify(one.getAttribute(name))}]`)];
    selectors.push(...css.filter(Boolean).map((text) => `css=${text}`));
  }
  const differing = (asked) => {
    const [ours] = injected.aigc.health({ targets: [{ name: "all", selectors: asked.map((selector) => ({ selector })) }] });
    return asked.map((selector, index) => {
      const found = known(() => injected.querySelectorAll(injected.parseSelector(selector), document));
      if (!found) return null;
      const visible = found.filter((one) => injected.utils.isElementVisible(one));
      const row = ours.selectors[index];
      const theirs = visible.length <= 6 ? injected.aigc.register(visible).sort() : [];
      const same = row.count === found.length && row.visible === visible.length &&
        (visible.length > 6 || String([...row.ids].sort()) === String(theirs));
      return same ? null : [selector, row.count, found.length, row.error || ""];
    }).filter(Boolean);
  };
  // Asked twice: inside closed details it is the browser's own laziness that decides, and changes, what takes up room.
  const different = differing(differing(selectors).map(([selector]) => selector));
  return JSON.stringify({ compared: selectors.length, elements: every.length, different });
};

/** All frames of the page; the page program must have been asked something in each of them before. */
async function differ(page, request) {
  const answers = [];
  for (const frame of page.frames()) {
    const context = await implOf(frame).utilityContext();
    const injected = await context.injectedScript();
    const text = JSON.stringify(request);
    const ready = await context.evaluate(([one]) => Boolean(one.aigc), [injected]);
    if (ready) answers.push(JSON.parse(await context.evaluate(COMPARE, [injected, text])));
  }
  return answers;
}

exports.__esModule = true;
exports.differ = differ;
