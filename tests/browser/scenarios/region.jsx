// A page as React makes it: toolbar, status and chat of one component, through OpenAI's binding.
import { ChatKit, useChatKit } from "@openai/chatkit-react";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

function Region({ threads, busyElsewhere }) {
  const { control } = useChatKit({ api: { url: "/chatkit", domainKey: "local" } });
  return (
    <section>
      <nav data-chatkit-toolbar="" id="bar" aria-label="Chat">
        <button type="button" id="new" data-chatkit-action="new-thread">
          New chat
        </button>
        <button
          type="button"
          id="send"
          data-chatkit-action="send"
          data-chatkit-text="Said by a control"
          aria-disabled={busyElsewhere || undefined}
        >
          Send
        </button>
        {threads.map((id, index) => (
          <a
            key={id}
            id={`open-${"ab"[index]}`}
            href={`?threadId=${id}`}
            data-chatkit-action="open-thread"
            data-chatkit-thread={id}
          >
            Thread {index}
          </a>
        ))}
        <span id="busy" data-chatkit-show="busy">
          Working…
        </span>
      </nav>
      <output id="status" data-chatkit-status="" />
      <ChatKit id="chat" style={{ display: "block", height: 300 }} control={control} />
    </section>
  );
}

function Page({ threads }) {
  const [state, setState] = useState({ generation: 0, busyElsewhere: false, shown: threads });
  window.page = (change) => setState((old) => ({ ...old, ...change }));
  return (
    <Region key={state.generation} threads={state.shown} busyElsewhere={state.busyElsewhere} />
  );
}

const host = document.querySelector("#root");
createRoot(host).render(
  <StrictMode>
    <Page threads={JSON.parse(host.dataset.threads)} />
  </StrictMode>,
);
