/** Making elements: text stays text, nothing here parses HTML. */

/**
 * An element with properties, `data-*`/`aria-*` attributes, listeners (`onclick`) and children.
 * Children that are null or false are left out.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false));
  return element;
}

const PATHS = {
  history: "M4 6h16M4 12h16M4 18h10",
  compose: "M12 5v14M5 12h14",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
  rename: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  delete: "M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13",
  close: "M6 6l12 12M18 6L6 18",
  other: "M12 12h.01M6 12h.01M18 12h.01",
};

/** A small line drawing; it says nothing to a screen reader, so its button must. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.other);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

/** A button that shows only a drawing. */
export function iconButton(name, label, properties = {}) {
  const button = { type: "button", className: "icon", "aria-label": label, title: label };
  return h("button", { ...button, ...properties }, icon(name));
}
