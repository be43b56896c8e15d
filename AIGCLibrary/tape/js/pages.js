// JavaScript extension of the Browser library: takes the traffic of all pages to a tape, or answers it from there.
"use strict";
const http = require("http");
const { streams } = require("./event_source.js");

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const HOPS = 20;
const CARRIES = new Set(["POST", "PUT", "PATCH"]);
const BODYLESS = new Set([204, 304]);
const NOWHERE = "http://127.0.0.1:9"; // the discard port: what is not answered from the tape ends here
const agent = new http.Agent({ keepAlive: true });

let bridge = "";
let attached = null;
let numbers = 0;

/** Report something to the library, or ask it; returns its answer. */
function ask(name, value) {
  return new Promise((done, failed) => {
    const body = Buffer.from(JSON.stringify(value));
    const headers = { "content-type": "application/json", "content-length": body.length };
    const sent = http.request(`${bridge}/pages/${name}`, { method: "POST", agent, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode === 200 && text.startsWith("{")) done(JSON.parse(text));
        else done({});
      });
      answer.on("error", failed);
    });
    sent.on("error", failed);
    sent.end(body);
  });
}

const web = (url) => /^https?:/.test(url);
const quietly = (promise, otherwise) => promise.catch(() => otherwise);

/** Notes what the pages of a context send and receive, without changing any of it. */
class Recording {
  constructor(context) {
    this.context = context;
    this.begun = new Map();
    this.waiting = new Set();
    this.order = Promise.resolve();
    this.sessions = new WeakMap();
    this.streams = new Set(); // addresses of event streams that were seen at their opening
  }

  async start() {
    this.context.on("request", (one) => web(one.url()) && this.begun.set(one, Date.now()));
    this.context.on("requestfinished", (one) => this.keep(this.finished(one)));
    this.context.on("requestfailed", (one) => this.keep(this.failed(one)));
    this.context.on("page", (page) => this.keep(this.watch(page)));
    const open = this.context.newPage;
    this.context.newPage = async (...args) => {
      const page = await open.apply(this.context, args);
      await this.watch(page);
      return page;
    };
    await Promise.all(this.context.pages().map((page) => this.watch(page)));
  }

  keep(promise) {
    const kept = quietly(promise).finally(() => this.waiting.delete(kept));
    this.waiting.add(kept);
  }

  async end() {
    await Promise.all([...this.waiting]);
    for (const one of this.begun.keys()) {
      if (!this.streamed(one)) await quietly(ask("lost", { what: `${one.method()} ${one.url()}`, why: "open at the end" }));
    }
    this.begun.clear();
    await quietly(this.order);
  }

  async about(one) {
    const body = one.postDataBuffer();
    const headers = await quietly(one.allHeaders(), one.headers());
    const sent = this.begun.get(one);
    this.begun.delete(one);
    // What a page uploads is shown to nobody; only how long it is.
    const hidden = !body && CARRIES.has(one.method()) && (headers["content-type"] || headers["content-length"] > 0);
    const size = hidden ? Number(headers["content-length"] || 0) : null;
    return { method: one.method(), url: one.url(), headers, body: body ? body.toString("base64") : "", hidden: size, sent };
  }

  async finished(one) {
    const ended = Date.now();
    if (!this.begun.has(one) || this.streamed(one)) return;
    const answer = await one.response();
    const status = answer ? answer.status() : 0;
    const reads = answer && !REDIRECTS.has(status) && !BODYLESS.has(status);
    const body = reads ? await quietly(answer.body(), null) : Buffer.alloc(0);
    const value = await this.about(one);
    if (!answer || status === 304) return; // what it was answered before still holds
    if (body === null) await ask("lost", { what: `${value.method} ${value.url}`, why: "its body cannot be read" });
    else await ask("exchange", { ...value, ended, status, answered: await answer.allHeaders(), content: body.toString("base64") });
  }

  async failed(one) {
    const ended = Date.now();
    const why = (one.failure() || {}).errorText || "failed";
    if (!this.begun.has(one) || this.streamed(one)) return;
    const value = await this.about(one);
    if (!why.includes("ERR_ABORTED")) await ask("failed", { ...value, ended, why }); // else the page gave it up
  }

  /** Whether a request opens an event stream; one that the page did not open itself is named, since it is not seen. */
  streamed(one) {
    if (one.resourceType() !== "eventsource") return false;
    this.begun.delete(one);
    if (this.chromium && !this.streams.has(one.url())) this.tell("lost", { what: `GET ${one.url()}`, why: "it was opened by a worker" });
    return true;
  }

  /** Messages of a stream arrive in their order. */
  tell(name, value) {
    this.order = quietly(this.order.then(() => ask(name, value)));
  }

  watch(page) {
    if (!this.sessions.has(page)) this.sessions.set(page, this.listen(page));
    return this.sessions.get(page);
  }

  async listen(page) {
    page.on("websocket", (socket) => this.socket(socket));
    page.on("download", (one) => this.tell("lost", { what: `GET ${one.url()}`, why: "it is a download of the page" }));
    let session;
    try {
      session = await this.context.newCDPSession(page);
      await session.send("Network.enable");
      this.chromium = true;
    } catch (error) {
      page.on("request", (one) => one.resourceType() === "eventsource" && this.tell("lost", { what: `GET ${one.url()}`, why: "streams are recorded in Chromium only" }));
      return;
    }
    const known = new Map();
    session.on("Network.requestWillBeSent", ({ requestId, request, type }) => {
      if (type !== "EventSource") return;
      known.set(requestId, `${process.pid}-${++numbers}`);
      this.streams.add(request.url);
      this.tell("opened", { id: known.get(requestId), kind: "sse", url: request.url, at: Date.now() });
    });
    session.on("Network.eventSourceMessageReceived", ({ requestId, eventName, eventId, data }) => {
      if (!known.has(requestId)) return;
      const lines = [...(eventId ? [`id: ${eventId}`] : []), `event: ${eventName}`];
      lines.push(...String(data).split("\n").map((line) => `data: ${line}`), "");
      this.tell("texts", { id: known.get(requestId), at: Date.now(), texts: lines });
    });
    const over = ({ requestId }) => known.has(requestId) && this.tell("ended", { id: known.get(requestId), at: Date.now() });
    session.on("Network.loadingFinished", over);
    session.on("Network.loadingFailed", over);
  }

  socket(socket) {
    const id = `${process.pid}-${++numbers}`;
    this.tell("opened", { id, kind: "websocket", url: socket.url(), at: Date.now() });
    socket.on("framereceived", ({ payload }) => {
      if (typeof payload === "string") this.tell("texts", { id, at: Date.now(), texts: [payload] });
      else this.tell("lost", { what: `GET ${socket.url()}`, why: "its messages are binary" });
    });
    socket.on("close", () => this.tell("ended", { id, at: Date.now() }));
  }
}

async function found(one, url, method, body) {
  return ask("answer", { method, url, headers: await quietly(one.allHeaders(), one.headers()), body });
}

/** Answer a request from the tape; a redirect of a page is followed by the page, so that it knows its address. */
async function answer(route) {
  const one = route.request();
  let [url, method, data] = [one.url(), one.method(), one.postDataBuffer()];
  let body = data ? data.toString("base64") : "";
  let got = await found(one, url, method, body);
  for (let hop = 0; hop < HOPS && REDIRECTS.has(got.status) && got.headers.location; hop += 1) {
    url = new URL(got.headers.location, url).href;
    if (one.isNavigationRequest() && typeof route._redirectNavigationRequest === "function") {
      await route._redirectNavigationRequest(url);
      return;
    }
    if (got.status < 307 && method !== "HEAD") [method, body] = ["GET", ""];
    got = await found(one, url, method, body);
  }
  if (!got.status) await route.abort(got.reason === "timeout" ? "timedout" : "failed");
  else await route.fulfill({ status: got.status, headers: got.headers, body: Buffer.from(got.content, "base64") });
}

/** Send the recorded messages of a WebSocket; what the page sends goes nowhere. */
async function speak(socket) {
  const request = { id: `${process.pid}-${++numbers}`, kind: "websocket", url: socket.url() };
  let open = true;
  socket.onClose(() => (open = false));
  socket.onMessage(() => {});
  while (open) {
    const got = await quietly(ask("next", request), { done: true });
    if (!open) return;
    for (const text of got.texts || []) socket.send(text);
    if (got.done) {
      await quietly(socket.close({}));
      return;
    }
  }
}

async function play(context) {
  await context.exposeBinding("__aigcStream", (_source, value) => quietly(ask("next", { ...value, kind: "sse" }), { done: true }));
  await context.addInitScript(`(${streams})()`);
  await context.route("**/*", (route) => quietly(answer(route).catch(() => route.abort("failed"))));
  await context.routeWebSocket(/.*/, (socket) => void speak(socket));
}

/** Attach to all contexts that are made from now on; the second call moves an attached one to another bridge. */
async function aigcTape(mode, address, playwright) {
  bridge = address;
  if (attached) return attached === mode;
  attached = mode;
  const recordings = new Map();
  playwright.chromium._instrumentation.addListener({
    runBeforeCreateBrowserContext: async (options) => {
      options.serviceWorkers = "block"; // what they send is seen by nobody
      if (mode === "replay") options.proxy = { server: NOWHERE, bypass: "<-loopback>" };
    },
    runAfterCreateBrowserContext: async (context) => {
      if (mode === "replay") return play(context);
      recordings.set(context, new Recording(context));
      return recordings.get(context).start();
    },
    runBeforeCloseBrowserContext: async (context) => {
      const recording = recordings.get(context);
      recordings.delete(context);
      if (recording) await recording.end();
    },
  });
  return true;
}

exports.__esModule = true;
exports.aigcTape = aigcTape;
