/** The conversation of the active thread, or the start screen of a new chat. */

import { h } from "./chatkit-dom.js";
import { entityMention } from "./chatkit-entities.js";
import { textOf } from "./chatkit-items.js";
import { markdown } from "./chatkit-markdown.js";
import { widgetCard } from "./chatkit-widgets.js";

const GREETING = "What can I help with today?";
/** As close to the end as this, in pixels, a reader is taken along by a growing answer. */
const NEAR = 80;

export class Conversation {
  #app;
  #start = h("div", { className: "start" });
  #messages = h("div", { className: "messages" });
  #waiting = h("p", { className: "waiting" });
  #drawn = new Map();
  #thread = null;
  #atEnd = true;
  element = h("section", { className: "conversation", tabIndex: 0, "aria-label": "Conversation" });

  constructor(app) {
    this.#app = app;
    this.element.append(this.#start, this.#messages);
    this.element.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.element;
      this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    });
    // A notice or a longer draft below makes this smaller.
    new ResizeObserver(() => this.#follow()).observe(this.element);
  }

  configure() {
    const { greeting, prompts } = this.#app.options().startScreen ?? {};
    this.#start.replaceChildren(h("h2", {}, greeting ?? GREETING));
    if (!prompts?.length) return;
    const buttons = prompts.map(({ label, prompt }) =>
      h(
        "button",
        { type: "button", "data-standin": "prompt", onclick: () => this.#ask(prompt) },
        label,
      ),
    );
    this.#start.append(h("div", { className: "prompts" }, buttons));
  }

  /** Draws what has changed of the thread and keeps a reader at the end there. */
  draw(thread) {
    if (thread !== this.#thread) {
      this.#drawn.clear();
      this.#atEnd = true;
      // The start screen is read from its top.
      this.element.scrollTop = 0;
    }
    this.#thread = thread;
    this.#start.hidden = thread !== null;
    this.#messages.hidden = thread === null;
    this.element.setAttribute("aria-busy", String(Boolean(thread?.loading || thread?.response)));
    place(this.#messages, thread ? this.#nodes(thread) : []);
    this.#follow();
  }

  #follow() {
    if (this.#thread && this.#atEnd) this.element.scrollTop = this.element.scrollHeight;
  }

  #nodes(thread) {
    const nodes = thread.items.map((item) => this.#node(item)).filter(Boolean);
    const words = waitingFor(thread);
    if (words === null) return nodes;
    if (this.#waiting.dataset.words !== words) {
      this.#waiting.dataset.words = words;
      this.#waiting.replaceChildren(
        h("span", { className: "dots" }, h("i"), h("i"), h("i")),
        words,
      );
    }
    return [...nodes, this.#waiting];
  }

  /** The element of one item, made again only where the item has changed. */
  #node(item) {
    const state = JSON.stringify(item);
    const drawn = this.#drawn.get(item.id);
    if (drawn?.state === state) return drawn.node;
    const node = (ITEMS[item.type] ?? placeholder)(item, this.#app);
    this.#drawn.set(item.id, { state, node });
    return node;
  }

  #ask(prompt) {
    const content = typeof prompt === "string" ? [{ type: "input_text", text: prompt }] : prompt;
    const { active } = this.#app.threads;
    if (!active?.busy && !active?.loading) this.#app.responses.send({ content }, { typed: true });
  }
}

/** What stands under the messages while there is something to wait for, or null. */
function waitingFor(thread) {
  if (thread.loading) return "Loading the conversation…";
  if (thread.locked) return "Waiting for the page…";
  if (!thread.response) return null;
  if (thread.progress) return thread.progress;
  const last = thread.items.at(-1);
  return last?.type === "assistant_message" && textOf(last) ? "" : "Thinking…";
}

function place(parent, nodes) {
  for (const [index, node] of nodes.entries()) {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  }
  while (parent.children.length > nodes.length) parent.lastChild.remove();
}

function message(role, label, ...children) {
  return h(
    "article",
    { "data-standin": "message", "data-role": role, "aria-label": label },
    ...children,
  );
}

const ITEMS = {
  user_message: (item, app) =>
    message(
      "user",
      "You",
      item.quoted_text ? h("blockquote", {}, item.quoted_text) : null,
      h("p", {}, ...(item.content ?? []).map((part) => segment(part, app))),
      ...(item.attachments ?? []).map(({ name }) => h("p", { className: "attachment" }, name)),
    ),
  assistant_message: (item, { border }) => {
    const onDeeplink = (name, data) => border.emit(["deeplink", { name, data }]);
    return message("assistant", "Assistant", ...markdown(textOf(item), onDeeplink));
  },
  widget: widgetCard,
  client_tool_call: ({ name }) => h("p", { className: "aside" }, `The page was asked: ${name}`),
  workflow: ({ workflow }) =>
    h(
      "ul",
      { className: "aside" },
      workflow.tasks.map((task) => h("li", {}, task.title ?? task.content ?? task.type)),
    ),
  task: ({ task }) => h("p", { className: "aside" }, task.title ?? task.content ?? task.type),
  end_of_turn: () => null,
};

function segment(part, app) {
  return part.type === "input_tag" ? entityMention(part, app) : part.text;
}

function placeholder({ type }) {
  return h("p", { className: "aside" }, `(${type.replaceAll("_", " ")})`);
}
