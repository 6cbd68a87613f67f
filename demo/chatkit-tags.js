/** Entity tags in the draft: what is typed after an @ asks the page's entities.onTagSearch. */

import { h } from "./chatkit-dom.js";

const TYPING = /(?:^|\s)@([^\s@]*)$/;

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

export class TagSearch {
  #app;
  #draft;
  #chosen;
  #asked = 0;
  element = h("div", { className: "tags", role: "group", "aria-label": "Suggestions" });

  /** `chosen(tag)` is told of the tag that now stands in the draft. */
  constructor(app, draft, chosen) {
    this.#app = app;
    this.#draft = draft;
    this.#chosen = chosen;
    this.element.hidden = true;
    draft.addEventListener("input", () => this.#ask());
  }

  /** Last question wins; a search that fails suggests nothing. */
  async #ask() {
    this.#asked += 1;
    const asked = this.#asked;
    const onTagSearch = this.#app.options().entities?.onTagSearch;
    const query = TYPING.exec(this.#draft.value)?.[1];
    const search = onTagSearch && query !== undefined && this.#app.border.call(onTagSearch, query);
    const entities = await Promise.resolve(search).catch((error) => {
      this.#app.border.emitError("EntitySearchError", error?.message ?? String(error));
    });
    if (asked === this.#asked) this.#suggest(entities || []);
  }

  #suggest(entities) {
    this.element.hidden = !entities.length;
    this.element.replaceChildren(
      ...entities.slice(0, 6).map((entity) => {
        const onclick = () => this.#insert(entity);
        return h("button", { type: "button", "data-standin": "tag", onclick }, entity.title);
      }),
    );
  }

  #insert({ id, title, group, data, interactive }) {
    const start = this.#draft.value.replace(/@[^\s@]*$/, "");
    this.#draft.value = `${start}@${title} `;
    this.#suggest([]);
    this.#draft.focus();
    const tag = { type: "input_tag", id, text: title, data: data ?? {} };
    this.#chosen({ ...tag, group: group ?? null, interactive: interactive ?? false });
  }
}
