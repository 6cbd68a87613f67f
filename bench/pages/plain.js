/** What a careful page does by hand: the gate, the thread in storage, and the buttons' calls. */
const KEY = "bench.threadId";
const element = document.querySelector("openai-chatkit");
const controls = [...document.querySelectorAll("[data-bench]")];
const state = { ready: false, loading: false, responding: false };

function draw() {
  const isBusy = !state.ready || state.loading || state.responding;
  for (const control of controls) control.disabled = isBusy;
}

function listen(name, change) {
  element.addEventListener(`chatkit.${name}`, (event) => {
    Object.assign(state, change(event.detail));
    draw();
  });
}

draw();
listen("ready", () => ({ ready: true }));
listen("thread.load.start", () => ({ loading: true }));
listen("thread.load.end", () => ({ loading: false }));
listen("response.start", () => ({ responding: true }));
listen("response.end", () => ({ responding: false }));
element.addEventListener("chatkit.thread.change", ({ detail }) => {
  if (detail.threadId) localStorage.setItem(KEY, detail.threadId);
});
for (const [action, call] of Object.entries({
  send: () => element.sendUserMessage({ text: "Hello" }),
  "new-thread": () => element.setThreadId(null),
  "focus-composer": () => element.focusComposer(),
}))
  document.querySelector(`[data-chatkit-action=${action}]`).addEventListener("click", () => {
    call().catch(() => {});
  });
customElements.whenDefined("openai-chatkit").then(() => {
  element.setOptions({
    api: { url: "/chatkit", domainKey: "local" },
    initialThread: localStorage.getItem(KEY),
  });
});
