/**
 * The little markdown that answers need: paragraphs, lists, code blocks, `code`, **bold**,
 * *emphasis* and links. Everything is made of nodes, so the server's text can never become HTML.
 */

import { h } from "./chatkit-dom.js";

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
const ITEM = /^\s*(?:[-*•]|\d+[.)])\s+/;

/** The nodes of a text. `onDeeplink(name, data)` is called for links of chatkit-link://. */
export function markdown(text, onDeeplink) {
  const blocks = [];
  for (const [index, piece] of text.split(/^```.*$/m).entries()) {
    if (index % 2) blocks.push(h("pre", { tabIndex: 0 }, h("code", {}, piece.trim())));
    else
      for (const paragraph of piece.split(/\n{2,}/)) blocks.push(...block(paragraph, onDeeplink));
  }
  return blocks;
}

/** Runs of list lines become lists, what is between them paragraphs. */
function block(text, onDeeplink) {
  const runs = [];
  for (const line of text.split("\n").filter((each) => each.trim())) {
    const kind = !ITEM.test(line) ? "p" : /^\s*\d/.test(line) ? "ol" : "ul";
    if (runs.at(-1)?.kind !== kind) runs.push({ kind, lines: [] });
    runs.at(-1).lines.push(line.replace(kind === "p" ? /^#+\s+/ : ITEM, ""));
  }
  return runs.map(({ kind, lines }) => {
    if (kind === "p") return h("p", {}, ...inline(lines.join("\n"), onDeeplink));
    return h(kind, {}, ...lines.map((line) => h("li", {}, ...inline(line, onDeeplink))));
  });
}

function inline(text, onDeeplink) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, bold, emphasis, label, address] = match;
    nodes.push(text.slice(at, match.index));
    if (code) nodes.push(h("code", {}, code));
    else if (bold) nodes.push(h("strong", {}, bold));
    else if (emphasis) nodes.push(h("em", {}, emphasis));
    else nodes.push(link(label, address, onDeeplink) ?? whole);
    at = match.index + whole.length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

function link(label, address, onDeeplink) {
  if (/^https?:/.test(address)) {
    return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
  }
  const deep = /^chatkit-link:\/\/([^?]+)(\?.*)?$/.exec(address);
  if (!deep) return null;
  const data = Object.fromEntries(new URLSearchParams(deep[2] ?? ""));
  const name = deep[1].replace(/\/$/, "");
  return h(
    "button",
    { type: "button", className: "link", onclick: () => onDeeplink(name, data) },
    label,
  );
}
