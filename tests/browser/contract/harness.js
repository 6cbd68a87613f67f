/**
 * The page's half of the contract suite.
 *
 * Mounts elements, keeps one log of everything that they say and of every command's outcome, and
 * wakes whoever waits for a line of it. It knows `<openai-chatkit>` by its public interface only.
 */
(() => {
  const NAMES = [
    "ready",
    "error",
    "thread.change",
    "thread.load.start",
    "thread.load.end",
    "response.start",
    "response.end",
    "response.stop",
    "composer.submit",
    "history.open",
    "history.close",
    "tool.change",
    "effect",
    "deeplink",
    "log",
  ];

  const elements = [];
  const log = [];
  const calls = [];
  const names = new Map();
  const requests = [];
  const rejections = [];
  let waiters = [];

  /** A thread's letter, where the test gave one; "new", "new2", … for ids nobody announced. */
  function nameOf(id) {
    if (id === null || id === undefined) return String(id);
    if (String(id).startsWith("client_thread_")) return "temporary";
    if (!names.has(id)) {
      const strangers = [...names.values()].filter((name) => name.startsWith("new")).length;
      names.set(id, strangers === 0 ? "new" : `new${strangers + 1}`);
    }
    return names.get(id);
  }

  /** An event as the table of orders writes it. */
  function wordsFor(name, detail) {
    const short = name.replace(/^thread\./, "");
    if (name === "error") return `error ${detail?.error?.name}`;
    if (detail && "threadId" in detail) return `${short} ${nameOf(detail.threadId)}`;
    if (detail && "toolId" in detail) return `${short} ${detail.toolId}`;
    if (detail && "name" in detail) return `${short} ${detail.name}`;
    return short;
  }

  function write(entry) {
    log.push({ at: performance.now(), ...entry });
    for (const waiter of waiters) waiter();
  }

  function plainDetail(detail) {
    if (detail?.error === undefined) return detail;
    const { error } = detail;
    return {
      keys: Object.keys(detail),
      name: error.name,
      message: error.message,
      isError: error instanceof Error,
    };
  }

  function hear(event) {
    const element = elements.indexOf(event.target);
    if (element < 0) return;
    write({
      element,
      kind: "event",
      name: event.type.replace("chatkit.", ""),
      words: wordsFor(event.type.replace("chatkit.", ""), event.detail),
      detail: plainDetail(event.detail),
      bubbles: event.bubbles,
      composed: event.composed,
      loaded: event.target.getAttribute("data-loaded"),
    });
  }

  /** Record from here: in the capture phase, because only one event bubbles (fact 1). */
  function listen(root) {
    for (const name of NAMES) root.addEventListener(`chatkit.${name}`, hear, { capture: true });
  }

  listen(document);
  const overheard = { document: [], window: [] };
  for (const name of NAMES) {
    document.addEventListener(`chatkit.${name}`, () => overheard.document.push(name));
    window.addEventListener(`chatkit.${name}`, () => overheard.window.push(name));
  }
  addEventListener("unhandledrejection", (event) => {
    rejections.push({ name: event.reason?.name, message: event.reason?.message });
    write({ element: -1, kind: "unhandled", words: `unhandled ${event.reason?.name}` });
  });

  function describe(reason) {
    const isError = reason instanceof Error;
    if (reason === null || typeof reason !== "object") return { isError, reason };
    const { name, message } = reason;
    return { isError, name, message, reason: isError ? null : JSON.parse(JSON.stringify(reason)) };
  }

  /** A `fetch` for `api.fetch` that keeps what passes through it. */
  async function fetchRecorded(input, init) {
    const request = {
      url: String(input instanceof Request ? input.url : input),
      body: typeof init?.body === "string" ? JSON.parse(init.body) : null,
      status: null,
      aborted: init?.signal?.aborted ?? null,
    };
    init?.signal?.addEventListener("abort", () => {
      request.aborted = true;
      write({ element: -1, kind: "abort", words: `abort ${request.body?.type}` });
    });
    requests.push(request);
    const response = await fetch(input, init);
    request.status = response.status;
    return response;
  }

  /** Wait until `test` gives something; reject with the log where it does not in time. */
  function until(test, what, limit) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no "${what}" within ${limit} ms in: ${lines().join(" > ")}`));
      }, limit);
      const look = () => {
        const found = test();
        if (found === undefined) return;
        finish();
        resolve(found);
      };
      const finish = () => {
        clearTimeout(timer);
        waiters = waiters.filter((waiter) => waiter !== look);
      };
      waiters.push(look);
      look();
    });
  }

  function lines() {
    return log.map((entry) => `[${entry.element}] ${entry.words}`);
  }

  window.contract = {
    log,
    calls,
    elements,
    requests,
    rejections,
    overheard,
    fetch: fetchRecorded,
    note: (words, element = -1) => write({ element, kind: "note", words }),

    /** Give thread ids their letters. */
    name(given) {
      for (const [letter, id] of Object.entries(given)) names.set(id, letter);
    },

    idOf: (letter) => [...names].find(([, name]) => name === letter)?.[0] ?? null,

    /**
     * Create an element, give it its options (unless null), and put it in the page. Calls the
     * `early` command, `[name, ...args]`, in the same tick.
     */
    mount(options, { shadow = false, early = null } = {}) {
      const element = document.createElement("openai-chatkit");
      element.style.cssText = "display:block;width:360px;height:420px";
      elements.push(element);
      if (options !== null) element.setOptions(options);
      let parent = document.body;
      if (shadow) {
        const host = document.body.appendChild(document.createElement("div"));
        parent = host.attachShadow({ mode: "open" });
        listen(parent);
      }
      parent.append(element);
      const number = elements.length - 1;
      const loaded = element.getAttribute("data-loaded");
      write({ element: number, kind: "note", words: "mounted", loaded });
      if (early) this.call(number, early[0], early.slice(1), "early");
      return number;
    },

    /** Call a command; its outcome goes into the log and into `calls`. Returns its number. */
    call(element, command, args, label) {
      const number = calls.push({ state: "pending" }) - 1;
      const settle = (state, outcome) => {
        calls[number] = { state, name: null, message: null, isError: false, ...outcome };
        const detail = state === "resolved" ? "" : ` ${outcome.name ?? typeof outcome.reason}`;
        write({ element, kind: "call", call: number, words: `${label} ${state}${detail}`.trim() });
      };
      try {
        const promise = elements[element][command](...args);
        calls[number].isPromise = typeof promise?.then === "function";
        Promise.resolve(promise).then(
          (value) => settle("resolved", { value: value === undefined ? "undefined" : value }),
          (reason) => settle("rejected", describe(reason)),
        );
      } catch (reason) {
        settle("threw", describe(reason));
      }
      return number;
    },

    settled: (number, limit) =>
      until(
        () => (calls[number].state === "pending" ? undefined : calls[number]),
        `call ${number} settled`,
        limit,
      ),

    /** Wait for a line of one element's log, from an index on; gives the index after it. */
    line: (element, words, from, limit) =>
      until(
        () => {
          const at = log.findIndex(
            (entry, index) => index >= from && entry.element === element && entry.words === words,
          );
          return at < 0 ? undefined : at + 1;
        },
        words,
        limit,
      ),
  };
})();
