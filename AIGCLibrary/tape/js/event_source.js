// Runs in each page of a replay: an EventSource whose messages come from the tape at their moments.
"use strict";

function streams() {
  const next = window.__aigcStream;
  if (!next) return;
  delete window.__aigcStream;

  class PlayedEventSource extends EventTarget {
    constructor(url, options = {}) {
      super();
      this.url = new URL(url, document.baseURI).href;
      this.withCredentials = Boolean(options.withCredentials);
      this.readyState = PlayedEventSource.CONNECTING;
      for (const name of ["open", "message", "error"]) this[`on${name}`] = null;
      this.run(`${Math.random()}`);
    }

    close() {
      this.readyState = PlayedEventSource.CLOSED;
    }

    tell(event) {
      const own = this[`on${event.type}`];
      if (typeof own === "function") own.call(this, event);
      this.dispatchEvent(event);
    }

    async run(id) {
      for (let first = true; this.readyState !== PlayedEventSource.CLOSED; first = false) {
        const got = await next({ id, url: this.url });
        if (this.readyState === PlayedEventSource.CLOSED) return;
        if (first && !got.missing) {
          this.readyState = PlayedEventSource.OPEN;
          this.tell(new Event("open"));
        }
        this.read(got.texts || []);
        if (got.done) {
          this.close();
          this.tell(new Event("error"));
        }
      }
    }

    read(lines) {
      let [type, id, data] = ["message", "", []];
      for (const line of lines) {
        const value = line.slice(line.indexOf(":") + 1).replace(/^ /, "");
        if (line.startsWith("event:")) type = value;
        else if (line.startsWith("id:")) id = value;
        else if (line.startsWith("data:")) data.push(value);
        else if (line === "" && data.length) {
          const origin = new URL(this.url).origin;
          this.tell(new MessageEvent(type || "message", { data: data.join("\n"), lastEventId: id, origin }));
          [type, data] = ["message", []];
        }
      }
    }
  }
  for (const [number, name] of ["CONNECTING", "OPEN", "CLOSED"].entries()) {
    PlayedEventSource[name] = number;
    PlayedEventSource.prototype[name] = number;
  }
  Object.defineProperty(PlayedEventSource, "name", { value: "EventSource" });
  window.EventSource = PlayedEventSource;
}

exports.streams = streams;
