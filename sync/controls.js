/**
 * The page's own controls: which belong to which element, on and off, and their clicks.
 *
 * Used by the tag before Python is there and by bridge.js afterwards. Off means
 * `aria-disabled="true"` and a click that is stopped while capturing, the page's own handlers
 * included. `disabled` is the page's: a disabled button drops the focus and cannot be a link
 * (measured). Python sends one state per change, however many controls there are.
 */

import { nearest } from "./words.js";

const KEY = Symbol.for("chatkit-sync");
const TOOLBAR = "[data-chatkit-toolbar]";
const STATUS = "[data-chatkit-status]";
const CONTAINER = `${TOOLBAR},${STATUS}`;
const CONTROL = "[data-chatkit-action],[data-chatkit-gate]";
const OFF = "data-chatkit-off";
/** The `aria-disabled` of the page's own, while ours stands in its place. In the markup, so that a copy of the page (Turbo and htmx make some) has it too. */
const PAGE_VALUE = "data-chatkit-page-disabled";
const ATTRIBUTES = [
  "data-chatkit-toolbar",
  "data-chatkit-status",
  "data-chatkit-action",
  "data-chatkit-gate",
  "data-chatkit-show",
  "data-chatkit-thread",
];
/** What we write, and a page that is brought up to date by morphing takes away. */
const WRITTEN = [
  OFF,
  PAGE_VALUE,
  "aria-disabled",
  "aria-busy",
  "aria-current",
  "hidden",
  "role",
  "data-chatkit-state",
  "data-chatkit-reason",
];
/** All that a page's author may write, or find. */
const NAMES = [
  ...ATTRIBUTES,
  ...WRITTEN.filter((name) => name.startsWith("data-chatkit-")),
  "data-chatkit-text",
  "data-chatkit-payload",
  "data-chatkit-parameter",
  "data-chatkit-key",
];
/** Controls above which we look away while we write, rather than be told of each, and fade their text alone: somewhere between four, where that is slower, and 10,000, where it is faster (measured). */
const CROWD = 500;
/** Corrections within so many milliseconds before the page is left to its will, until it has been quiet for as long: an extension or a page that does not give way is not fought with. */
const CORRECTIONS = 50;
const PATIENCE = 10_000;
/** How what is off looks. What is transparent is painted one by one, text is not (measured with 10,000 controls). */
const FADED = "opacity:.55";
const FADED_TEXT = "-webkit-text-fill-color:GrayText";
/** Of no specificity, so that any rule of the page overrides them. */
const look = new CSSStyleSheet();
const rulesOf = (faded) =>
  `:where([data-chatkit-off]){cursor:not-allowed;${faded}}:where([data-chatkit-show][hidden]){display:none}`;
const OURS = `openai-chatkit,${[OFF, ...ATTRIBUTES].map((name) => `[${name}]`).join()}`;
// `off` names a reason for each action; without it `gate` is every control's.
const STARTING = { phase: "starting", busy: false, gate: "starting", text: "" };
const RELEASED = { phase: "idle", busy: false, gate: null, text: "" };
const FAILED = { ...STARTING, phase: "failed", gate: "failed", reason: "no-python" };
/** What a toolbar shows that names an element which is not there: it may come later. */
const UNNAMED = () => ({
  ...RELEASED,
  phase: "waiting",
  off: Object.fromEntries(ACTIONS.map((action) => [action, "waiting"])),
});
const LATE = "The chat helpers could not start.";
const lateText = () => recorder?.settings?.texts?.["no-python"] ?? LATE;

/** Every action by name, as in ACTIONS of gate.py; a test holds them together. */
export const ACTIONS = [
  "new-thread",
  "open-thread",
  "focus-composer",
  "send",
  "draft",
  "show-history",
  "hide-history",
  "fetch-updates",
  "custom-action",
  "retry",
];
const SHOWS = [
  "busy",
  "retry",
  "gone",
  "failed",
  "stalled",
  "waiting",
  "starting",
  "loading",
  "responding",
  "idle",
];

/** What is known of each control, for as long as it lives. */
const known = new WeakMap();
const states = new WeakMap();
const lastOwners = new WeakMap();
/** The text that we have written last into each status. What has become of it since is not ours: a translator, an extension or the page may have changed it. */
const texts = new WeakMap();

/** Elements that have left the document or were moved: they never answer again (measured). */
export const dead = new WeakSet();
const servers = new Map();
/** The browser keeps it up to date, and searches only where something was added or removed. */
const chats = document.getElementsByTagName("openai-chatkit");
const reported = new Set();
let recorder;
let observer = null;
let keeper = null;
let corrections = 0;
/** The timer that runs while the page is left to its will. */
let truce = null;
let isCrowded = null;
/** The page's toolbars and statuses, and what is in each: read when the markup changes and not at each event. What has come since then is drawn when the observer tells of it, in the same task. */
let containers = [];
let members = new Map();
let failed = false;
let areNamesChecked = false;
let withoutElement = null;
/** Which elements somebody looks for, as predicates; before Python has come nobody knows. */
let expected = null;
let focusAtClick = null;

/**
 * Brings every control of the page into its state, now and whenever the page changes; takes over from
 * the tag's recorder. A page's own configuration may bring another version of this file than its tag,
 * which browsers keep for a while: then the one that Python talks to goes on alone.
 */
export function observe() {
  if (observer) return;
  recorder = window[KEY];
  recorder?.retire?.();
  if (recorder) {
    Object.assign(recorder, { guard, fail, retire });
    recorder.marking.disconnect();
  } else addEventListener("click", guard, true);
  addEventListener("focusout", ({ target }) => {
    // What was kept in sight for the focus alone.
    const toolbar = target.closest?.("[data-chatkit-show]")?.closest(TOOLBAR);
    if (toolbar) queueMicrotask(() => observer && drawEach([toolbar]));
  });
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, look];
  observer = new MutationObserver((records) => {
    if (!records.some(concernsUs)) return;
    for (const record of records) record.addedNodes.forEach(forgetLoaded);
    members = new Map();
    drawAll();
  });
  keeper = new MutationObserver(correct);
  observer.observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  });
  drawAll();
}

/** Most changes of a page are none of ours, and a page may have thousands of them. */
function concernsUs(record) {
  const ours = (node) =>
    node.nodeType === Node.ELEMENT_NODE && (node.matches(OURS) || node.querySelector(OURS));
  return (
    record.type === "attributes" ||
    [...record.addedNodes].some(ours) ||
    [...record.removedNodes].some(ours)
  );
}

/** A copy of an element has its attribute, and has loaded nothing; nor has one that was moved. */
function forgetLoaded(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  if (node.localName === "openai-chatkit") node.removeAttribute("data-loaded");
  for (const copy of node.querySelectorAll("openai-chatkit[data-loaded]"))
    copy.removeAttribute("data-loaded");
}

/** Draws some containers, in `state` where it is all of theirs, without being told of what we write ourselves; returns whether it may have written. */
function drawEach(some, state) {
  const touched = note(keeper.takeRecords());
  if (isCrowded) keeper.disconnect();
  for (const container of some) {
    touched.delete(container);
    safely(drawContainer, container, state);
  }
  for (const container of touched) safely(drawContainer, container);
  const written = keeper.takeRecords();
  if (isCrowded) {
    keep();
    return true;
  }
  // Of a few it costs nothing to look again: what is drawn may have called the page.
  for (const { target } of written) if (known.has(target)) known.get(target).reason = undefined;
  return written.length > 0;
}

/**
 * A control's own methods are the page's, and what one throws keeps nothing from the others. On
 * MicroPython it would pass all of Python's `except` and `finally` (measured).
 */
export function safely(call, ...given) {
  try {
    call(...given);
  } catch (error) {
    reportError(error);
  }
}

/** The page has changed what we had written: what it wants of a control that is off is noted. */
function note(records) {
  const touched = new Set();
  for (const { target, attributeName } of records) {
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    const container = element?.closest(CONTAINER);
    if (!container) continue;
    touched.add(container);
    const one = knownOf(element);
    one.reason = undefined;
    // Where we have it on, somebody has brought the mark as well: what a morph towards a copy does.
    if (attributeName === "aria-disabled" && element.hasAttribute(OFF) && one.isOff !== false)
      safely(set, element, PAGE_VALUE, element.getAttribute(attributeName));
  }
  return touched;
}

function keep() {
  keeper.observe(document, { subtree: true, attributes: true, attributeFilter: WRITTEN });
  for (const status of containers.filter((container) => container.matches(STATUS)))
    keeper.observe(status, { childList: true, characterData: true, subtree: true });
}

function correct(records) {
  const touched = note(records);
  if (!touched.size) return;
  if (truce !== null) return giveWay();
  if (!drawEach(touched)) return;
  if (corrections++ === 0)
    setTimeout(() => {
      if (truce === null) corrections = 0;
    }, PATIENCE);
  if (corrections <= CORRECTIONS) return;
  report([...touched][0], "is changed again and again by the page while the chat switches it");
  giveWay();
}

/** Nothing is corrected until the page has been quiet for a while. */
function giveWay() {
  clearTimeout(truce);
  truce = setTimeout(() => {
    truce = null;
    corrections = 0;
    drawAll();
  }, PATIENCE);
}

/** Another copy of this file takes over, with its own observers. */
function retire() {
  observer.disconnect();
  keeper.disconnect();
  observer = null;
}

/** Python did not come: links become links again, everything else stays off. */
function fail() {
  failed = true;
  drawAll();
}

/** Python came, perhaps late. */
export function revive() {
  clearTimeout(recorder?.timer);
  if (recorder) {
    recorder.hasCome = true;
    recorder.violations = null;
  }
  if (!failed) return;
  failed = false;
  drawAll();
}

/** Somebody looks for an element that is wanted, until `signal` aborts; where nobody does, new controls are the page's alone. */
export function expectElement(signal, isWanted) {
  expected = expected ?? new Set();
  expected.add(isWanted);
  signal.addEventListener("abort", () => {
    expected.delete(isWanted);
    drawAll();
  });
  withoutElement = null;
  drawAll();
}

/**
 * Hands the clicks on an element's controls to `send` until `signal` aborts.
 * @param element the element
 * @param send called with a plain description of each click
 */
export function serve(element, send, signal) {
  observe();
  servers.set(element, send);
  states.set(element, STARTING);
  signal.addEventListener("abort", () => servers.delete(element));
  // Toolbars that name no element know by now that theirs is not this one.
  drawAll();
  // Once, and when everything else is done: all that stands in the page is looked at.
  if (!areNamesChecked) setTimeout(checkNames);
  areNamesChecked = true;
}

function checkNames() {
  const path = '//@*[starts-with(name(), "data-chatkit-")]';
  const found = document.evaluate(path, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE);
  for (let at = 0; at < found.snapshotLength; at++) {
    const { name, ownerElement } = found.snapshotItem(at);
    const near = nearest(name, NAMES, "data-chatkit-");
    if (near) report(ownerElement, `has the unknown attribute ${name}, perhaps for ${near}`);
  }
}

/** Nobody keeps the controls any more: they are the page's alone again. */
export function release(element) {
  if (element) states.set(element, RELEASED);
  else withoutElement = RELEASED;
  drawAll();
}

/** Draws one element's state (`null`: where the page has none): `{phase, busy, thread, off: {action: reason or null}, gate, text}`. */
export function draw(element, state) {
  if (element) states.set(element, state);
  else withoutElement = state;
  const mine = containers.filter(
    // What has gone since they were read is not ours to write in.
    (container) =>
      document.contains(container) &&
      container.matches(CONTAINER) &&
      ownerOf(container) === element,
  );
  drawEach(mine, failed ? FAILED : state);
  // A control that is drawn may call the page, and the page us.
  if ((element ? states.get(element) : withoutElement) !== state) drawAll();
}

/** Whether a control belongs to the element. */
export function belongs(control, element) {
  const toolbar = control.closest(TOOLBAR);
  return toolbar !== null && ownerOf(toolbar) === element;
}

/** A click as plain data; `at` and `focus` are those of the click. */
export function describeClick(control, at, focus) {
  const data = control.dataset;
  if (data.chatkitAction === "focus-composer") focusAtClick = focus;
  return {
    action: data.chatkitAction,
    thread: data.chatkitThread ?? null,
    text: data.chatkitText ?? null,
    payload: data.chatkitPayload ?? null,
    control: numberOf(control),
    place: placeOf(control),
    at: at / 1000,
  };
}

/** Whether the focus is where it was at the last click on a `focus-composer` control. */
export function focusUnmoved() {
  return focusAtClick === null || document.activeElement === focusAtClick;
}

const numbers = new WeakMap();
let lastNumber = 0;
function numberOf(control) {
  if (!numbers.has(control)) numbers.set(control, ++lastNumber);
  return numbers.get(control);
}

function drawAll() {
  if (!observer) return;
  containers = [...document.querySelectorAll(CONTAINER)];
  drawEach(containers);
  // A status may have come, and many controls.
  keeper.disconnect();
  keep();
  const isMany = document.querySelectorAll(CONTROL).length > CROWD;
  if (isMany !== isCrowded) look.replaceSync(rulesOf(isMany ? FADED_TEXT : FADED));
  isCrowded = isMany;
  for (const stray of document.querySelectorAll(`${CONTROL},[data-chatkit-show]`))
    if (!stray.closest(TOOLBAR))
      report(stray, "stands outside any [data-chatkit-toolbar], so nothing switches it");
  for (const former of document.querySelectorAll(`[${OFF}]`))
    if (!former.closest(TOOLBAR) || !isSwitched(former)) {
      const one = knownOf(former);
      one.reason = undefined;
      safely(switchTo, one, null);
    }
  for (const former of document.querySelectorAll(
    "[data-chatkit-state]:not([data-chatkit-toolbar])",
  ))
    for (const name of ["data-chatkit-state", "data-chatkit-reason", "aria-busy"])
      former.removeAttribute(name);
}

/** The element that a container belongs to; the last one where it has left the page. */
function ownerOf(container) {
  const owner = namedOwner(container);
  const name = nameOf(container);
  // Before anybody looks for one it is not known whose it is.
  if (owner && expected) lastOwners.set(container, { name, owner });
  const last = lastOwners.get(container);
  return owner ?? (last?.name === name ? last.owner : null);
}

function stateOf(container) {
  if (failed) return FAILED;
  const owner = ownerOf(container);
  // The page works, but for what this one belongs to.
  if (!owner && nameOf(container) && servers.size) return UNNAMED();
  const state = owner ? states.get(owner) : withoutElement;
  return state ?? (isExpected(owner) ? STARTING : RELEASED);
}

function isExpected(owner) {
  if (!expected || !owner) return expected?.size !== 0;
  return [...expected].some((isWanted) => isWanted(owner));
}

/** What its attribute says; a toolbar may be a status as well. */
function nameOf(container) {
  return (
    container.getAttribute("data-chatkit-toolbar") || container.getAttribute("data-chatkit-status")
  );
}

function namedOwner(container) {
  const selector = nameOf(container);
  if (selector) {
    const matches = query(selector);
    const found = matches?.find((element) => !dead.has(element));
    if (!matches) report(container, `names "${selector}", which is no selector`);
    else if (!matches.length && document.readyState !== "loading" && servers.size > 0)
      report(container, `names "${selector}", which no element matches`);
    return found ?? null;
  }
  const all = [...chats].filter((element) => !dead.has(element));
  // Once somebody looks for one of several, the others' controls would be on and do nothing.
  const ours = all.filter((element) => isExpected(element) || servers.has(element));
  if (expected && ours.length > 1)
    report(
      container,
      `belongs to the first of several elements; name one: ${container.matches(TOOLBAR) ? "data-chatkit-toolbar" : "data-chatkit-status"}="#id"`,
    );
  // A page may hold the element under another name in a fake or a frame: then the served one.
  return ours[0] ?? servers.keys().next().value ?? null;
}

function query(selector) {
  try {
    return [...document.querySelectorAll(selector)];
  } catch {
    return undefined;
  }
}

function drawContainer(container, state = stateOf(container)) {
  set(container, "data-chatkit-reason", state.reason ?? null);
  if (container.matches(STATUS)) drawStatus(container, state);
  if (!container.matches(TOOLBAR)) return;
  set(container, "aria-busy", String(state.busy));
  set(container, "data-chatkit-state", state.phase);
  for (const one of membersOf(container)) safely(drawMember, one, state);
}

function drawStatus(container, state) {
  const text = failed ? lateText() : (state.text ?? "");
  // A morph towards the server's page may have emptied it.
  if (texts.get(container) !== text || (text && !container.textContent))
    container.textContent = text;
  texts.set(container, text);
  if (!container.hasAttribute("role") && container.localName !== "output")
    container.setAttribute("role", "status");
  // Not any busy region: Turbo marks the page and its frames for a moment.
  if (container.closest(TOOLBAR))
    report(container, "stands inside an aria-busy toolbar, where screen readers stay silent");
}

/** A toolbar's members and what their markup asks for. */
function membersOf(toolbar) {
  let found = members.get(toolbar);
  if (!found) {
    found = [...toolbar.querySelectorAll(`${CONTROL},[data-chatkit-show]`)]
      .filter((member) => member.closest(TOOLBAR) === toolbar)
      .map((member) => {
        check(member);
        const { chatkitShow: show, chatkitThread: thread } = member.dataset;
        const one = knownOf(member);
        return Object.assign(one, {
          show,
          thread,
          action: actionOf(member),
          switched: isSwitched(member),
          reason: undefined,
        });
      });
    members.set(toolbar, found);
  }
  return found;
}

function knownOf(member) {
  // `reason` is what it is off for and `value` the page's own `aria-disabled`: what the markup says,
  // unless `reason` is undefined. The keeper tells of anybody else's hand.
  if (!known.has(member)) known.set(member, { member });
  return known.get(member);
}

function check(member) {
  const { chatkitAction: action, chatkitShow: show } = member.dataset;
  if (action !== undefined && !ACTIONS.includes(action))
    report(member, `has the unknown action "${action}"; known: ${ACTIONS.join(", ")}`);
  if (show !== undefined && !SHOWS.includes(show))
    report(member, `has the unknown data-chatkit-show "${show}"; known: ${SHOWS.join(", ")}`);
  if (action === "open-thread" && !member.dataset.chatkitThread)
    report(member, "has the action open-thread and no data-chatkit-thread");
}

/** What a control does; nothing where that has been reported as wrong: it is the page's then. */
function actionOf({ dataset: { chatkitAction: action, chatkitThread: thread } }) {
  if (!ACTIONS.includes(action) || (action === "open-thread" && !thread)) return undefined;
  return action;
}

/** Whether we switch it; an action of the page's own making is gated only where it says so. */
function isSwitched(member) {
  return actionOf(member) !== undefined || "chatkitGate" in member.dataset;
}

function drawMember(one, state) {
  const { member, show, thread, action, switched } = one;
  if (show !== undefined) {
    const hidden = !isShown(show, state) && !keepsFocus(member);
    if (member.hidden !== hidden) member.hidden = hidden;
  }
  if (thread !== undefined) {
    if (state.thread === thread) set(member, "aria-current", "true");
    else if (member.getAttribute("aria-current") === "true") member.removeAttribute("aria-current");
  }
  const reason = switched ? reasonFor(member, action, state) : null;
  switchTo(one, reason);
}

/** Whether somebody who goes by keyboard stands on it: hidden, it would drop them at the page's top. */
function keepsFocus(member) {
  const focused = document.activeElement;
  return !member.hidden && member.contains(focused) && focused.matches(":focus-visible");
}

function isShown(show, state) {
  if (show === "busy") return state.busy;
  // A button that can do nothing most of the time is better not there.
  if (show === "retry") return state.off?.retry === null;
  return show === state.phase;
}

function reasonFor(member, action, state) {
  // Without Python links are links, and what is the page's own is the page's.
  if (failed) return action === undefined || member.matches("a[href]") ? null : "failed";
  if (action === undefined || !state.off) return state.gate;
  return state.off[action] ?? null;
}

/** Off for a reason, or on. */
function switchTo(one, reason) {
  if (one.reason === undefined) learn(one);
  if (one.reason === reason) return;
  const { member, reason: former, value } = one;
  // Until all of it is written: a control's own methods may throw.
  one.reason = undefined;
  if (!reason) {
    set(member, "aria-disabled", value);
    member.removeAttribute(OFF);
    if (value !== null) member.removeAttribute(PAGE_VALUE);
  } else {
    if (former === null && value !== null) member.setAttribute(PAGE_VALUE, value);
    member.setAttribute(OFF, reason);
    if (former === null) member.setAttribute("aria-disabled", "true");
  }
  one.isOff = reason !== null;
  one.reason = reason;
}

/** What the markup says of a control, which the page or a copy may have written. */
function learn(one) {
  const { member, isOff, value } = one;
  const written = member.getAttribute("aria-disabled");
  one.reason = member.getAttribute(OFF);
  one.isOff = one.reason !== null;
  if (one.isOff) {
    one.value = member.getAttribute(PAGE_VALUE);
    set(member, "aria-disabled", "true");
    return;
  }
  // Where our marks were taken away and our `aria-disabled` was not, it is still ours.
  if (isOff && written === "true") set(member, "aria-disabled", value);
  else one.value = written;
  set(member, PAGE_VALUE, null);
}

/** An attribute as it should be, `null` for none; what is so already is not written again. */
function set(node, name, value) {
  if (node.getAttribute(name) === value) return;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}

/** A link with a modifier key opens elsewhere: that is the browser's, and any other click is not. */
function isModified(event) {
  return event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
}

function guard(event) {
  const control = event.target.closest?.(CONTROL);
  if (event.button || (isModified(event) && control?.closest("a[href]"))) return;
  const toolbar = control?.closest(TOOLBAR);
  if (!toolbar || !isSwitched(control)) return;
  const state = stateOf(toolbar);
  const action = actionOf(control);
  const reason = reasonFor(control, action, state);
  const where = control.hasAttribute(OFF) ? PAGE_VALUE : "aria-disabled";
  const pageHasItOff = control.getAttribute(where) === "true";
  if (reason) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  if (action === undefined || pageHasItOff || failed || state === RELEASED) return;
  if (!reason) event.preventDefault();
  if (!reason || reason === "starting" || reason === "waiting") deliver(control, toolbar);
}

function deliver(control, toolbar) {
  const send = servers.get(ownerOf(toolbar));
  if (send) send(describeClick(control, performance.now(), document.activeElement));
  else recorder?.log.push({ click: control, at: performance.now(), focus: document.activeElement });
}

function report(node, what) {
  const mark = what + node.className + node.id;
  if (reported.has(mark)) return;
  reported.add(mark);
  console.warn(`[chatkit-sync] ${placeOf(node)} ${what}.`);
}

/** An element's own tag, by which its author finds it, without what is ours. */
function placeOf({ localName, attributes }) {
  const short = (value) => (value.length > 60 ? `${value.slice(0, 60)}…` : value);
  const own = [...attributes].filter(({ name }) => !WRITTEN.includes(name));
  return `<${[localName, ...own.map(({ name, value }) => `${name}="${short(value)}"`)].join(" ")}>`;
}
