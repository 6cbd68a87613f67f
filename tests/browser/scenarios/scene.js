/**
 * The test's ear and hand in a page with the tag: a classic script that stands before everything.
 *
 * Hears every `chatkit-sync`, notes every write of `disabled` (nobody but the page may), and calls
 * functions of the page's own Python (probe.py).
 */
(() => {
  const opened = Promise.withResolvers();
  const replies = new Map();
  let calls = 0;

  const scene = {
    phases: [],
    snapshots: [],
    disabledWrites: [],
    notes: [],
    /** Calls a function of the page's Python and waits for its outcome. */
    async call(name, args) {
      const receive = await opened.promise;
      const reply = Promise.withResolvers();
      const number = ++calls;
      replies.set(number, reply);
      receive(number, name, JSON.stringify(args));
      // A coroutine that the interpreter has lost must not keep the test waiting for ever.
      setTimeout(() => reply.resolve('{"ok": false, "error": "NoReply"}'), 20_000);
      return JSON.parse(await reply.promise);
    },
    open: (receive) => opened.resolve(receive),
    reply: (number, text) => replies.get(number).resolve(text),
  };
  window.scene = scene;

  // A status and marks that come and go move nothing, else a click may meet what has just moved.
  const still = new CSSStyleSheet();
  still.replaceSync(
    "nav{min-block-size:6rem}output{display:block;block-size:1.5rem;overflow:hidden}",
  );
  document.adoptedStyleSheets = [still];

  addEventListener("chatkit-sync", ({ detail }) => {
    scene.snapshots.push(detail);
    if (scene.phases.at(-1) !== detail.phase) scene.phases.push(detail.phase);
  });
  new MutationObserver((records) => {
    for (const { target } of records) scene.disabledWrites.push(target.id);
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["disabled"] });
})();
