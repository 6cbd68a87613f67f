/**
 * The one tag: `<script src="sync/embed.js"></script>`, before the element.
 *
 * A classic script, because a module is deferred and would miss what happens before it. It keeps
 * controls off and keeps the element's events and the controls' clicks in one log, until Python takes
 * them; it sees what the page has of PyScript, and sends for what Python will need. start.js does the
 * rest and says which attributes there are.
 */
(() => {
  const key = Symbol.for("chatkit-sync");
  // As a module, which it should not be, it has no currentScript.
  const tag = document.currentScript ?? document.querySelector('[src*="sync/embed.js"]');
  if (window[key]) {
    // Where the body is replaced (htmx, Turbo) the tag in it runs again, and nothing is wrong.
    if (window[key].tag.isConnected) console.warn("[chatkit-sync] A second tag does nothing.");
    return;
  }
  /** The controls that are off until somebody else decides. */
  let controls = "[data-chatkit-toolbar] :is([data-chatkit-action],[data-chatkit-gate])";
  const PARTS = "[data-chatkit-toolbar],[data-chatkit-status]";
  const CHATS = `openai-chatkit,${PARTS}`;
  // What every visit loads, and each interpreter; tests hold them against what is really loaded.
  const OURS = [
    "sync/start.js",
    "sync/controls.js",
    "sync/python.js",
    "sync/bridge.js",
    "sync/entries.js",
    "sync/routers.js",
    "sync/words.js",
    "sync/files.js",
    "pyscript.toml",
    "main.py",
  ];
  const CORE = [
    "vendor/pyscript/core.js",
    "vendor/pyscript/core-C9KDLldu.js",
    "vendor/pyscript/toml-V4Savzlc.js",
    "vendor/pyscript/error-D2315lOB.js",
    "runtime.mjs",
  ];
  const INTERPRETERS = {
    py: [
      "vendor/pyodide/pyodide.mjs",
      "vendor/pyodide/pyodide.asm.mjs",
      "vendor/pyodide/pyodide.asm.wasm",
      "vendor/pyodide/pyodide-lock.json",
      "vendor/pyodide/python_stdlib.compiled.zip",
    ],
    mpy: ["vendor/micropython/micropython.mjs", "vendor/micropython/micropython.wasm"],
  };
  const log = [];
  /** A load's end, for as long as its failure may follow: see LoadEnd in switch.py. */
  let ended = {};
  const taken = new WeakSet();
  const given = tag.dataset;
  const { runtimeParameter } = given;
  const asked = runtimeParameter && new URLSearchParams(location.search).get(runtimeParameter);
  const scriptsOf = (one) => `:is(script[type=${one}],${one}-script):not([worker])`;
  const has = (one) => document.querySelector(`${scriptsOf(one)},${one}-config`);
  /**
   * Which interpreter, as PyScript names it; a visitor's word counts where it is one. By itself the
   * one that the page's Python has, and MicroPython where the page brings none.
   */
  const choose = () => {
    for (const one of [asked, given.runtime]) if (/^m?py$/.test(one)) return one;
    return has("py") || (given.main && !has("mpy")) ? "py" : "mpy";
  };
  const base = new URL("..", tag.src).href;
  const recorder = {
    tag,
    base,
    log,
    taken,
    violations: [],
    /** Replaced by start.js. */
    miss(href) {
      this.missed ??= href;
    },
    /** A core of PyScript's that a module script imports; what it may import later on is not ours to run, and what is a comment nobody's. */
    core: /^(?!\s*[/*]).*?(?:from|import)\s*["']([^"']*\/core\.js\b[^"']*)/m,
    /** Replaced by controls.js. Until then every control is off and a click is kept. */
    guard(event) {
      const control = event.target.closest?.(controls);
      const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
      if (!control || event.button || (modified && control.closest("a[href]"))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      mark();
      // Off by the page's own hand: what it does not want now it does not want later.
      if (control.matches("[data-chatkit-action]:not([data-chatkit-page-disabled=true])"))
        log.push({ click: control, at: event.timeStamp, focus: document.activeElement });
    },
  };
  window[key] = recorder;
  // Off from the first paint on: controls.js comes too late for that.
  const mark = () => {
    // Outside of what we wait for there are no controls.
    if (!(recorder.began || document.querySelector(CHATS))) return;
    // A module of the page's brings its PyScript: as without us, before a core has read ours.
    if (recorder.starter && document.querySelectorAll(scriptsOf(recorder.type))[1])
      recorder.starter.remove();
    for (const control of document.querySelectorAll(`:is(${controls}):not([data-chatkit-off])`)) {
      control.setAttribute("data-chatkit-off", "starting");
      if (control.ariaDisabled !== null)
        control.setAttribute("data-chatkit-page-disabled", control.ariaDisabled);
      control.ariaDisabled = "true";
    }
    go();
  };
  recorder.marking = new MutationObserver(mark);
  recorder.marking.observe(document, { childList: true, subtree: true });
  // The same names as ELEMENT_EVENTS in state.py; a test holds them together.
  for (const name of "ready error thread.change thread.load.start thread.load.end response.start response.end response.stop composer.submit history.open history.close tool.change effect deeplink log".split(
    " ",
  )) {
    // Only capturing hears events that do not bubble, and only `ready` does (measured).
    addEventListener(
      `chatkit.${name}`,
      (event) => {
        const target = event.composedPath()[0];
        if (taken.has(target) || log.length >= 5000) return;
        const entry = { name, target, at: event.timeStamp, detail: event.detail };
        log.push(entry);
        if (name === "thread.load.end") {
          const { port1, port2 } = new MessageChannel();
          ended = entry;
          port2.onmessage = () => {
            if (ended === entry) ended = {};
          };
          setTimeout(() => port1.postMessage(0), 5);
        }
        if (ended.target === target) entry.at = ended.at;
      },
      true,
    );
  }
  addEventListener("click", (event) => recorder.guard(event), true);

  const preload = (path) => {
    const link = document.createElement("link");
    link.crossOrigin = "";
    link.nonce = tag.nonce;
    link.href = base + path;
    if (/js$/.test(path)) link.rel = "modulepreload";
    else {
      link.rel = "preload";
      link.as = "fetch";
      // Megabytes, for which neither the chat is to wait nor our own Python; JSON in front of them
      // takes 0.1 s of a first visit (measured).
      if (/(m|p|on)$/.test(path)) link.fetchPriority = "low";
      // Pyodide waits for ever for a file that does not come (measured); it has one in reserve. Of a
      // script its import tells.
      if (!/zip$/.test(path)) link.onerror = () => recorder.miss(link.href);
    }
    document.head.append(link);
  };
  /**
   * Whether the page has PyScript: a core, or scripts or a configuration of our type. The document
   * is parsed and no module has run: the last moment at which the page's core, which reads the
   * configuration once, sees one of ours. Nothing where nobody needs us: a tag may stand in every
   * page of a site, and Python is megabytes.
   */
  const look = () => {
    const { type } = recorder;
    const scripts = document.querySelector(scriptsOf(type));
    const configured = document.querySelector(`${type}-config`);
    const isShared =
      scripts ||
      configured ||
      given.core ||
      [...document.querySelectorAll("script[type=module]")].some(({ src, text }) =>
        recorder.core.test(`from"${src}"\n${text}`),
      );
    if (!(isShared || given.main || given.element || given.config || document.querySelector(CHATS)))
      return;
    OURS.forEach(preload);
    if (!isShared) [...CORE, ...INTERPRETERS[type]].forEach(preload);
    else if (!scripts) {
      const starter = document.createElement(`${type}-script`);
      recorder.starter = starter;
      if (!configured) starter.setAttribute("config", `{"interpreter":"${base}runtime.mjs"}`);
      document.head.append(starter);
    }
    return isShared;
  };
  /** Nobody will come, or not in time: links work as links, and what is the page's own is free. */
  const giveUp = (why) => {
    clearTimeout(recorder.timer);
    controls = "[data-chatkit-toolbar] [data-chatkit-action]:not(a,[data-chatkit-gate])";
    for (const control of document.querySelectorAll(`[data-chatkit-off]:not(${controls})`)) {
      control.ariaDisabled = control.getAttribute("data-chatkit-page-disabled");
      control.removeAttribute("data-chatkit-off");
      control.removeAttribute("data-chatkit-page-disabled");
    }
    const words = "The chat helpers could not start.";
    for (const part of document.querySelectorAll(PARTS)) {
      part.setAttribute("data-chatkit-reason", "no-python");
      if (part.matches("[data-chatkit-status]")) part.textContent = words;
      else part.setAttribute("data-chatkit-state", "failed");
    }
    for (const part of document.querySelectorAll("[data-chatkit-show]"))
      part.hidden = !part.matches("[data-chatkit-show=failed]");
    console.error("[chatkit-sync]", words, why);
  };
  // Much longer is no time at all (HTML standard: a number of 32 bits).
  recorder.limit = Math.min(given.limit > 0 ? given.limit * 1000 : 30_000, 1e9);
  const go = () => {
    // Not before: where a module is on its way no import map is taken any more (measured in Firefox),
    // and the page may have one further down.
    if (recorder.began || document.readyState === "loading") return;
    recorder.type = choose();
    // The page may bring Python itself.
    const isShared = given.start !== "none" && look();
    if (isShared == null) return;
    recorder.isShared = isShared;
    // Not before: a page that waits may have many that nobody asks for.
    addEventListener("securitypolicyviolation", (event) => recorder.violations?.push(event));
    recorder.began = performance.now();
    recorder.timer = setTimeout(giveUp, recorder.limit, "No answer.");
    import(`${base}sync/start.js`).then((ours) => ours.start(recorder)).catch(giveUp);
  };
  go();
  // Once: what comes later without a chat is the page's alone.
  document.addEventListener("readystatechange", go, { once: true });
})();
