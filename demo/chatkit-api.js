/**
 * The ChatKit server SDK's protocol: JSON requests `{type, params, metadata}`, answered with JSON or
 * with a stream of server-sent events.
 */

import { namedError, settings } from "./chatkit-border.js";

const RETRY_DELAYS = [1000, 2000, 4000, 8000, 10000];

/** The server answered a request with a status that refuses it. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.name = "Error"; // The page sees a plain Error with the server's message.
    this.status = status;
  }
}

/** A send that met no server at all; `reason` is what the page's fetch rejected with. */
export class Unreachable extends Error {
  constructor(reason) {
    super(reason?.message ?? String(reason));
    this.reason = reason;
  }
}

export class Api {
  #border;

  constructor(border) {
    this.#border = border;
  }

  /** One request with a JSON answer. Throws Refusal, or the network's own error. */
  async json(type, params) {
    const response = await this.#post(type, params);
    const text = await textOf(response.body);
    if (!isOk(response)) throw new Refusal(response.status, messageIn(text, response.status));
    return JSON.parse(text);
  }

  /**
   * The events of one streaming request, as they come. A line that is not JSON comes as a
   * StreamEventParsingError in its place; a connection that breaks once the stream has begun ends
   * it like any other end. The request is posted before the first wait. Throws Refusal or
   * Unreachable.
   */
  async *events(type, params, signal) {
    const response = await this.#stream(type, params, signal);
    for await (const data of dataLines(response.body)) {
      let event;
      try {
        event = JSON.parse(data);
      } catch (error) {
        event = namedError("StreamEventParsingError", `Malformed event: ${error.message}`);
      }
      yield event;
    }
  }

  #post(type, params, signal) {
    return this.#border.fetch(JSON.stringify({ type, params, metadata: {} }), signal);
  }

  async #reach(type, params, signal) {
    try {
      return await this.#post(type, params, signal);
    } catch (reason) {
      throw new Unreachable(reason);
    }
  }

  /** 5xx and answers that are no stream are asked again, 4xx and a dead network are not. */
  async #stream(type, params, signal) {
    const delays = [...(settings().retryDelays ?? RETRY_DELAYS)];
    for (;;) {
      const response = await this.#reach(type, params, signal);
      if (isOk(response) && response.type.startsWith("text/event-stream")) return response;
      const passing = isOk(response) || response.status >= 500;
      if (!passing || !delays.length) {
        const text = await textOf(response.body);
        throw new Refusal(response.status, messageIn(text, response.status));
      }
      await response.body.cancel();
      await pause(delays.shift(), signal);
    }
  }
}

const isOk = ({ status }) => status >= 200 && status < 300;

async function textOf(body) {
  let text = "";
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
}

/** The server's own words, wherever in its answer they are. */
function messageIn(text, status) {
  try {
    const data = JSON.parse(text);
    const found = data.error?.message ?? data.message ?? data.detail ?? data.error;
    if (typeof found === "string" && found) return found;
  } catch {
    // Not JSON: the status says more than a page of HTML.
  }
  return `Request failed with status ${status}`;
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("The request was aborted.", "AbortError"));
    });
  });
}

/** The data of each server-sent event. What an early end leaves unfinished is not an event. */
async function* dataLines(body) {
  const reader = body.getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart());
      if (data.length) yield data.join("\n");
    }
  }
}
