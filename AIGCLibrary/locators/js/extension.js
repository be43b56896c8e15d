// JavaScript extension of the Browser library: runs the page program in Playwright's own utility world, where its
// selector engines live, so that one round trip answers for all tiers with exactly Playwright's semantics.
"use strict";
const fs = require("fs");
const path = require("path");

const PAGE = path.join(__dirname, "page");
const FRAME_TICK = 50; // ms between looks for a frame that is not there yet
const MIN_FRAME = 20; // px; smaller frames hold trackers, not targets
const MAX_FRAMES = 6;
const NAVIGATION = /context was destroyed|frame was detached|navigat|Cannot find context|Frame has been detached/i;

let program = null;

function source() {
  if (!program) {
    const files = fs.readdirSync(PAGE).filter((name) => name.endsWith(".js")).sort();
    const body = files.map((name) => fs.readFileSync(path.join(PAGE, name), "utf8")).join("\n");
    program = `((injected) => {\n"use strict";\n${body}\nreturn commands;\n})`;
  }
  return program;
}

// Questions and answers travel as text: one string is cheaper for Playwright to carry than an object.
const CALL = async ([injected, name, text]) =>
  injected.aigc ? JSON.stringify((await injected.aigc[name](JSON.parse(text))) ?? null) : "";
const INSTALL = ([injected, text]) => {
  injected.aigc = injected.eval(text)(injected);
};

/** Playwright's server object behind a client object; only there when both live in this process. */
function implOf(object) {
  const connection = object && object._connection;
  const impl = connection && connection.toImpl ? connection.toImpl(object) : null;
  if (!impl) throw new Error("AIGC_NO_ENGINE: Playwright's engine is not in this process");
  return impl;
}

async function call(frame, name, argument) {
  const context = await implOf(frame).utilityContext();
  const injected = await context.injectedScript();
  const text = JSON.stringify(argument);
  let answer = await context.evaluate(CALL, [injected, name, text]);
  if (!answer) {
    await context.evaluate(INSTALL, [injected, source()]);
    answer = await context.evaluate(CALL, [injected, name, text]);
  }
  return JSON.parse(answer);
}

/** Follow a chain of selectors of iframes; null when one is missing, an object with `count` when it is not unique. */
async function follow(page, chain) {
  let frame = page.mainFrame();
  for (const selector of chain) {
    const handles = await frame.$$(selector);
    if (handles.length !== 1) return { missing: selector, count: handles.length };
    const inner = await handles[0].contentFrame();
    if (!inner) return { missing: selector, count: 0 };
    frame = inner;
  }
  return { frame };
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** What is in a frame that is gone is gone as well. */
const absent = (state) => state === "hidden" || state === "detached";

/** Repeat over navigations and missing frames until the deadline: a request to a page outlives its documents. */
async function withFrame(page, request, use) {
  const start = Date.now();
  const left = () => Math.max(0, request.timeout - (Date.now() - start));
  for (let last = false; ; ) {
    let missing;
    try {
      const found = await follow(page, request.frame || []);
      if (found.frame) return await use(found.frame, left());
      if (!found.count && absent(request.state)) return { status: "found", winner: null, url: page.url(), waited: Date.now() - start };
      missing = { status: "no-frame", frame: found.missing, frameCount: found.count, url: page.url() };
    } catch (error) {
      if (!NAVIGATION.test(String(error.message)) || page.isClosed()) throw error;
      missing = { status: "navigating", url: page.url() };
    }
    if (last) return { ...missing, waited: Date.now() - start };
    last = left() <= FRAME_TICK;
    await sleep(Math.min(FRAME_TICK, left()));
  }
}

/** The frames below the main one that are big enough to hold a target, each with the chain that leads to it. */
async function innerFrames(page) {
  const found = [];
  const visit = async (frame, chain, depth) => {
    for (const child of frame.childFrames()) {
      if (found.length >= MAX_FRAMES || depth >= 2) return;
      const element = await child.frameElement();
      const box = await element.boundingBox();
      if (!box || box.width < MIN_FRAME || box.height < MIN_FRAME) continue;
      const selector = await implOf(element).evaluateInUtility(
        ([injected, node]) => injected.generateSelectorSimple(node), null);
      const inner = [...chain, selector];
      found.push({ frame: child, chain: inner });
      await visit(child, inner, depth + 1);
    }
  };
  await visit(page.mainFrame(), [], 0);
  return found;
}

/** Without an open page the Browser library hands over the placeholder that was sent for it. */
function needPage(page) {
  if (!page || typeof page.mainFrame !== "function") throw new Error("AIGC_NO_PAGE: no page is open");
}

async function aigcLocate(page, request) {
  needPage(page);
  const top = (request.frame || []).length ? page.url() : undefined;
  const report = await withFrame(page, request, (frame, timeout) => call(frame, "locate", { ...request, timeout, top }));
  if (report.candidates && !(request.frame || []).length && page.frames().length > 1) {
    try {
      for (const { frame, chain } of await innerFrames(page)) {
        const inner = await call(frame, "rank", request);
        report.candidates.push(...inner.map((one) => ({ ...one, frame: chain })));
      }
    } catch (error) {
      if (!NAVIGATION.test(String(error.message))) throw error;
    }
  }
  return report;
}

async function aigcAsk(page, request) {
  needPage(page);
  return withFrame(page, request, (frame) => call(frame, request.command, request));
}

exports.__esModule = true;
exports.aigcLocate = aigcLocate;
exports.aigcAsk = aigcAsk;
