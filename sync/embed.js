/**
 * The one tag: `<script src="sync/embed.js"></script>`, before the element.
 *
 * A classic script, because a module is deferred and would miss what happens before it. From its
 * own moment on it keeps controls off and keeps the element's events and the controls' clicks in
 * one log, until Python takes them. start.js does the rest and says which attributes there are.
 */
(() => {
  const key = Symbol.for("chatkit-sync");
  const tag = document.currentScript;
  if (window[key]) {
    console.warn("[chatkit-sync] The tag stands twice on this page; the second does nothing.");
    return;
  }
  const CONTROLS = "[data-chatkit-toolbar] :is([data-chatkit-action],[data-chatkit-gate])";
  // The same names as ELEMENT_EVENTS in state.py; a test holds them together.
  const names =
    "ready error thread.change thread.load.start thread.load.end response.start response.end response.stop composer.submit history.open history.close tool.change effect deeplink log";
  const log = [];
  const taken = new WeakSet();
  const recorder = {
    tag,
    names: names.split(" "),
    base: new URL("..", tag.src).href,
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
        if (!taken.has(target) && log.length < 5000)
          log.push({ target, name, detail: event.detail, at: event.timeStamp });
      },
      true,
    );
  }
  addEventListener("click", (event) => recorder.guard(event), true);
  import(new URL("start.js", tag.src).href).then(
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
