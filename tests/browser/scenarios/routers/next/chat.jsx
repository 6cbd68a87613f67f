// What stands in the layout, beside what the router changes. The test fills in the threads.
const OPTIONS = { api: { url: "/chatkit", domainKey: "local" }, history: { enabled: true } };
const CONFIGURE = `customElements.whenDefined("openai-chatkit").then(() =>
  document.querySelector("openai-chatkit").setOptions(${JSON.stringify(OPTIONS)}))`;

export function Scripts() {
  return (
    <>
      <script src="/scene/scene.js" />
      <script src="/bundle/sync/embed.js" data-runtime="mpy" />
      <script src="/stand-in/chatkit.js" async />
    </>
  );
}

export function Chat() {
  return (
    <>
      <nav data-chatkit-toolbar="" id="bar" aria-label="Chat">
        <button type="button" id="new" data-chatkit-action="new-thread">
          New chat
        </button>
        <button
          type="button"
          id="open-a"
          data-chatkit-action="open-thread"
          data-chatkit-thread="thr_first"
        >
          A
        </button>
        <button
          type="button"
          id="open-b"
          data-chatkit-action="open-thread"
          data-chatkit-thread="thr_second"
        >
          B
        </button>
      </nav>
      <output data-chatkit-status="" id="status" />
      <label>
        <input id="guarded" type="checkbox" /> Guard
      </label>
      <output id="asked" />
      <openai-chatkit id="chat" style={{ display: "block", height: "300px" }} />
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: the page's own script */}
      <script dangerouslySetInnerHTML={{ __html: CONFIGURE }} />
    </>
  );
}
