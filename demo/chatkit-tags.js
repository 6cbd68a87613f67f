/**
 * What the draft asks the page for while it is typed: entity tags after an @ (entities.onTagSearch),
 * and commands after a / at its beginning (commands.onSearch).
 */

import { h } from "./chatkit-dom.js";

const TAG = /(?:^|\s)@([^\s@]*)$/;
const COMMAND = /^\/(\S*)$/;

/** The content segments of a draft, in which each tag stands as its `@title`. */
export function segments(text, tags) {
  const found = tags
    .map((tag) => ({ tag, at: text.indexOf(`@${tag.text}`) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)[0];
  if (!found) return text ? [{ type: "input_text", text }] : [];
  const { tag, at } = found;
  const rest = text.slice(at + tag.text.length + 1);
  return [...segments(text.slice(0, at), []), tag, ...segments(rest, tags)];
}

/** What may be chosen for what stands in the draft now; the last question wins. */
class Suggestions {
  #asked = 0;
  element;

  constructor(label, draft) {
    this.element = h("div", {
      className: "tags",
      role: "group",
      "aria-label": label,
      hidden: true,
    });
    draft.addEventListener("input", () => this.ask(() => this.search()));
  }

  /** Shows what `find` finds, as `{name, text, title, choose}`, unless asked again meanwhile. */
  async ask(find) {
    this.#asked += 1;
    const asked = this.#asked;
    const found = await find();
    if (asked === this.#asked) this.show(found ?? []);
  }

  show(found) {
    this.element.hidden = !found.length;
    this.element.replaceChildren(
      ...found.slice(0, 6).map(({ name, text, title, choose }) => {
        const more = { type: "button", "data-standin": name, title, onclick: choose };
        return h("button", more, text);
      }),
    );
  }
}

/** The segment that stands for an entity. */
export function tagOf({ id, title, group, data, interactive }) {
  const tag = { type: "input_tag", id, text: title, data: data ?? {} };
  return { ...tag, group: group ?? null, interactive: interactive ?? false };
}

/** The entity that a segment stands for, as the page knows it. */
export function entityOf({ id, text, group, data, interactive }) {
  return { id, title: text, group: group ?? undefined, data, interactive };
}

export class TagSearch extends Suggestions {
  #app;
  #draft;
  #chosen;

  /** `chosen(tag)` is told of the tag that now stands in the draft. */
  constructor(app, draft, chosen) {
    super("Suggestions", draft);
    this.#app = app;
    this.#draft = draft;
    this.#chosen = chosen;
  }

  async search() {
    const { onTagSearch } = this.#app.options().entities ?? {};
    const query = TAG.exec(this.#draft.value)?.[1];
    if (!onTagSearch || query === undefined) return [];
    try {
      const entities = await this.#app.border.call(onTagSearch, query);
      return entities.map((entity) => ({
        name: "tag",
        text: entity.title,
        choose: () => this.insert(entity, /@[^\s@]*$/),
      }));
    } catch (error) {
      this.#app.border.emitError("EntitySearchError", error?.message ?? String(error));
      return [];
    }
  }

  /** Puts an entity in the place of what was typed. */
  insert(entity, typed) {
    this.#draft.value = `${this.#draft.value.replace(typed, "")}@${entity.title} `;
    this.show([]);
    this.#draft.focus();
    this.#chosen(tagOf(entity));
  }
}

export class CommandMenu extends Suggestions {
  #app;
  #draft;
  #tags;

  /** An entity that a command inserts becomes a tag by `tags`. */
  constructor(app, draft, tags) {
    super("Commands", draft);
    this.#app = app;
    this.#draft = draft;
    this.#tags = tags;
  }

  async search() {
    const { enabled, onSearch } = this.#app.options().commands ?? {};
    const query = COMMAND.exec(this.#draft.value)?.[1];
    if (!enabled || !onSearch || query === undefined) return [];
    return this.#entries(await this.#app.border.call(onSearch, query).catch(() => []));
  }

  #entries(commands) {
    return commands.map((command) => ({
      name: "command",
      text: command.label,
      title: command.description,
      choose: () => this.ask(() => this.#select(command)),
    }));
  }

  /** What the page makes of it: an entity, a further menu, or nothing that is seen here. */
  async #select(command) {
    const { onSelect } = this.#app.options().commands ?? {};
    const chosen = onSelect && (await this.#app.border.call(onSelect, command).catch(() => null));
    if (chosen?.type === "menu") return this.#entries(chosen.commands);
    this.#draft.value = this.#draft.value.replace(COMMAND, "");
    if (chosen?.type === "entity") this.#tags.insert(chosen.entity, COMMAND);
    this.#draft.focus();
    return [];
  }
}
