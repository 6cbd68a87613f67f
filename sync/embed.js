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
  const tag = document.currentScript;
  if (window[key]) {
    // Where the body is replaced (htmx, Turbo) the tag in it runs again, and nothing is wrong.
    if (window[key].tag.isConnected)
      console.warn("[chatkit-sync] The tag stands twice on this page; the second does nothing.");
    return;
  }
  const CONTROLS = "[data-chatkit-toolbar] :is([data-chatkit-action],[data-chatkit-gate])";
  // What every visit loads, and each interpreter; tests hold them against what is really loaded.
  const OURS = [
    "sync/start.js",
    "sync/controls.js",
    "sync/python.js",
    "sync/bridge.js",
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
  // The same names as ELEMENT_EVENTS in state.py; a test holds them together.
  const names =
    "ready error thread.change thread.load.start thread.load.end response.start response.end response.stop composer.submit history.open history.close tool.change effect deeplink log";
  const log = [];
  /** A load's end, for as long as its failure may follow: see LoadEnd in switch.py. */
  let ended = {};
  const taken = new WeakSet();
  const { core, runtime, runtimeParameter, start } = tag.dataset;
  const asked = runtimeParameter && new URLSearchParams(location.search).get(runtimeParameter);
  const recorder = {
    tag,
    names: names.split(" "),
    base: new URL("..", tag.src).href,
    /** Which interpreter, as PyScript names it. */
    type: (asked || runtime) === "mpy" ? "mpy" : "py",
    asked: asked || runtime,
    /** What happened before somebody asked, for this element; it is not kept any longer. */
    take(element, isMine) {
      taken.add(element);
      const mine = log.filter((entry) =>
        entry.click ? isMine(entry.click) : entry.target === element,
      );
      for (const entry of mine) log.splice(log.indexOf(entry), 1);
      return mine;
    },
    keep: (entry) => log.push(entry),
    turnOff(control, reason) {
      const pageValue = control.getAttribute("aria-disabled");
      if (pageValue !== null) control.setAttribute("data-chatkit-page-disabled", pageValue);
      control.setAttribute("data-chatkit-off", reason);
      control.setAttribute("aria-disabled", "true");
    },
    /** Replaced by controls.js. Until then every control is off and a click is kept. */
    guard(event) {
      const control = event.target.closest?.(CONTROLS);
      const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
      if (!control || event.button || (modified && control.closest("a[href]"))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      mark();
      // Off by the page's own hand: what it does not want now it does not want later.
      if (control.getAttribute("data-chatkit-page-disabled") === "true") return;
      if (control.matches("[data-chatkit-action]"))
        log.push({ click: control, at: performance.now(), focus: document.activeElement });
    },
  };
  window[key] = recorder;
  // Off from the first paint on: controls.js comes too late for that.
  const mark = () => {
    for (const control of document.querySelectorAll(`:is(${CONTROLS}):not([data-chatkit-off])`))
      recorder.turnOff(control, "starting");
  };
  recorder.marking = new MutationObserver(mark);
  recorder.marking.observe(document, { childList: true, subtree: true });
  for (const name of recorder.names) {
    // Only capturing hears events that do not bubble, and only `ready` does (measured).
    addEventListener(
      `chatkit.${name}`,
      (event) => {
        const target = event.composedPath()[0];
        if (taken.has(target) || log.length >= 5000) return;
        const entry = { target, name, detail: event.detail, at: event.timeStamp };
        log.push(entry);
        if (name === "thread.load.end") {
          const { port1, port2 } = new MessageChannel();
          ended = entry;
          port2.onmessage = () => {
            if (ended === entry) ended = {};
          };
          setTimeout(() => port1.postMessage(0), 5);
        } else if (ended.target === target) entry.at = ended.at;
      },
      true,
    );
  }
  addEventListener("click", (event) => recorder.guard(event), true);

  const preload = (path) => {
    const link = document.createElement("link");
    link.rel = path.endsWith("js") ? "modulepreload" : "preload";
    if (link.rel === "preload") link.as = "fetch";
    link.crossOrigin = "anonymous";
    // Megabytes, for which the chat is not to wait.
    if (/(wasm|zip|json)$/.test(path)) link.fetchPriority = "low";
    link.href = recorder.base + path;
    // Pyodide waits for ever for a file that does not come (measured); it has one in reserve.
    if (!path.endsWith(".zip")) link.onerror = () => recorder.miss(link.href);
    document.head.append(link);
  };
  recorder.miss = (href) => {
    recorder.missed ??= href;
  };
  OURS.forEach(preload);
  /**
   * What the page has of PyScript: the addresses where its core may be, and whether it has scripts
   * or a configuration of our type. The document is parsed and no module has run: the last moment
   * at which the page's core, which reads the configuration once, sees one of ours.
   */
  const look = () => {
    const { type, base } = recorder;
    const scripts = document.querySelector(
      `:is(script[type=${type}],${type}-script):not([worker])`,
    );
    const config = document.querySelector(`${type}-config`);
    const cores = core === undefined ? [] : [core];
    for (const { src, text } of document.querySelectorAll("script[type=module]")) {
      if (!src) cores.push(...(text.match(/[^"'`\s]+\/core\.js[^"'`\s]*/g) ?? []));
      else if (/\/core\.js([?#]|$)/.test(src)) cores.push(src);
    }
    if (!scripts && !config && !cores.length) [...CORE, ...INTERPRETERS[type]].forEach(preload);
    else if (!scripts) {
      const starter = document.createElement(`${type}-script`);
      if (!config)
        starter.setAttribute("config", JSON.stringify({ interpreter: `${base}runtime.mjs` }));
      document.head.append(starter);
    }
    return { cores, isShared: scripts !== null || config !== null || cores.length > 0 };
  };
  recorder.page = new Promise((resolve) => {
    // The page brings Python itself.
    if (start === "none") return;
    if (document.readyState !== "loading") resolve(look());
    else document.addEventListener("readystatechange", () => resolve(look()), { once: true });
  });

  import(`${recorder.base}sync/start.js`).then(
    ({ start }) => start(recorder),
    (error) => {
      // Nobody will ever come: the page is as it was before the tag.
      recorder.marking.disconnect();
      recorder.guard = () => {};
      for (const control of document.querySelectorAll("[data-chatkit-off]")) {
        const pageValue = control.getAttribute("data-chatkit-page-disabled");
        control.removeAttribute("data-chatkit-off");
        control.removeAttribute("data-chatkit-page-disabled");
        if (pageValue === null) control.removeAttribute("aria-disabled");
        else control.setAttribute("aria-disabled", pageValue);
      }
      console.error("[chatkit-sync] sync/start.js could not be loaded:", error);
    },
  );
})();
