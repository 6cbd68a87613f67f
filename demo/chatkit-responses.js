/** Sending, and the responses that follow: streams, Stop, client tools, and their two kinds of busy. */

import { Unreachable } from "./chatkit-api.js";
import { namedError } from "./chatkit-border.js";
import { optimisticMessage, textOf } from "./chatkit-items.js";
import { Thread } from "./chatkit-threads.js";

const STREAM_ERROR = "An error occurred when generating a response.";

const ignored = (command, why) =>
  namedError("IntegrationError", `ChatKit: ${command}() ignored - ${why}.`);

/** Says with an IntegrationError why a command cannot have this thread now. */
function refuse(command, thread) {
  if (thread?.busy) throw ignored(command, "already responding");
  if (thread?.loading) throw ignored(command, "thread is loading");
}

/** A message as the server's protocol has it. */
function inputOf({ content, attachments, quote, model, toolId }) {
  return {
    content,
    attachments: (attachments ?? []).map(({ id }) => id),
    quoted_text: quote ?? null,
    inference_options: { model: model ?? null, tool_choice: toolId ? { id: toolId } : null },
  };
}

/** The events that tell of a message typed by the user. */
function submission(thread, message) {
  const threadId = thread.id ?? thread.clientId;
  const data = { threadId, text: textOf(message) };
  return [
    ["composer.submit", { threadId }],
    ["log", { name: "composer.submit", data }],
  ];
}

export class Responses {
  #border;
  #api;
  #threads;
  #options;
  #changed;

  /** `options()` answers with the options of the moment. */
  constructor(border, api, threads, options, changed) {
    this.#border = border;
    this.#api = api;
    this.#threads = threads;
    this.#options = options;
    this.#changed = changed;
  }

  /**
   * Sends a user's message, `{content, attachments, quote, model, toolId}`. Returns once the request
   * has been posted; throws IntegrationError where it is ignored. `typed` is for the composer.
   */
  send(message, { newThread = false, typed = false } = {}) {
    if (!textOf(message).trim() && !message.attachments?.length) {
      throw ignored("sendUserMessage", "message empty");
    }
    const before = this.#threads.active;
    if (!newThread) refuse("sendUserMessage", before);
    const thread = (newThread ? null : before) ?? new Thread();
    const input = inputOf(message);
    thread.items.push(optimisticMessage(input, message.attachments ?? []));
    thread.unsent = message;
    this.#threads.enter(thread);
    const request = thread.id
      ? ["threads.add_user_message", { thread_id: thread.id, input }]
      : ["threads.create", { input }];
    this.#respond(thread, request, {
      first: newThread && before?.response ? [["response.end"]] : [],
      after: typed ? submission(thread, message) : [],
    });
  }

  /** Sends a custom action; resolves when its stream has ended. */
  async act(action, itemId) {
    const thread = this.#threads.active;
    if (!thread?.id && !thread?.busy) throw ignored("sendAction", "no active thread");
    refuse("sendAction", thread);
    const params = { thread_id: thread.id, item_id: itemId ?? null, action };
    await this.#respond(thread, ["threads.custom_action", params]);
  }

  /** The user's Stop: there is no such command for the page. */
  stop() {
    const { response } = this.#threads.active ?? {};
    if (!response) return;
    this.#border.emit(["response.stop"]);
    response.controller.abort();
  }

  /**
   * The user's Try again: the message once more if the server never had it, else its answer.
   */
  retry(thread) {
    thread.notice = null;
    if (thread.busy || thread.loading) return;
    const asked = thread.items.findLastIndex((item) => item.type === "user_message");
    if (asked < 0) return;
    const { id: item_id, optimistic } = thread.items[asked];
    if (optimistic) {
      thread.items.splice(asked, 1);
      this.send(thread.unsent, { typed: true });
      return;
    }
    thread.items.length = asked + 1;
    this.#respond(thread, ["threads.retry_after_item", { thread_id: thread.id, item_id }]);
  }

  async #respond(thread, [type, params], { first = [], after = [] } = {}) {
    const response = { controller: new AbortController(), mayStop: true };
    response.ended = new Promise((resolve) => {
      response.end = resolve;
    });
    thread.response = response;
    thread.locked = false;
    thread.notice = null;
    thread.progress = null;
    const start = this.#threads.active === thread ? [["response.start"]] : [];
    this.#border.emit(...first, ...start, ...after);
    this.#changed();
    const state = { toolCall: null };
    try {
      for await (const event of this.#api.events(type, params, response.controller.signal)) {
        this.#apply(thread, event, state);
      }
    } catch (reason) {
      this.#failed(thread, response, reason);
    }
    this.#end(thread, response, state.toolCall);
  }

  #apply(thread, event, state) {
    if (event instanceof Error) {
      this.#border.emitError(event.name, event.message);
    } else if (event.type === "thread.created") {
      thread.apply(event);
      this.#threads.created(thread, event.thread);
    } else if (event.type === "error") {
      const text = event.message ?? STREAM_ERROR;
      this.#border.emitError("StreamError", text);
      thread.notice = { level: "danger", text, retry: true };
    } else if (event.type === "client_effect") {
      this.#border.emit(["effect", { name: event.name, data: event.data ?? {} }]);
    } else if (event.type === "stream_options") {
      thread.response.mayStop = event.stream_options.allow_cancel;
    } else if (event.type === "progress_update") {
      thread.progress = event.text;
    } else if (event.type === "notice") {
      thread.notice = { level: event.level, text: event.message, title: event.title };
    } else {
      if (isPendingTool(event.item)) state.toolCall = event.item;
      thread.apply(event);
    }
    this.#changed();
  }

  /** HTTP refusals are silent on the page; a server that cannot be reached is told. */
  #failed(thread, response, reason) {
    if (response.controller.signal.aborted) return;
    if (reason instanceof Unreachable) this.#border.emitError("StreamError", reason.message);
    const text = `That did not get through: ${reason.message}`;
    thread.notice = { level: "danger", text, retry: true };
  }

  #end(thread, response, toolCall) {
    thread.response = null;
    thread.progress = null;
    // As measured: the events are over, but for commands the thread is busy until the tool is done.
    thread.locked = toolCall !== null;
    response.end();
    if (!thread.id) this.#neverCreated(thread);
    else if (this.#threads.active === thread) this.#border.emit(["response.end"]);
    this.#changed();
    if (toolCall) this.#runTool(thread, toolCall);
  }

  /** A message that could not create its thread leaves an empty new chat behind. */
  #neverCreated(thread) {
    if (this.#threads.active !== thread) return;
    this.#threads.enter(null, thread);
    this.#border.emit(["thread.change", { threadId: null }], ["response.end"]);
  }

  async #runTool(thread, { name, arguments: params }) {
    const { onClientTool } = this.#options();
    if (!onClientTool) return;
    try {
      const result = await this.#border.call(onClientTool, { name, params });
      if (thread.response) return; // Left meanwhile, and used for something else.
      const output = { thread_id: thread.id, result: result ?? null };
      await this.#respond(thread, ["threads.add_client_tool_output", output]);
    } catch {
      // As measured: a tool that threw keeps the thread locked until it is left.
    }
  }
}

const isPendingTool = (item) => item?.type === "client_tool_call" && item.status === "pending";
