/** An entity in a message: a word, or what the page previews (onRequestPreview) and opens (onClick). */

import { h } from "./chatkit-dom.js";
import { entityOf } from "./chatkit-tags.js";
import { widgetCard } from "./chatkit-widgets.js";

/** The element of one tag. */
export function entityMention(tag, app) {
  if (!tag.interactive) return `@${tag.text}`;
  const entity = entityOf(tag);
  const preview = h("span", { className: "preview", hidden: true });
  const open = () => ask(app, "onClick", entity);
  const more = { type: "button", className: "entity", "data-standin": "entity", onclick: open };
  const button = h("button", more, `@${tag.text}`);
  const show = async () => {
    const given = await ask(app, "onRequestPreview", entity);
    if (!given?.preview) return;
    preview.replaceChildren(widgetCard({ id: entity.id, widget: given.preview }, app));
    preview.hidden = false;
  };
  button.addEventListener("pointerenter", show);
  button.addEventListener("focus", show);
  for (const end of ["pointerleave", "blur"])
    button.addEventListener(end, () => {
      preview.hidden = true;
    });
  return h("span", { className: "mention" }, button, preview);
}

/** Asks the page, where it has such a function; a failure is the page's own to tell. */
async function ask({ border, options }, name, entity) {
  const callback = options().entities?.[name];
  return callback && border.call(callback, entity).catch(() => null);
}
