/**
 * The entries of the tab's history: how ours are written, and what the page writes itself.
 *
 * `history.state` is the page's and goes from entry to entry unchanged, with two exceptions: what a
 * router keeps there of one entry (see routers.js), and one key of ours in an entry that our New chat
 * has pushed. By that key such an entry is told from the page's own, which also name no thread.
 */
import { routerOf, writeState } from "./routers.js";

const MARK = "chatkit-sync";
/** Calls of each `listen`. */
const listeners = new Set();
/** What new chats have become, where `sessionStorage` is denied. */
const threads = new Map();
/** The address as we saw it last: another one has been written by the page. */
let seen = location.href;
let isTelling = false;

/**
 * Writes an address into the present entry, or pushes an entry.
 * @param parameter of the chat whose thread the address names
 * @param isNewChat whether the entry is pushed for a new chat
 * @returns the address afterwards: a browser may ignore the call, or throw (measured)
 */
export function write(url, push, parameter, isNewChat) {
  try {
    const router = routerOf(history.state);
    const state = router.entry(history.state, new URL(url, location), push);
    (router.write ?? writeState)(mark(state, parameter, isNewChat), url, push);
    seen = location.href;
    // What a browser has ignored is no news.
    if (router.tell && seen === new URL(url, location).href) tell(router);
  } catch (error) {
    // In a sandboxed frame, or past the browser's limit: the address is read back.
    if (!(error instanceof DOMException)) reportError(error);
  }
  return location.href;
}

/** The state with the number of a new chat for one parameter, or without one. */
function mark(state, parameter, isNewChat) {
  // `undefined` where the page has handed over just that (measured).
  const isPlain = state == null || Object.getPrototypeOf(state) === Object.prototype;
  if (!isPlain || !(isNewChat || state?.[MARK])) return state;
  const { [MARK]: former, ...rest } = state ?? {};
  const { [parameter]: _, ...marks } = former ?? {};
  // Unique in the tab, over all loads of the page.
  if (isNewChat) marks[parameter] = String(performance.timeOrigin + performance.now());
  if (Object.keys(marks).length) return { ...rest, [MARK]: marks };
  return Object.keys(rest).length ? rest : null;
}

/** The number of the new chat that the present entry was pushed for, `null` where it was not. */
export function newChat(parameter) {
  const number = history.state?.[MARK]?.[parameter];
  return typeof number === "string" ? number : null;
}

/** A new chat has become a thread. */
export function became(number, thread) {
  threads.set(number, thread);
  try {
    sessionStorage.setItem(`${MARK}.${number}`, thread);
  } catch {
    // Denied or full: it is known until the page is left.
  }
}

/** The thread that a new chat has become, `null` where it is one still. */
export function threadOf(number) {
  try {
    return sessionStorage.getItem(`${MARK}.${number}`) ?? threads.get(number) ?? null;
  } catch {
    return threads.get(number) ?? null;
  }
}

/**
 * Tells `{left, traversed}` for Back, Forward and fragment clicks, and `{moved: true}` where the page
 * has written the address itself, until `signal` aborts.
 */
export function listen(signal, send) {
  // Comes before popstate, also where the page has moved on by itself (measured). A replace
  // leaves no entry: it may be another chat's correction while this popstate is handed around.
  let left = null;
  let traversed = false;
  const changed = ({ from, navigationType }) => {
    if (navigationType !== "traverse") queueMicrotask(look);
    if (navigationType === "replace") return;
    left = from.url;
    traversed = navigationType === "traverse";
  };
  const walked = () => {
    if (isTelling) return;
    seen = location.href;
    send({ left, traversed });
  };
  routerOf(history.state).watch?.();
  window.navigation?.addEventListener("currententrychange", changed, { signal });
  addEventListener("popstate", walked, { signal });
  listeners.add(send);
  signal.addEventListener("abort", () => listeners.delete(send));
}

/** The page may have written the address; without the Navigation API no event tells of that. */
export function look() {
  if (location.href === seen) return;
  seen = location.href;
  for (const send of [...listeners]) send({ moved: true });
}

/** A router hears of our write as of a step of the user's, which we are not to take for one. */
function tell(router) {
  isTelling = true;
  try {
    router.tell();
  } finally {
    isTelling = false;
  }
}
