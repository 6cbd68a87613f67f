// What the official guide shows, with the gate that a page needs: handlers into state, state into props.
import { ChatKit, useChatKit } from "@openai/chatkit-react";
import { useState } from "react";
import { createRoot } from "react-dom/client";

const KEY = "bench.threadId";
const host = document.querySelector("#root");
const further = Array.from({ length: Number(host.dataset.controls) - 4 }, (_, index) => index);

function Page() {
  const [isReady, setReady] = useState(false);
  const [isLoading, setLoading] = useState(false);
  const [isResponding, setResponding] = useState(false);
  const { control, sendUserMessage, setThreadId, focusComposer } = useChatKit({
    api: { url: "/chatkit", domainKey: "local" },
    initialThread: localStorage.getItem(KEY),
    onReady: () => setReady(true),
    onThreadLoadStart: () => setLoading(true),
    onThreadLoadEnd: () => setLoading(false),
    onResponseStart: () => setResponding(true),
    onResponseEnd: () => setResponding(false),
    onThreadChange: ({ threadId }) => threadId && localStorage.setItem(KEY, threadId),
  });
  const isBusy = !isReady || isLoading || isResponding;
  const quietly = (outcome) => outcome?.catch(() => {});
  return (
    <>
      <nav>
        <button
          type="button"
          data-bench="send"
          disabled={isBusy}
          onClick={() => quietly(sendUserMessage({ text: "Hello" }))}
        >
          Send
        </button>
        <button
          type="button"
          data-bench=""
          disabled={isBusy}
          onClick={() => quietly(setThreadId(null))}
        >
          New chat
        </button>
        <button
          type="button"
          data-bench=""
          disabled={isBusy}
          onClick={() => quietly(focusComposer())}
        >
          Write
        </button>
        <button type="button" data-bench="" disabled={isBusy}>
          The page's own
        </button>
        {further.map((index) => (
          <button type="button" key={index} data-bench="" disabled={isBusy}>
            {index}
          </button>
        ))}
      </nav>
      <ChatKit style={{ display: "block", height: 300 }} control={control} />
    </>
  );
}

createRoot(host).render(<Page />);
