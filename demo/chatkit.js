/**
 * `<openai-chatkit>`, the stand-in: the page's half of a chat element that behaves as OpenAI's own
 * was measured to behave. It is our own work; nothing of OpenAI's element is in it.
 *
 * General layout. This classic script defines the element: options, commands, events, callbacks and
 * requests are the page's side. All that decides and all that is seen lives in a real iframe
 * (chatkit-frame.html and the chatkit-*.js modules it imports). The two talk over one MessagePort.
 *
 * Settings, read when they are needed, from the optional plain object `globalThis.chatkitStandIn`:
 *
 *   retryDelays    milliseconds before each repetition of a send that was answered with 5xx or
 *                  without a stream; its length is the number of repetitions.
 *                  Default [1000, 2000, 4000, 8000, 10000], about 25 s of being busy.
 *   profile        names of the commands that this element has; any other throws at once.
 *                  Default: all of them.
 *   refuseOptions  true: the app refuses its options (chatkit.error IntegrationError, also as an
 *                  unhandled rejection) and rejects every command.
 *   refuseDomain   true: domain verification fails, which removes the iframe between the first
 *                  load's start and its end.
 *   hostedUrl      where requests go when options.api has getClientSecret. Default "/chatkit".
 */
(() => {
  const FRAME = new URL("chatkit-frame.html", document.currentScript.src);
  const never = new Promise(() => {});

  const settings = () => globalThis.chatkitStandIn ?? {};
  const namedError = (name, message) => Object.assign(new Error(message), { name });

  /** What a failure looks like on the port: errors lose their names when they are cloned. */
  function packFailure(reason) {
    if (reason instanceof Error || reason instanceof DOMException) {
      return { error: { name: reason.name, message: reason.message } };
    }
    try {
      return { value: structuredClone(reason) };
    } catch {
      return { value: String(reason) };
    }
  }

  function unpackFailure(failure) {
    if (!failure.error) return failure.value;
    const { name, message } = failure.error;
    return name === "TypeError" ? new TypeError(message) : namedError(name, message);
  }

  /**
   * Options as they travel: JSON, each function replaced by its path. Paths, not numbers, so that a
   * callback that is on its way while setOptions is called again meets the function of that name.
   */
  function packOptions(options) {
    const callbacks = new Map();
    const paths = new Map();
    const text = JSON.stringify(options, function replace(key, value) {
      const parent = paths.get(this);
      const path = parent ? `${parent}.${key}` : key;
      if (typeof value === "function") {
        callbacks.set(path, value.bind(this));
        return { $callback: path };
      }
      if (value && typeof value === "object") paths.set(value, path);
      return value;
    });
    return { packed: JSON.parse(text), callbacks };
  }

  class OpenAIChatKit extends HTMLElement {
    #options = null;
    #packed = null;
    #initialThread = null;
    #callbacks = new Map();
    #frame = null;
    #port = null;
    #late = false;
    #dead = false;
    #ready = deferred();
    #pending = new Map();
    #requests = new Map();
    #clientSecret = null;
    #commandCount = 0;

    constructor() {
      super();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        ":host{display:block;position:relative;block-size:100%;inline-size:100%}" +
          "iframe{display:block;border:0;inline-size:100%;block-size:100%;color-scheme:normal}",
      );
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    }

    connectedCallback() {
      this.#mount();
    }

    /** An element that leaves the document, were it only to be moved, is dead for good. */
    disconnectedCallback() {
      this.#dead = true;
      this.#port?.close();
      this.#pending.clear();
      for (const controller of this.#requests.values()) controller.abort();
    }

    /** Takes the full set of options; nothing is merged, and initialThread counts only once. */
    setOptions(options) {
      if (options === null || typeof options !== "object") {
        throw namedError("IntegrationError", "ChatKit: setOptions() needs an object.");
      }
      const { packed, callbacks } = packOptions(options);
      if (!this.#options) this.#initialThread = packed.initialThread ?? null;
      this.#options = options;
      this.#packed = packed;
      this.#callbacks = callbacks;
      if (this.#frame) this.#frame.title = packed.frameTitle ?? "Chat";
      this.#port?.postMessage({ kind: "options", options: packed });
      this.#mount();
    }

    focusComposer() {
      return this.#command("focusComposer");
    }

    setThreadId(threadId) {
      return this.#command("setThreadId", threadId);
    }

    sendUserMessage(message) {
      return this.#command("sendUserMessage", message);
    }

    setComposerValue(value) {
      return this.#command("setComposerValue", value);
    }

    fetchUpdates() {
      return this.#command("fetchUpdates");
    }

    sendCustomAction(action, itemId) {
      return this.#command("sendCustomAction", action, itemId);
    }

    showHistory() {
      return this.#command("showHistory");
    }

    hideHistory() {
      return this.#command("hideHistory");
    }

    #mount() {
      if (this.#frame || this.#dead || !this.isConnected || !this.#options) return;
      const frame = document.createElement("iframe");
      // randomUUID exists in secure contexts only: on plain http the element breaks here.
      frame.name = `chatkit-${crypto.randomUUID()}`;
      frame.title = this.#packed.frameTitle ?? "Chat";
      frame.allow = "clipboard-write";
      frame.src = FRAME.href;
      this.#late = document.readyState === "complete";
      frame.addEventListener("load", () => this.#loaded(), { once: true });
      this.#frame = frame;
      this.shadowRoot.append(frame);
    }

    /** The iframe's load event, whatever it has loaded: a 404 is ready too, and never answers. */
    #loaded() {
      if (this.#dead) return;
      this.dataset.loaded = "true";
      this.dispatchEvent(new CustomEvent("chatkit.ready", { bubbles: true, composed: true }));
      const { port1, port2 } = new MessageChannel();
      this.#port = port1;
      port1.onmessage = ({ data }) => this.#receive(data);
      port1.postMessage({
        kind: "start",
        options: this.#packed,
        initialThread: this.#initialThread,
        late: this.#late,
      });
      this.#frame.contentWindow.postMessage({ chatkit: "connect" }, FRAME.origin, [port2]);
      this.#ready.resolve();
    }

    /** A command outside the profile throws at once; any other waits for ready. */
    #command(name, ...args) {
      const { profile } = settings();
      if (profile && !profile.includes(name)) {
        throw namedError(
          "IntegrationError",
          `ChatKit: ${name}() is not available for this element's profile.`,
        );
      }
      return this.#run(name, args);
    }

    async #run(name, args) {
      await this.#ready.promise;
      if (this.#dead) return never;
      this.#commandCount += 1;
      const id = this.#commandCount;
      // What cannot be cloned throws here, and so becomes a rejection.
      this.#port.postMessage({ kind: "command", id, name, args });
      return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    }

    #receive(message) {
      if (this.#dead) return;
      if (message.kind === "events") for (const event of message.events) this.#announce(event);
      else if (message.kind === "reply") this.#settle(message);
      else if (message.kind === "fetch") this.#fetch(message);
      else if (message.kind === "abort") this.#requests.get(message.id)?.abort();
      else if (message.kind === "callback") this.#call(message);
      else if (message.kind === "remove") this.#frame.remove();
    }

    #announce({ name, detail }) {
      if (!detail?.error) {
        this.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail }));
        return;
      }
      const error = namedError(detail.error.name, detail.error.message);
      this.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail: { error } }));
      if (error.name === "IntegrationError") Promise.reject(error);
    }

    #settle({ id, failure }) {
      const { resolve, reject } = this.#pending.get(id) ?? {};
      this.#pending.delete(id);
      if (failure) reject?.(unpackFailure(failure));
      else resolve?.();
    }

    /** A callback's result crosses back cloned; what cannot be cloned is its failure. */
    async #call({ id, path, args }) {
      let outcome;
      try {
        const callback = this.#callbacks.get(path);
        if (!callback) throw namedError("IntegrationError", `ChatKit: no callback ${path}.`);
        outcome = { kind: "callback", id, value: await callback(...args) };
      } catch (reason) {
        outcome = { kind: "callback", id, failure: packFailure(reason) };
      }
      try {
        this.#port.postMessage(outcome);
      } catch (reason) {
        this.#port.postMessage({ kind: "callback", id, failure: packFailure(reason) });
      }
    }

    /** One request of the frame's, made by the page, through the page's own fetch where given. */
    async #fetch({ id, body }) {
      const controller = new AbortController();
      this.#requests.set(id, controller);
      const post = (kind, more) => this.#port.postMessage({ kind, id, ...more });
      try {
        const response = await this.#send(body, controller.signal);
        const type = response.headers?.get("content-type") ?? "";
        post("head", { status: response.status, type });
        await pour(response, (text) => post("chunk", { text }));
        post("end");
      } catch (reason) {
        post("failure", { failure: packFailure(reason) });
      } finally {
        this.#requests.delete(id);
        controller.abort(); // As measured: the signal fires after a normal end too.
      }
    }

    async #send(body, signal) {
      const { api } = this.#options;
      const headers = { "Content-Type": "application/json" };
      const init = { method: "POST", headers, body, signal };
      if (api.url || !api.getClientSecret)
        return api.fetch ? api.fetch(api.url, init) : window.fetch(api.url, init);
      const response = await this.#hosted(init);
      if (response.status !== 401) return response;
      // Expired: the page is asked once more, with the one that is no use any longer.
      this.#clientSecret = await api.getClientSecret(this.#clientSecret);
      return this.#hosted(init);
    }

    /** A request to the API that OpenAI hosts, with the page's secret. */
    async #hosted(init) {
      const { api } = this.#options;
      this.#clientSecret ??= await api.getClientSecret(null);
      const headers = { ...init.headers, Authorization: `Bearer ${this.#clientSecret}` };
      return window.fetch(settings().hostedUrl ?? "/chatkit", { ...init, headers });
    }
  }

  function deferred() {
    let resolve;
    const promise = new Promise((settle) => {
      resolve = settle;
    });
    return { promise, resolve };
  }

  async function pour(response, write) {
    const reader = response.body?.getReader();
    if (!reader) return write(await response.text());
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      write(decoder.decode(value, { stream: true }));
    }
  }

  if (!customElements.get("openai-chatkit")) {
    customElements.define("openai-chatkit", OpenAIChatKit);
  }
})();
