/**
 * A second `<openai-chatkit>`, wrong on purpose: the stand-in with the mistakes that one makes who
 * knows ChatKit by its types only. The contract suite must fail on it.
 *
 * `wrong_element.js?only=NAME` has one of the mistakes, without a query it has them all.
 */
(() => {
  const only = new URL(document.currentScript.src).searchParams.get("only");
  const COMMANDS = [
    "focusComposer",
    "setThreadId",
    "sendUserMessage",
    "setComposerValue",
    "fetchUpdates",
    "sendCustomAction",
    "showHistory",
    "hideHistory",
  ];

  const again = (event, init) =>
    new CustomEvent(event.type, {
      bubbles: event.bubbles,
      composed: event.composed,
      detail: event.detail,
      ...init,
    });

  /** Let `change(event, tell, element)` decide what is told in place of each event. */
  function onEvents(proto, change) {
    const { dispatchEvent } = proto;
    proto.dispatchEvent = function tellWrongly(event) {
      const tell = (name, detail = null) =>
        dispatchEvent.call(this, new CustomEvent(`chatkit.${name}`, { detail }));
      const told = change(event, tell, this);
      return told === null ? true : dispatchEvent.call(this, told ?? event);
    };
  }

  /** Put `wrong(call, args, element)` around a command; `call(...args)` is the right one. */
  function around(proto, name, wrong) {
    const right = proto[name];
    proto[name] = function callWrongly(...args) {
      return wrong((...given) => right.apply(this, given), args, this);
    };
  }

  const MISTAKES = {
    "everything bubbles": (proto) =>
      onEvents(proto, (event) => again(event, { bubbles: true, composed: true })),

    "ready comes twice": (proto) =>
      onEvents(proto, (event, tell) => {
        if (event.type === "chatkit.ready") tell("ready");
      }),

    "no data-loaded": (proto) =>
      onEvents(proto, (event, _tell, element) => {
        if (event.type === "chatkit.ready") element.removeAttribute("data-loaded");
      }),

    "the initial thread is a change": (proto) =>
      onEvents(proto, (event, tell, element) => {
        if (event.type !== "chatkit.thread.load.start" || element.hasLoaded) return;
        element.hasLoaded = true;
        tell("thread.change", event.detail);
      }),

    "no change null after a failure": (proto) =>
      onEvents(proto, (event) =>
        event.type === "chatkit.thread.change" && event.detail.threadId === null ? null : event,
      ),

    "a failed switch resolves": (proto) =>
      around(proto, "setThreadId", (call, args) => call(...args).catch(() => {})),

    "a failed switch is not taken back": (proto) => {
      let changes = 0;
      around(proto, "setThreadId", (call, args) => {
        changes = 0;
        return call(...args);
      });
      onEvents(proto, (event) => {
        if (event.type === "chatkit.thread.change") changes += 1;
        return changes > 1 ? null : event;
      });
    },

    "a failed id is tried again": (proto) =>
      around(proto, "setThreadId", async (call, args) => {
        await call(...args);
        const body = JSON.stringify({ type: "threads.get_by_id", params: { thread_id: args[0] } });
        await fetch("/chatkit", { method: "POST", body });
      }),

    "HTTP errors are told": (proto) => {
      const { fetch } = window;
      let latest = null;
      around(proto, "sendUserMessage", (call, args, element) => {
        latest = element;
        return call(...args);
      });
      window.fetch = async (...args) => {
        const answer = await fetch(...args);
        const detail = { error: new Error(`HTTP ${answer.status}`) };
        if (!answer.ok) latest?.dispatchEvent(new CustomEvent("chatkit.error", { detail }));
        return answer;
      };
    },

    "leaving a stream tells no end": (proto) => {
      let left = false;
      onEvents(proto, (event) => {
        const ends = left && event.type === "chatkit.response.end";
        left = event.type === "chatkit.thread.change";
        return ends ? null : event;
      });
    },

    "visited threads load again": (proto) =>
      around(proto, "setThreadId", async (call, args, element) => {
        await call(...args);
        for (const edge of ["start", "end"]) {
          const detail = { threadId: args[0] };
          element.dispatchEvent(new CustomEvent(`chatkit.thread.load.${edge}`, { detail }));
        }
      }),

    "the same id is a change": (proto) =>
      around(proto, "setThreadId", async (call, args, element) => {
        const detail = { threadId: args[0] };
        element.dispatchEvent(new CustomEvent("chatkit.thread.change", { detail }));
        await call(...args);
      }),

    "no second try": () => {
      globalThis.chatkitStandIn.retryDelays = [];
    },

    "a sent message was submitted": (proto) =>
      around(proto, "sendUserMessage", (call, args, element) => {
        const detail = { threadId: null };
        element.dispatchEvent(new CustomEvent("chatkit.composer.submit", { detail }));
        return call(...args);
      }),

    "sending resolves with the answer": (proto) =>
      around(proto, "sendUserMessage", async (call, args, element) => {
        const ended = new Promise((resolve) => {
          element.addEventListener("chatkit.response.end", resolve, { once: true });
        });
        await call(...args);
        await ended;
      }),

    "a busy element keeps silent": (proto) =>
      around(proto, "sendUserMessage", (call, args) => call(...args).catch(() => {})),

    "a locked thread lets messages pass": (proto) =>
      around(proto, "sendUserMessage", (call, args) =>
        call(...args).catch(() => call({ ...args[0], newThread: true })),
      ),

    "reloading does not wait": (proto) =>
      around(proto, "fetchUpdates", (call, args) => {
        call(...args).catch(() => {});
        return Promise.resolve();
      }),

    "commands do not wait for ready": (proto) => {
      for (const name of COMMANDS) {
        around(proto, name, (call, args, element) =>
          element.dataset.loaded ? call(...args) : Promise.reject(new Error("not ready")),
        );
      }
    },

    "dead elements answer": (proto) => {
      for (const name of COMMANDS) {
        around(proto, name, (call, args) => Promise.race([call(...args), answerIn(10)]));
      }
    },

    "options merge": (proto) => {
      let all = {};
      around(proto, "setOptions", (call, [options]) => {
        all = { ...all, ...options, api: { ...all.api, ...options.api } };
        call(all);
      });
    },

    "parameters travel as JSON": (proto) => {
      for (const name of COMMANDS) {
        around(proto, name, (call, args) => call(...JSON.parse(JSON.stringify(args))));
      }
    },

    "every rejection is an Error": (proto) =>
      around(proto, "setThreadId", (call, args) =>
        call(...args).catch((reason) => {
          throw reason instanceof Error ? reason : new Error(String(reason));
        }),
      ),

    "errors are texts": (proto) =>
      onEvents(proto, (event) =>
        event.type === "chatkit.error"
          ? again(event, { detail: { error: event.detail.error.message } })
          : event,
      ),

    "it remembers its thread": (proto) =>
      onEvents(proto, (event) => {
        const { threadId } = event.detail ?? {};
        if (threadId) localStorage.setItem("chatkit.thread", threadId);
      }),

    "it tells its thread": (proto) => Object.defineProperty(proto, "threadId", { get: () => null }),
  };

  function answerIn(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  const { define } = customElements;
  customElements.define = (name, Element) => {
    for (const [mistake, make] of Object.entries(MISTAKES)) {
      if (only === null || only === mistake) make(Element.prototype);
    }
    define.call(customElements, name, Element);
  };
  const script = document.createElement("script");
  script.src = "/demo/chatkit.js";
  document.head.append(script);
})();
