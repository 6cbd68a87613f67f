/** The page's commands, by name. Each returns when, and throws what, the real element's does. */

import { namedError } from "./chatkit-border.js";

/** The table of commands: `(…args) => promise or nothing`. */
export function commandTable({ threads, responses, composer, history }) {
  return {
    focusComposer: () => composer.focus(),
    setThreadId: (threadId) => threads.open(threadId ?? null),
    sendUserMessage: (message) =>
      responses.send(messageOf(message), { newThread: message?.newThread === true }),
    setComposerValue: (value) => composer.set(value ?? {}),
    fetchUpdates: () => threads.refresh(),
    sendCustomAction: (action, itemId) => responses.act(action, itemId),
    showHistory: () => history.open(),
    hideHistory: () => history.close(),
  };
}

/** A command of an app that refused its options. */
export function refuseCommand(name) {
  const title = name[0].toUpperCase() + name.slice(1);
  throw namedError("IntegrationError", `Command on${title} not supported`);
}

/** A page's message, from `text` or `content`, as Responses.send takes it. */
function messageOf({ text, content, reply, attachments, model, toolChoice } = {}) {
  return {
    content: content ?? [{ type: "input_text", text: String(text ?? "") }],
    quote: reply,
    attachments,
    model,
    toolId: toolChoice?.id,
  };
}
