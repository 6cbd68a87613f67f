/** Widgets as plain cards: their words, and their buttons with what the buttons do. */

import { h } from "./chatkit-dom.js";

/** The card of a widget item; one that makes no sense is told to the page and shown empty. */
export function widgetCard(item, app) {
  const card = h("article", { className: "widget", "aria-label": "Card" });
  try {
    card.append(...parts(item.widget, (action) => run(action, item, app)));
  } catch (error) {
    app.border.emitError("WidgetItemError", `Widget ${item.id}: ${error.message}`);
    card.append("This card could not be shown.");
  }
  return card;
}

/** `handler: "client"` asks the page's widgets.onAction, anything else the server. */
function run(action, item, { border, responses, options }) {
  const onAction = options().widgets?.onAction;
  const { type, payload } = action;
  const done =
    action.handler === "client" && onAction
      ? border.call(onAction, { type, payload }, { id: item.id, widget: item.widget })
      : responses.act({ type, payload }, item.id);
  // A refusal is the page's business only where the page itself has called.
  done.catch(() => {});
}

function parts(component, act) {
  const own = KINDS[component.type]?.(component, act) ?? null;
  const inner = (component.children ?? []).flatMap((child) => parts(child, act));
  const buttons = [component.confirm, component.cancel]
    .filter(Boolean)
    .map(({ label, action }) => button(label, action, act));
  const wrapped =
    GROUPS.has(component.type) && inner.length
      ? [h("div", { className: component.type.toLowerCase() }, inner)]
      : inner;
  return [own, ...wrapped, ...buttons].filter(Boolean);
}

const GROUPS = new Set(["Row", "Col", "Box", "ListViewItem"]);

const words =
  (tag, className) =>
  ({ value }) =>
    h(tag, { className }, String(value ?? ""));

const KINDS = {
  Title: words("h2", ""),
  Text: words("p", ""),
  Markdown: words("p", ""),
  Caption: words("p", "caption"),
  Label: words("p", "caption"),
  Badge: ({ label }) => h("span", { className: "badge" }, label),
  Divider: () => h("hr"),
  Image: ({ src, alt }) => h("img", { src, alt: alt ?? "" }),
  Button: ({ label, onClickAction }, act) => button(label, onClickAction, act),
  ListViewItem: ({ onClickAction }, act) => onClickAction && button("Open", onClickAction, act),
};

function button(label, action, act) {
  return h(
    "button",
    { type: "button", disabled: !action, onclick: () => act(action) },
    label ?? "OK",
  );
}
