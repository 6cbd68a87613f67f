/** The history panel: earlier threads to open, rename and delete. */

import { h, iconButton } from "./chatkit-dom.js";

export class History {
  #app;
  #composer;
  #list = h("ul");
  #note = h("p", { className: "aside" });
  #more = h("button", { type: "button", className: "more", hidden: true }, "Older chats");
  #threads = [];
  #after = null;
  #renaming = null;
  element = h("aside", { className: "history", "aria-label": "Earlier chats", hidden: true });
  toggleButton = iconButton("history", "Earlier chats", { "data-standin": "history" });

  constructor(app, composer) {
    this.#app = app;
    this.#composer = composer;
    this.element.append(h("h2", {}, "Earlier chats"), this.#list, this.#note, this.#more);
    this.toggleButton.setAttribute("aria-expanded", "false");
    this.toggleButton.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    this.#more.addEventListener("click", () => this.#read(this.#after));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#renaming) return;
      this.close();
      this.toggleButton.focus();
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  open() {
    if (this.isOpen) return;
    this.#show(true);
    this.#app.border.emit(["history.open"]);
    this.#read();
  }

  close() {
    if (!this.isOpen) return;
    this.#renaming = null;
    this.#show(false);
    this.#app.border.emit(["history.close"]);
  }

  /** Marks the active thread and takes over a title that has changed meanwhile. */
  draw() {
    if (!this.isOpen) return;
    const { active } = this.#app.threads;
    for (const row of this.#list.querySelectorAll("[data-standin=thread]")) {
      const current = row.dataset.threadId === active?.id;
      if (current) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      if (current && active.title) row.textContent = active.title;
    }
  }

  #show(open) {
    this.element.hidden = !open;
    this.toggleButton.setAttribute("aria-expanded", String(open));
  }

  async #read(after = null) {
    if (!after) this.#note.textContent = this.#threads.length ? "" : "Loading…";
    const params = { limit: 20, order: "desc", ...(after && { after }) };
    try {
      const page = await this.#app.api.json("threads.list", params);
      this.#threads = after ? [...this.#threads, ...page.data] : page.data;
      this.#after = page.has_more ? page.after : null;
      this.#note.textContent = this.#threads.length ? "" : "No chats yet.";
    } catch (error) {
      this.#note.textContent = "The earlier chats could not be loaded.";
      this.#app.border.emitError("HistoryViewError", error?.message ?? String(error));
    }
    this.#rows();
  }

  #rows() {
    this.#more.hidden = !this.#after;
    this.#list.replaceChildren(...this.#threads.map((thread) => this.#row(thread)));
    this.draw();
  }

  #row(thread) {
    const { showDelete, showRename } = this.#app.options().history ?? {};
    const title = thread.title ?? "Untitled chat";
    const hook = (name) => ({ "data-standin": name, "data-thread-id": thread.id });
    if (this.#renaming === thread.id)
      return h("li", {}, this.#renameForm(thread, hook("rename-to")));
    const rename = () => {
      this.#renaming = thread.id;
      this.#rows();
    };
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", ...hook("thread"), onclick: () => this.#choose(thread) },
        title,
      ),
      showRename !== false &&
        iconButton("rename", `Rename ${title}`, { ...hook("rename"), onclick: rename }),
      showDelete !== false &&
        iconButton("delete", `Delete ${title}`, {
          ...hook("delete"),
          onclick: () => this.#remove(thread),
        }),
    );
  }

  #renameForm(thread, hook) {
    const input = h("input", { ...hook, value: thread.title ?? "", "aria-label": "New title" });
    const done = (title) => {
      this.#renaming = null;
      if (title && title !== thread.title) this.#rename(thread, title);
      this.#rows();
      this.#list.querySelector(`[data-standin=rename][data-thread-id="${thread.id}"]`)?.focus();
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") done(null);
    });
    queueMicrotask(() => input.select());
    const onsubmit = (event) => {
      event.preventDefault();
      done(input.value.trim());
    };
    const save = h("button", { type: "submit" }, "Save");
    return h("form", { className: "rename", onsubmit }, input, save);
  }

  #choose({ id }) {
    this.close();
    this.#app.threads.open(id).catch((error) => {
      const { active } = this.#app.threads;
      const text = `That chat could not be opened: ${error?.message ?? error}`;
      if (active) active.notice = { level: "danger", text };
      this.#app.changed();
    });
    this.#composer.focus();
  }

  #rename(thread, title) {
    thread.title = title;
    this.#app.threads.rename(thread.id, title).catch(() => this.#read());
  }

  #remove(thread) {
    this.#threads = this.#threads.filter(({ id }) => id !== thread.id);
    this.#rows();
    this.toggleButton.focus();
    this.#app.threads.remove(thread.id).catch(() => this.#read());
  }
}
