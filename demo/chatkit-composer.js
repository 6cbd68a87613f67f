/** The composer: the draft, the chosen tool and model, Send and Stop. */

import { h, iconButton } from "./chatkit-dom.js";
import { textOf } from "./chatkit-items.js";
import { CommandMenu, segments, TagSearch } from "./chatkit-tags.js";

export class Composer {
  #app;
  #draft = h("textarea", { rows: 1, "data-standin": "composer", "aria-label": "Message" });
  #quote = h("blockquote", { hidden: true });
  #attached = h("p", { className: "attachment", hidden: true });
  #tool = h("select", { "aria-label": "Tool", "data-standin": "tool", hidden: true });
  #model = h("select", { "aria-label": "Model", "data-standin": "model", hidden: true });
  #at = h("button", { type: "button", hidden: true, "data-standin": "mention" }, "@");
  #send = iconButton("send", "Send", { type: "submit", "data-standin": "send" });
  #stop = iconButton("stop", "Stop", { "data-standin": "stop", hidden: true });
  #tags = [];
  #reply = null;
  #attachments = [];
  #toolId = null;

  constructor(app) {
    this.#app = app;
    const row = h(
      "div",
      { className: "row" },
      this.#at,
      this.#tool,
      this.#model,
      this.#send,
      this.#stop,
    );
    const search = new TagSearch(app, this.#draft, (tag) => {
      this.#tags.push(tag);
      this.draw(app.threads.active);
    });
    const menu = new CommandMenu(app, this.#draft, search);
    const above = [this.#quote, this.#attached, search.element, menu.element];
    this.element = h("form", { className: "composer" }, above, this.#draft, row);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#draft.addEventListener("keydown", (event) => this.#key(event));
    this.#draft.addEventListener("input", () => this.draw(app.threads.active));
    this.#stop.addEventListener("click", () => {
      app.responses.stop();
      this.focus();
    });
    this.#at.addEventListener("click", () => this.#mention());
    this.#tool.addEventListener("change", () => this.#choose(this.#tool.value || null));
  }

  configure() {
    const { composer, entities } = this.#app.options();
    const { placeholder, tools = [], models = [] } = composer ?? {};
    this.#at.hidden = !(entities?.onTagSearch && entities.showComposerMenu);
    this.#draft.placeholder = placeholder ?? "Message the AI";
    const option = ({ id, label, disabled }) => h("option", { value: id, disabled }, label);
    this.#tool.replaceChildren(h("option", { value: "" }, "No tool"), ...tools.map(option));
    this.#tool.value = this.#toolId ?? "";
    this.#tool.hidden = !tools.length;
    const model = this.#model.value || models.find((each) => each.default)?.id;
    this.#model.replaceChildren(...models.map(option));
    if (model) this.#model.value = model;
    this.#model.hidden = !models.length;
  }

  /** Puts the cursor into the draft. */
  focus() {
    this.#draft.focus();
  }

  /** What setComposerValue does: a given text replaces the draft. */
  set({ text, content, reply, attachments, selectedToolId, selectedModelId }) {
    if (text !== undefined || content !== undefined) {
      this.#tags = (content ?? []).filter(({ type }) => type === "input_tag");
      this.#draft.value = content ? textOf({ content }) : String(text ?? "");
    }
    if (reply !== undefined) this.#reply = reply;
    if (attachments !== undefined) this.#attachments = attachments ?? [];
    if (selectedModelId) this.#model.value = selectedModelId;
    if (selectedToolId !== undefined) this.#choose(selectedToolId);
    this.draw(this.#app.threads.active);
  }

  draw(thread) {
    const busy = Boolean(thread?.busy || thread?.loading);
    this.#send.disabled = busy || !this.#draft.value.trim();
    this.#send.hidden = Boolean(thread?.response);
    this.#stop.hidden = !thread?.response?.mayStop;
    this.#quote.hidden = !this.#reply;
    this.#quote.textContent = this.#reply ?? "";
    this.#attached.hidden = !this.#attachments.length;
    this.#attached.textContent = this.#attachments.map(({ name }) => name).join(", ");
    this.#grow();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    if (this.#send.disabled) return;
    const message = {
      content: segments(this.#draft.value, this.#tags),
      quote: this.#reply,
      attachments: this.#attachments,
      model: this.#model.value || null,
      toolId: this.#toolId,
    };
    this.#app.responses.send(message, { typed: true });
    const { tools = [] } = this.#app.options().composer ?? {};
    if (!tools.find(({ id }) => id === this.#toolId)?.persistent) this.#choose(null);
    this.set({ text: "", reply: null, attachments: [] });
  }

  /** Asks for entities, as an @ that is typed does. */
  #mention() {
    this.#draft.value = `${this.#draft.value.replace(/(\S)$/, "$1 ")}@`;
    this.#draft.dispatchEvent(new Event("input"));
    this.#draft.focus();
  }

  #choose(toolId) {
    if (toolId === this.#toolId) return;
    this.#toolId = toolId;
    this.#tool.value = toolId ?? "";
    this.#app.border.emit(["tool.change", { toolId }]);
  }

  /** As tall as its text, up to what the stylesheet allows. */
  #grow() {
    this.#draft.style.blockSize = "auto";
    this.#draft.style.blockSize = `${this.#draft.scrollHeight}px`;
  }
}
