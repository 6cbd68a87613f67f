/**
 * An `<openai-chatkit>` that does what the test says: `fake.answers[method]` makes the outcome of a
 * command, `fake.calls` holds what was asked, `fake.say(name, detail)` tells an event.
 */
(() => {
  const METHODS =
    "sendUserMessage setThreadId focusComposer setComposerValue fetchUpdates sendCustomAction showHistory hideHistory".split(
      " ",
    );
  const fake = {
    calls: [],
    options: [],
    answers: {},
    ready: true,
    get element() {
      return document.querySelector("openai-chatkit");
    },
    say(name, detail = null, element = fake.element) {
      element.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail }));
    },
  };
  window.fake = fake;

  class Fake extends HTMLElement {
    setOptions(options) {
      fake.options.push(options);
      if (fake.answers.setOptions) fake.answers.setOptions(options);
    }

    connectedCallback() {
      if (!fake.ready) return;
      // After its insertion has been observed, as with an iframe's load.
      queueMicrotask(() => {
        this.dataset.loaded = "true";
        fake.say("ready", null, this);
      });
    }
  }
  for (const name of METHODS)
    Fake.prototype[name] = (...args) => {
      fake.calls.push([name, ...args]);
      return fake.answers[name] ? fake.answers[name](...args) : Promise.resolve();
    };
  customElements.define("openai-chatkit", Fake);
})();
