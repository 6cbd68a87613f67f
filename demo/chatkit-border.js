/**
 * The frame's end of the port: events and replies go out, requests and callbacks are asked for and
 * answered by the page. Everything that crosses is cloned by the port itself.
 */

/** The page's settings (see chatkit.js); none where the page is of another origin. */
export function settings() {
  try {
    return window.parent.chatkitStandIn ?? {};
  } catch {
    return {};
  }
}

/** An error that keeps its name on the way to the page. */
export function namedError(name, message) {
  return Object.assign(new Error(message), { name });
}

function packFailure(reason) {
  if (reason instanceof Error || reason instanceof DOMException) {
    return { error: { name: reason.name, message: reason.message } };
  }
  return { value: reason };
}

function unpackFailure({ error, value }) {
  if (!error) return value;
  return error.name === "TypeError"
    ? new TypeError(error.message)
    : namedError(error.name, error.message);
}

export class Border {
  #port;
  #count = 0;
  #callbacks = new Map();
  #requests = new Map();

  /** `receive` gets the messages that begin something: start, options, command. */
  constructor(port, receive) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      if (data.kind === "callback") this.#called(data);
      else if (this.#requests.has(data.id) && data.kind in ANSWERS) this.#answered(data);
      else if (!(data.kind in ANSWERS)) receive(data);
    };
  }

  /**
   * Tells the page of one or more events, each `[name, detail]`. Those given in one call are
   * dispatched in one task; two calls are two tasks, a fraction of a millisecond apart.
   */
  emit(...events) {
    if (!events.length) return;
    this.#post({
      kind: "events",
      events: events.map(([name, detail = null]) => ({ name, detail })),
    });
  }

  /** Tells the page of an error of that name. */
  emitError(name, message) {
    this.emit(["error", { error: { name, message } }]);
  }

  /** Settles a command of the page's with whatever the promise becomes. */
  async reply(id, promise) {
    try {
      await promise;
      this.#post({ kind: "reply", id });
    } catch (reason) {
      this.#post({ kind: "reply", id, failure: packFailure(reason) });
    }
  }

  /** Calls a function among the options; resolves and rejects as it does. */
  call(callback, ...args) {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#callbacks.set(id, { resolve, reject });
      this.#post({ kind: "callback", id, path: callback.$callback, args });
    });
  }

  /** Asks the page to take the iframe away. */
  remove() {
    this.#post({ kind: "remove" });
  }

  /**
   * One POST to the backend. Resolves to `{status, type, body}`, the body a stream of text; rejects
   * with what the page's fetch rejected with, or an AbortError.
   */
  fetch(body, signal) {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      const request = { resolve, reject };
      request.body = new ReadableStream({
        start: (controller) => {
          request.controller = controller;
        },
        cancel: () => this.#abort(id),
      });
      this.#requests.set(id, request);
      signal?.addEventListener("abort", () => this.#abort(id));
      this.#post({ kind: "fetch", id, body });
    });
  }

  #abort(id) {
    if (!this.#requests.has(id)) return;
    this.#post({ kind: "abort", id });
    const reason = new DOMException("The request was aborted.", "AbortError");
    this.#answered({ kind: "failure", id, failure: packFailure(reason) });
  }

  #answered(message) {
    const request = this.#requests.get(message.id);
    if (ANSWERS[message.kind](request, message)) this.#requests.delete(message.id);
  }

  #called({ id, value, failure }) {
    const { resolve, reject } = this.#callbacks.get(id);
    this.#callbacks.delete(id);
    if (failure) reject(unpackFailure(failure));
    else resolve(value);
  }

  #post(message) {
    this.#port.postMessage(message);
  }
}

/** What the page tells of a request, and whether that was the last of it. */
const ANSWERS = {
  head: (request, { status, type }) => {
    request.resolve({ status, type, body: request.body });
    return false;
  },
  chunk: (request, { text }) => {
    request.controller.enqueue(text);
    return false;
  },
  end: (request) => {
    request.controller.close();
    return true;
  },
  failure: (request, { failure }) => {
    const reason = unpackFailure(failure);
    request.reject(reason);
    try {
      request.controller.error(reason);
    } catch {
      // The reader has cancelled: nobody is left to be told.
    }
    return true;
  },
};
