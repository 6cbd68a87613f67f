/**
 * The inbox: which mail is shown, what is archived, what the folds hold.
 *
 * It is an ordinary page's ordinary script. It listens to nothing of the chat and calls nothing of
 * it; all it does for the chat is to keep the words of two controls in step with the shown mail.
 */

const WIDE = "(min-width: 68rem)";

const list = document.querySelector(".list ul");
const undo = document.querySelector("[data-undo]");
const archive = document.querySelector("[data-archive]");
const archived = [];

const rows = () => [...list.querySelectorAll("li:not([hidden]) [data-mail]")];

/** Shows one mail; without a row, the empty inbox. */
function show(row) {
  for (const other of list.querySelectorAll("[data-mail]")) {
    if (other === row) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
    document.getElementById(other.dataset.mail).hidden = other !== row;
  }
  document.querySelector("[data-empty]").hidden = Boolean(row);
  document.querySelector("[data-count]").textContent = rows().length;
  archive.disabled = !row;
  for (const control of document.querySelectorAll("[data-ask]")) {
    control.disabled = !row;
    if (!row) continue;
    const name = (part) => row.querySelector(part).textContent;
    const mail = `the mail “${name(".subject")}” from ${name(".from")}`;
    control.dataset.chatkitText = `${control.dataset.ask} ${mail}.`;
  }
}

function current() {
  return list.querySelector("[aria-current]");
}

list.addEventListener("click", (event) => {
  const row = event.target.closest("[data-mail]");
  if (row) show(row);
});

// Up and down as in any list of mails; Tab still visits every row.
list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target.closest("[data-mail]");
  if (!step || !row) return;
  event.preventDefault();
  const all = rows();
  const next = all[all.indexOf(row) + step];
  if (!next) return;
  next.focus();
  show(next);
});

archive.addEventListener("click", () => {
  const row = current();
  const all = rows();
  const at = all.indexOf(row);
  row.closest("li").hidden = true;
  archived.push(row);
  undo.disabled = false;
  show(all[at + 1] ?? all[at - 1]);
  // A control that goes off takes the focus with it, unless it is given on first.
  if (archive.disabled) undo.focus();
});

undo.addEventListener("click", () => {
  const row = archived.pop();
  row.closest("li").hidden = false;
  show(row);
  if (archived.length === 0) {
    archive.focus();
    undo.disabled = true;
  }
});

/** A control of the toolbar around it; the library takes it up wherever and whenever it appears. */
function control(action, text, label, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "small";
  button.dataset.chatkitAction = action;
  button.dataset.chatkitText = text;
  button.textContent = label;
  button.setAttribute("aria-label", name);
  return button;
}

/** One spoken command: said at once, or put into the composer where a name is still missing. */
function commandRow({ say, does }) {
  const row = document.createElement("li");
  const words = document.createElement("p");
  const said = document.createElement("b");
  said.textContent = say;
  words.append(said, ` ${does}`);
  const stem = say.replace("NAME", "");
  const buttons = [control("draft", stem, "Write", `Write “${say}”`)];
  if (stem === say) buttons.unshift(control("send", say, "Send", `Send “${say}”`));
  row.append(words, ...buttons);
  return row;
}

async function fillCommands() {
  const place = document.querySelector("[data-commands]");
  try {
    const answer = await fetch("demo/commands.json");
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    place.replaceChildren(...(await answer.json()).map(commandRow));
  } catch {
    const row = document.createElement("li");
    row.textContent = "The list of commands could not be loaded.";
    place.replaceChildren(row);
  }
}

function markRuntime() {
  const shown = new URLSearchParams(location.search).get("runtime") === "mpy" ? "mpy" : "py";
  document.querySelector(`[data-runtime-link="${shown}"]`).setAttribute("aria-current", "true");
}

show(current());
markRuntime();
document.getElementById("inspector").open = matchMedia(WIDE).matches;
fillCommands();
