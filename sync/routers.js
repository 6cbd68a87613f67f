/**
 * What routers keep in `history.state`, and what of it an entry of ours has to say.
 *
 * A router that finds the state of one of its own entries in ours takes it for that one: it goes back
 * to the URL that it noted, fetches the page again, or counts a step of 0 (all seen in their sources
 * and measured). So each is known by the shape of its state, and there is nothing to configure.
 */

/** As browsers write it behind the origin. */
const pathOf = ({ pathname, search, hash }) => pathname + search + hash;
const isNumber = (value) => typeof value === "number";
const newKey = () => Math.random().toString(36).slice(2, 10);
export const writeState = (state, url, push) =>
  history[push ? "pushState" : "replaceState"](state, "", url);
const hear = () => dispatchEvent(new PopStateEvent("popstate", { state: history.state }));

/**
 * Each has `is(state)`, and `entry(state, url, push)`, which returns the state for an entry with that
 * `url`. Where it needs them, it has `write(state, url, push)` in place of `history`, `tell()`, by which
 * the router hears of it, and `watch()`, since entries of ours may be there from before a reload.
 */
const ROUTERS = [
  {
    // Next.js, App Router. It has patched `history`, takes what bears its marks for its own, and adds
    // them to all else, of which it learns the URL.
    is: ({ __NA, _N }) => __NA || _N,
    entry({ __NA, _N, __PRIVATE_NEXTJS_INTERNALS_TREE, ...rest }) {
      return Object.keys(rest).length ? rest : null;
    },
  },
  {
    // Next.js, Pages Router: the address as shown, and that of the page's file with its parameters.
    is: ({ __N }) => __N,
    entry(state, url, push) {
      const [file, query] = state.url.split("?");
      const parameters = exchanged(query, location.search, url.search);
      const next = { ...state, url: `${file}?${parameters}`, as: pathOf(url) };
      if (!push) return next;
      const options = { ...state.options, shallow: true, scroll: false };
      return { ...next, options, key: newKey() };
    },
    tell() {
      // As it does itself for a `#fragment`: no guard is asked, and nothing is fetched.
      const { router } = window.next;
      const [path, former] = router.asPath.split("#")[0].split("?");
      const names = new Set([...new URLSearchParams(former)].map(([name]) => name));
      const kept = Object.entries(router.query).filter(([name]) => !names.has(name));
      const query = { ...Object.fromEntries(kept), ...queryOf(location.search) };
      const asPath = path + location.search + location.hash;
      router.set({ ...router.state, query, asPath }, router.components[router.route], null);
    },
  },
  {
    // Vue Router: each entry's URL, place, and neighbours. It goes to `scroll` unless the page says
    // otherwise, and nothing is to move.
    is: ({ current, position, replaced }) =>
      typeof current === "string" && isNumber(position) && replaced !== undefined,
    entry(state, url, push) {
      const { current, position } = state;
      const scroll = { left: scrollX, top: scrollY };
      const next = { ...state, current: inBase(current, url), scroll };
      if (!push) return next;
      return { ...next, back: current, forward: null, replaced: false, position: position + 1 };
    },
    write: writeVueRouter,
    tell: tellVueRouter,
  },
  {
    // React Router, which says so itself: a page may have an `idx` of its own. The key stays: by
    // another one it would scroll to the top, and a page draws anew what has it.
    is: ({ idx, key, usr }) =>
      isNumber(idx) && (window.__reactRouterVersion || (key && usr !== undefined)),
    entry: (state, _, push) => (push ? { ...state, idx: state.idx + 1 } : state),
    tell: tellReactRouter,
  },
  {
    // Angular: the number of a navigation, and a place where the page has steps counted.
    is: ({ navigationId }) => isNumber(navigationId) && document.querySelector("[ng-version]"),
    entry(state, _, push) {
      const place = state.ɵrouterPageId;
      return push && isNumber(place) ? { ...state, ɵrouterPageId: place + 1 } : state;
    },
    tell: hear,
  },
  {
    // Solid Router, which counts the steps that a guard takes back.
    is: ({ _depth }) => isNumber(_depth),
    entry: (state, _, push) => (push ? { ...state, _depth: state._depth + 1 } : state),
    tell: tellSolidRouter,
  },
  {
    // SvelteKit. Entries of one number are one place for it, and no step between them is its own.
    is: (state) => isNumber(kit.number(state)),
    entry(state, url) {
      const next = withQuery(state, "sveltekit:pageurl", url);
      const metadata = withQuery(state[kit.METADATA], "pageUrl", url);
      return metadata ? { ...next, [kit.METADATA]: metadata } : next;
    },
    tell: () => kit.tell(),
    watch: () => kit.watch(),
  },
  {
    // TanStack Router, which has patched `history`, hears of every write, and scrolls to the top.
    is: ({ __TSR_index }) => isNumber(__TSR_index),
    entry(state, _, push) {
      const key = newKey();
      if (!push) return state;
      return { ...state, __TSR_index: state.__TSR_index + 1, __TSR_key: key, key };
    },
    tell: keepScroll,
  },
];

/**
 * Those that fetch a page, or put a kept one in place, wherever a step through the history leads:
 * Turbo, htmx, Unpoly, Swup, Barba, Astro, Inertia, Livewire. An entry for each thread would have them do so.
 */
const PAGE_CHANGERS = [
  ({ turbo, htmx, up, alpine }) => turbo || htmx || up || alpine,
  ({ source, from }) => source === "swup" || from === "barba",
  ({ index, scrollX, scrollY }) => isNumber(index) && isNumber(scrollX) && isNumber(scrollY),
  // In an encrypted history it is bytes.
  ({ page }) => typeof page?.component === "string" || page instanceof ArrayBuffer,
];

const OTHER = { entry: (state, url) => withUrl(state, url) };

/**
 * @param state the present entry's
 * @returns what is known of the router that keeps it
 */
export function routerOf(state) {
  const isObject = state !== null && typeof state === "object";
  return (isObject && ROUTERS.find(({ is }) => is(state))) || OTHER;
}

/** "push", or "replace" where a router cannot live with entries that others have pushed. */
export function usualHistory(state) {
  if (state === null || typeof state !== "object") return "push";
  return PAGE_CHANGERS.some((is) => is(state)) ? "replace" : "push";
}

/** Where a router notes the path below its base: the same for another address. */
function inBase(noted, url) {
  if (location.hash.slice(1) === noted) return noted;
  const whole = pathOf(location);
  const base = whole.endsWith(noted) ? whole.length - noted.length : 0;
  return pathOf(url).slice(base);
}

/** A query with the pieces of one address in place of those of another. */
function exchanged(query, former, search) {
  const parameters = new URLSearchParams(query);
  for (const name of new URLSearchParams(former).keys()) parameters.delete(name);
  for (const [name, value] of new URLSearchParams(search)) parameters.append(name, value);
  return parameters;
}

/** What notes an address under a key, where it does, with our change of the query in it. */
function withQuery(notes, key, url) {
  if (typeof notes?.[key] !== "string") return notes;
  const noted = new URL(notes[key]);
  noted.search = exchanged(noted.search, location.search, url.search);
  return { ...notes, [key]: noted.href };
}

/** A query as Next.js has it: what is there several times is a list. */
function queryOf(search) {
  const parameters = new URLSearchParams(search);
  const value = (name) => {
    const [first, ...more] = parameters.getAll(name);
    return more.length ? [first, ...more] : first;
  };
  return Object.fromEntries([...parameters.keys()].map((name) => [name, value(name)]));
}

/** A state whose notes of the present address, by their usual names, are of another one. */
function withUrl(state, url, depth = 0) {
  if (!isPlain(state) || depth > 2) return state;
  const notes = { [location.href]: url.href, [pathOf(location)]: pathOf(url) };
  const change = ([key, value]) => {
    if (typeof value !== "string") return [key, withUrl(value, url, depth + 1)];
    return [key, /^(url|href|path|as|location)$/i.test(key) ? (notes[value] ?? value) : value];
  };
  return Object.fromEntries(Object.entries(state).map(change));
}

const isPlain = (value) => value && Object.getPrototypeOf(value) === Object.prototype;

/**
 * React Router learns of an address by `popstate`, and a blocker of the page's ("unsaved changes")
 * would block that and undo our entry. What has no index passes (its source), but it counts the next
 * step from 0: where that is blocked, its way back is corrected.
 */
function tellReactRouter() {
  const state = history.state;
  steps.watch();
  history.replaceState({ ...state, idx: null }, "", location.href);
  hear();
  history.replaceState(state, "", location.href);
  steps.at = state.idx;
  steps.key = state.key;
  steps.isUnsure = true;
}

/** The router of the page's Vue application, where it can be found. */
function vueRouter() {
  const apps = [...document.querySelectorAll("[data-v-app]")].map((root) => root.__vue_app__);
  return apps.map((app) => app?.config.globalProperties.$router).find(Boolean);
}

/** Its own history keeps where the entry that is left was scrolled to. */
function writeVueRouter(state, url, push) {
  const own = vueRouter()?.options.history;
  if (push && own) own.push(state.current, state);
  else writeState(state, url, push);
}

/** Its history hears as of a step; the route would go through the page's guards and scrolling. */
function tellVueRouter() {
  const router = vueRouter();
  router?.options.history.pauseListeners();
  hear();
  if (router) router.currentRoute.value = router.resolve(router.options.history.location);
}

/** Once TanStack Router has drawn what we have written, the page is scrolled as it was. */
function keepScroll() {
  const [left, top, { href }] = [scrollX, scrollY, location];
  const stop = window.__TSR_ROUTER__?.subscribe("onRendered", () => {
    stop();
    if (location.href === href) scrollTo({ left, top, behavior: "instant" });
  });
}

/** A step whose length is no number passes a guard of the page's (its source). */
function tellSolidRouter() {
  const state = history.state;
  history.replaceState({ ...state, _depth: Number.NaN }, "", location.href);
  hear();
  history.replaceState(state, "", location.href);
  hear();
}

/** What SvelteKit knows of the address. */
const kit = {
  NUMBER: "sveltekit:history",
  METADATA: "sveltekit:metadata",
  at: 0,
  path: "",
  isWatched: false,
  /** As versions 1 and 2 have it, and as 3 does. */
  number(state) {
    return state?.[this.NUMBER] ?? state?.[this.METADATA]?.historyIndex;
  },
  /** It reads the live address where a step leads to an entry without a number (its source). */
  tell() {
    this.watch();
    const { [this.NUMBER]: _, [this.METADATA]: __, ...state } = history.state;
    // With routes behind the `#` it would load the page.
    const isHashed = location.hash.startsWith("#/");
    if (!isHashed) dispatchEvent(new PopStateEvent("popstate", { state }));
  },
  watch() {
    this.note();
    if (this.isWatched) return;
    this.isWatched = true;
    addEventListener("popstate", ({ isTrusted, state }) => {
      if (!isTrusted) return;
      const isWithin = this.number(state) === this.at && location.pathname === this.path;
      this.note();
      if (isWithin) this.tell();
    });
    window.navigation?.addEventListener("currententrychange", ({ navigationType }) => {
      if (navigationType !== "traverse") this.note();
    });
  },
  note() {
    this.at = this.number(history.state);
    this.path = location.pathname;
  },
};

/** The steps of a page with React Router, whose `popstate` it may hear before us or after us. */
const steps = {
  /** The index and the key where the page stands, and whether React Router knows it. */
  at: 0,
  key: undefined,
  isUnsure: false,
  /** How far it believes to have gone, and how far that was; for so many steps more. */
  wrong: Number.NaN,
  right: 0,
  left: 0,
  isWatched: false,
  watch() {
    if (this.isWatched) return;
    this.isWatched = true;
    const go = history.go;
    history.go = (delta) => go.call(history, this.corrected(delta));
    addEventListener("popstate", (event) => event.isTrusted && this.walked());
    window.navigation?.addEventListener("currententrychange", ({ navigationType }) => {
      // It has written an entry itself, and knows again.
      const isIts = navigationType !== "traverse" && history.state?.key !== this.key;
      if (isIts) this.isUnsure = false;
    });
  },
  corrected(delta) {
    const next = history.state?.idx;
    // In the middle of a step, which a blocker blocks.
    if (this.isUnsure && next !== this.at && delta === -next)
      Object.assign(this, { wrong: next, right: next - this.at, left: 2 });
    if (delta === this.wrong) return this.right;
    return delta === -this.wrong ? -this.right : delta;
  },
  walked() {
    // The step itself, the way back from it, and a user who goes on all the same.
    if (this.left-- <= 0) this.wrong = Number.NaN;
    this.isUnsure = false;
    this.at = history.state?.idx ?? this.at;
  },
};
