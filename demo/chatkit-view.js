/** What is seen: header, conversation, notice, composer and history, drawn from the threads. */

import { Composer } from "./chatkit-composer.js";
import { Conversation } from "./chatkit-conversation.js";
import { h, iconButton } from "./chatkit-dom.js";
import { History } from "./chatkit-history.js";
import { markdown } from "./chatkit-markdown.js";
import { applyTheme } from "./chatkit-theme.js";

export class View {
  #app;
  #title = h("h1", { "data-standin": "title" });
  #header = h("header");
  #notice = h("div", { className: "notice", role: "alert", hidden: true });
  #live = h("div", { className: "unseen", "aria-live": "polite" });
  #disclaimer = h("p", { className: "disclaimer", hidden: true });
  #conversation;
  #shownNotice = null;
  #answering = null;
  #due = false;

  constructor(app) {
    this.#app = { ...app, changed: () => this.changed() };
    this.#conversation = new Conversation(this.#app);
    const composer = new Composer(this.#app);
    const history = new History(this.#app, composer);
    /** What the commands of the page reach. */
    this.parts = { composer, history };
    document.body.append(
      this.#header,
      history.element,
      h("main", {}, this.#conversation.element),
      h("footer", {}, this.#notice, composer.element, this.#disclaimer),
      this.#live,
    );
  }

  /** Draws again soon, once for all changes of the moment. */
  changed() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.#draw();
    });
  }

  /** Takes new options. */
  configure() {
    const { theme, header, disclaimer, frameTitle, history } = this.#app.options();
    applyTheme(theme);
    document.title = frameTitle ?? "Chat";
    this.#header.hidden = header?.enabled === false;
    this.#title.hidden = header?.title?.enabled === false;
    this.#header.replaceChildren(...this.#headerParts(header, history));
    this.#disclaimer.hidden = !disclaimer?.text;
    this.#disclaimer.classList.toggle("strong", Boolean(disclaimer?.highContrast));
    this.#disclaimer.replaceChildren(
      ...markdown(disclaimer?.text ?? "", (name, data) => this.#deeplink(name, data)),
    );
    this.#conversation.configure();
    this.parts.composer.configure();
    this.changed();
  }

  #headerParts(header, history) {
    const newChat = iconButton("compose", "New chat", {
      "data-standin": "new-chat",
      onclick: () => this.#newChat(),
    });
    const action = (given) => {
      if (!given) return null;
      const onclick = () => this.#app.border.call(given.onClick).catch(() => {});
      return iconButton(given.icon, given.icon.replaceAll("-", " "), { onclick });
    };
    const toggle = history?.enabled === false ? null : this.parts.history.toggleButton;
    return [
      toggle,
      action(header?.leftAction),
      this.#title,
      action(header?.rightAction),
      newChat,
    ].filter(Boolean);
  }

  #deeplink(name, data) {
    this.#app.border.emit(["deeplink", { name, data }]);
  }

  #newChat() {
    const { threads } = this.#app;
    if (threads.active) threads.show(null);
    this.parts.history.close();
    this.parts.composer.focus();
  }

  #draw() {
    const { threads, options } = this.#app;
    const { active } = threads;
    const own = options().header?.title?.text;
    this.#title.textContent = own ?? active?.title ?? (active?.id ? "Untitled chat" : "New chat");
    this.#conversation.draw(active);
    this.#drawNotice(active ?? threads.failed);
    this.parts.composer.draw(active);
    this.parts.history.draw();
    this.#speak(active);
  }

  #drawNotice(thread) {
    const notice = thread?.notice ?? null;
    if (notice === this.#shownNotice) return;
    this.#shownNotice = notice;
    this.#notice.hidden = !notice;
    this.#notice.replaceChildren();
    if (!notice) return;
    const retry = () => this.#app.responses.retry(thread);
    this.#notice.dataset.level = notice.level;
    this.#notice.append(
      h("p", {}, notice.title ? h("strong", {}, `${notice.title} `) : null, notice.text),
      notice.retry
        ? h("button", { type: "button", "data-standin": "retry", onclick: retry }, "Try again")
        : "",
    );
  }

  /** An answer is read aloud once, when it is whole: a word at a time would drown everything. */
  #speak(thread) {
    const answering = thread?.response ? thread : null;
    if (this.#answering && !answering && thread === this.#answering) {
      const items = thread.items.filter((item) => item.type === "assistant_message");
      this.#live.textContent =
        items
          .at(-1)
          ?.content.map((part) => part.text)
          .join("\n") ?? "";
    }
    this.#answering = answering;
  }
}
