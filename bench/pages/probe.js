/**
 * The clock of the bench, in every page before its first line: when the controls were first gated,
 * when the chat was ready, and which click was the first that the element took.
 */
(() => {
  const marks = {};
  const mark = (name, at = performance.now()) => {
    marks[name] ??= at;
  };
  const isOff = (control) => control.disabled || control.getAttribute("aria-disabled") === "true";
  const controls = () => [...document.querySelectorAll("[data-bench]")];
  window.bench = { marks, isOff, controls };

  const gated = new MutationObserver(() => {
    const all = controls();
    if (all.length < 4 || !all.every(isOff)) return;
    mark("gated");
    gated.disconnect();
  });
  gated.observe(document, { childList: true, subtree: true, attributes: true });
  let look = () => {};
  /**
   * Made here and not for each event: Chromium tells observers in the order in which they were
   * made, and what the others do about a switch (PyScript reads each changed attribute) is no part
   * of it. It comes before the paint, and is in that number.
   */
  const switching = new MutationObserver(() => look());

  customElements.whenDefined("openai-chatkit").then((Element) => {
    const { sendUserMessage } = Element.prototype;
    Element.prototype.sendUserMessage = function (...args) {
      const called = performance.now();
      const outcome = sendUserMessage.apply(this, args);
      outcome.then(
        () => mark("clicked", called),
        () => {},
      );
      return outcome;
    };
  });
  addEventListener("chatkit.ready", () => mark("ready"), true);
  // Somebody who cannot wait: a click every ten milliseconds until one has been taken.
  const clicking = setInterval(() => {
    document.querySelector("[data-bench=send]")?.click();
  }, 10);
  addEventListener("chatkit.response.start", () => clearInterval(clicking), {
    capture: true,
    once: true,
  });
  addEventListener("chatkit.response.end", () => mark("answered"), { capture: true, once: true });

  /** Until the browser has laid out and painted what has changed. */
  const painted = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = resolve;
      // A message is heard behind the frame before which it was sent.
      requestAnimationFrame(() => port1.postMessage(null));
    });

  /**
   * Milliseconds from each of `rounds` × 2 events to the last of `count` controls that it switches,
   * and until that is painted.
   */
  window.bench.switches = async (rounds, count) => {
    const element = document.querySelector("openai-chatkit");
    const all = controls();
    if (all.length !== count) throw new Error(`${all.length} controls in place of ${count}`);
    const frame = () => new Promise(requestAnimationFrame);
    // The page's own command may still be under way.
    while (all.some(isOff)) await frame();
    const tell = (name, off) =>
      new Promise((resolve) => {
        const began = performance.now();
        look = () => {
          if (!all.every((control) => isOff(control) === off)) return false;
          switching.disconnect();
          look = () => true;
          const switched = performance.now() - began;
          painted().then(() => resolve([switched, performance.now() - began]));
          return true;
        };
        switching.observe(document.body, {
          subtree: true,
          attributeFilter: ["disabled", "aria-disabled"],
        });
        element.dispatchEvent(new CustomEvent(`chatkit.${name}`));
        // Where they were switched already, by something of the chat's own, nothing changes.
        const again = () => look() || requestAnimationFrame(again);
        requestAnimationFrame(again);
      });
    const times = [];
    for (let round = 0; round < rounds; round++) {
      times.push(await tell("response.start", true));
      // A frame in between, as there always is between two events of an answer.
      await frame();
      times.push(await tell("response.end", false));
      await frame();
    }
    return times;
  };

  /** Milliseconds for `count` events together, each what `eventOf` says of its number. */
  const tellAll = async (count, eventOf) => {
    const element = document.querySelector("openai-chatkit");
    const began = performance.now();
    for (let n = 0; n < count; n++) {
      const [name, detail] = eventOf(n);
      element.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail }));
      if (n % 1000 === 999) await new Promise((resolve) => setTimeout(resolve));
    }
    // Whoever listens later than at once is waited for.
    await new Promise((resolve) => setTimeout(resolve));
    return performance.now() - began;
  };
  /** Events that change nothing. */
  window.bench.idle = (count) => tellAll(count, () => ["log", { name: "bench", data: {} }]);
  /** Switches between fifty threads, each loaded and answered in. */
  window.bench.busy = (count) =>
    tellAll(count, (n) => {
      const of = { threadId: `thr_bench_${Math.floor(n / 6) % 50}` };
      return [
        ["thread.change", of],
        ["thread.load.start", of],
        ["thread.load.end", of],
        ["response.start", null],
        ["log", { name: "bench", data: {} }],
        ["response.end", null],
      ][n % 6];
    });
})();
