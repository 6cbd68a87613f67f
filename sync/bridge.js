/**
 * What must be JavaScript, behind one function: `connect(receive)`.
 *
 * A rejection that is no `Error` never reaches Pyodide, a call that throws at once cannot be caught
 * on MicroPython, and `null` is a different thing on each (all measured). So nothing here throws,
 * every outcome is a value, and only numbers, strings and booleans cross, JSON where it is more.
 * Python has one proxy, `receive(id, json, object)`; `id` is what it chose for the matter, `object`
 * is `null` except where its place says otherwise. Elements stay here: Python knows their numbers.
 */
import * as controls from "./controls.js";
import * as entries from "./entries.js";
import { usualHistory } from "./routers.js";

const KEY = Symbol.for("chatkit-sync");
/** Milliseconds: beyond it setTimeout fires at once (HTML standard: a 32-bit number). */
const LONGEST = 2 ** 31 - 1;
/** Seconds by which a function's answer may be late until nobody waits for it any more. */
const SLACK = 1;

/** The id under which nothing is told: whatever is, Python first does what it has deferred. */
const NOBODY = 0;

/** @param receive Python's one function @returns the methods that browser.py calls */
export function connect(receive) {
  const elements = new Map();
  const served = new WeakMap();
  const heirs = new WeakMap();
  const running = new Map();
  const timers = new Map();
  const waiting = new Map();
  const unfinished = new Set();
  const due = new Map();
  const appliers = new Map();
  let hasDeferred = false;
  let lastElement = 0;

  // Python is there, whether or not the page has an element yet.
  controls.observe();
  const tell = (id, value, object = null) => receive(id, JSON.stringify(value), object);
  const begin = (id) => {
    const controller = new AbortController();
    running.set(id, controller);
    return controller.signal;
  };
  const numberOf = (element) => {
    for (const [number, known] of elements) if (known === element) return number;
    elements.set(++lastElement, element);
    return lastElement;
  };

  const owe = (element, more) => {
    due.set(element, { ...due.get(element), ...more });
    queueMicrotask(settle);
  };
  const settle = () => {
    while (hasDeferred || due.size) {
      // What Python has deferred (see `Browser.defer`): the page's scripts hear of it once.
      if (hasDeferred) controls.safely(() => tell(NOBODY, null));
      hasDeferred = false;
      // One by one: whoever hears of it may change or stop another.
      for (const [element, { state, news }] of due) {
        due.delete(element);
        if (state) controls.safely(controls.draw, element, state);
        if (news) dispatch(element, "chatkit-sync", { detail: news });
      }
    }
  };

  return {
    now: () => performance.now() / 1000,
    date: () => Date.now() / 1000,
    later(id, seconds) {
      timers.set(
        id,
        setTimeout(
          () => {
            timers.delete(id);
            tell(id, null);
          },
          Math.min(seconds * 1000, LONGEST),
        ),
      );
    },
    soon: (id) => queueMicrotask(() => tell(id, null)),
    /** A message of our own, behind those that have been sent: in Firefox timers overtake them (measured). */
    afterMessages(id) {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => {
        port2.close();
        tell(id, null);
      };
      port1.postMessage(null);
    },
    wait: (id) => new Promise((resolve) => waiting.set(id, resolve)),
    wake(id) {
      waiting.get(id)?.();
      waiting.delete(id);
    },
    /** Tells `id` where Python was cut off before `done`: no frame of its stands when microtasks run. */
    begun(id) {
      unfinished.add(id);
      queueMicrotask(() => unfinished.delete(id) && tell(id, null));
    },
    done: (id) => unfinished.delete(id),
    cancel(id) {
      clearTimeout(timers.get(id));
      timers.delete(id);
    },
    /** Ends whatever was begun under this id: listeners, observers, callbacks. */
    stop(id) {
      running.get(id)?.abort();
      running.delete(id);
      appliers.delete(id);
    },
    counts: () =>
      JSON.stringify({
        elements: elements.size,
        running: running.size + waiting.size,
        timers: timers.size,
      }),

    adopt: (element) => (element instanceof Element ? numberOf(element) : 0),
    watch(id, target) {
      // Not before: Python that breaks off before it has started anything serves nobody.
      controls.revive();
      const known = { elements, served, heirs, due, numberOf };
      return watch(target, begin(id), (value) => tell(id, value), known);
    },
    isServed(target) {
      const tried = attempt(() => [...document.querySelectorAll(target)]);
      const living = tried.ok ? tried.value.filter((one) => !controls.dead.has(one)) : [];
      return living.length > 0 && living.every((one) => served.has(one));
    },
    about: (number) => JSON.stringify(about(elements.get(number))),
    listen(id, number) {
      const send = (value) => {
        if (!window.navigation) entries.look();
        if (!tell(id, value)) return;
        hasDeferred = true;
        queueMicrotask(settle);
      };
      listen(elements.get(number), begin(id), send);
    },
    /**
     * At once, before Python goes on, and then once more for all that the same task changes besides:
     * no person can click or look in between. The page's scripts hear the last of it.
     */
    draw(number, json) {
      const element = elements.get(number) ?? null;
      const state = JSON.parse(json);
      const isFirst = !due.has(element);
      if (isFirst) controls.safely(controls.draw, element, state);
      owe(element, isFirst ? {} : { state });
    },
    announce: (number, json) => owe(elements.get(number) ?? null, { news: JSON.parse(json) }),
    release(number) {
      const element = elements.get(number) ?? null;
      const news = due.get(element)?.news;
      due.delete(element);
      // Behind whoever still hears of what was before.
      if (news) queueMicrotask(() => dispatch(element, "chatkit-sync", { detail: news }));
      controls.release(element);
      elements.delete(number);
    },
    others: (id) => others(begin(id), (value) => tell(id, value), { served, numberOf }),
    /** A fresh element in the place of one that cannot show its thread any more. */
    renew(number) {
      const element = elements.get(number);
      if (!element) return;
      const fresh = element.cloneNode(false);
      fresh.removeAttribute("data-loaded");
      heirs.set(element, fresh);
      served.set(fresh, served.get(element));
      element.replaceWith(fresh);
    },
    visit(url) {
      if (url === location.href) location.reload();
      else location.assign(url);
    },
    focusUnmoved: () => controls.focusUnmoved(),
    command(id, number, method, json, files) {
      command(elements.get(number), method, json, files).then(([outcome, reason]) =>
        tell(id, outcome, reason),
      );
    },
    configure(id, number, json, pageFetch) {
      const apply = configure(elements.get(number), begin(id), (value, object) =>
        tell(id, value, object),
      );
      appliers.set(id, apply);
      apply(json, pageFetch);
    },
    /** The full set again, for what `configure` has configured. */
    update: (id, json, pageFetch) => appliers.get(id)?.(json, pageFetch),

    address: () => location.href,
    writeAddress: (url, push, parameter, isNewChat) =>
      entries.write(url, push, parameter, isNewChat),
    usualHistory: () => usualHistory(history.state),
    newChat: (parameter) => entries.newChat(parameter),
    became: (newChat, thread) => entries.became(newChat, thread),
    threadOf: (newChat) => entries.threadOf(newChat),
    onEntry(id) {
      entries.listen(begin(id), (value) => tell(id, value));
    },
    /** Tells `id` `null`, for Python to ask its own, and then whether a listener has prevented it. */
    offer(id, number, json) {
      queueMicrotask(() => {
        controls.safely(tell, id, null);
        const init = { detail: JSON.parse(json), cancelable: true };
        tell(id, !dispatch(elements.get(number), "chatkit-navigate", init));
      });
    },
    onReturn(id) {
      const signal = begin(id);
      addEventListener("pageshow", (event) => event.persisted && tell(id, null), { signal });
    },
    readStorage: (key) => JSON.stringify(attempt(() => localStorage.getItem(key))),
    writeStorage: (key, json) =>
      JSON.stringify(
        attempt(() => {
          const value = JSON.parse(json);
          if (value === null) localStorage.removeItem(key);
          else localStorage.setItem(key, value);
          return null;
        }),
      ),
    settings() {
      const { settings, isReading } = window[KEY] ?? {};
      // Our own start waits for it.
      if (isReading)
        console.warn(
          '[chatkit-sync] What data-config names has not come yet and is left out: with data-start="none" give the settings to sync.start.',
        );
      return JSON.stringify(settings ?? {});
    },
    report(message, isError) {
      console[isError ? "error" : "warn"](`[chatkit-sync] ${message}`);
    },
  };
}

/** For the page's own scripts: from the element up, and where it has left, to the document. */
function dispatch(element, name, init) {
  const target = element?.isConnected ? element : document;
  return target.dispatchEvent(new CustomEvent(name, { bubbles: true, ...init }));
}

/** A call that may throw, as `{ok, value}` or `{ok, name, message}`. */
function attempt(call) {
  try {
    return { ok: true, value: call() ?? null };
  } catch (reason) {
    return describe(reason);
  }
}

/** Anything that can be thrown or rejected with, as plain data. */
function describe(reason) {
  const text = (read) => {
    try {
      const value = read();
      return value === undefined ? "" : String(value);
    } catch {
      return "";
    }
  };
  return {
    ok: false,
    name: text(() => reason?.name) || (reason === null ? "null" : typeof reason),
    message: text(() => reason?.message) || text(() => String(reason)),
  };
}

async function command(element, method, json, files) {
  try {
    const parameters = JSON.parse(json);
    if (files) parameters[0].files = [...files];
    await element[method](...parameters);
    return [{ ok: true }, null];
  } catch (reason) {
    return [describe(reason), reason];
  }
}

function about(element) {
  const attribute = (name) => element?.getAttribute?.(name) ?? null;
  return {
    defined: customElements.get(element?.localName ?? "") !== undefined,
    scripted: [...document.scripts].some(isChats),
    loaded: attribute("data-loaded") !== null,
    framed: !!frameOf(element),
    secure: isSecureContext,
    parameter: attribute("data-chatkit-parameter"),
    key: attribute("data-chatkit-key"),
  };
}

/** Whether a script is the chat's; one that waits for the user's consent has no type that runs. */
const isChats = ({ src, type }) =>
  /chatkit[^/]*\.js(\?|$)/.test(src) && /^$|javascript|module/.test(type);

/** Calls `configured` when the element gets its frame, which the page's `setOptions` makes (measured). */
async function expectFrame(element, signal, configured) {
  if (frameOf(element)) return;
  await customElements.whenDefined(element.localName).catch(() => {});
  const observer = new MutationObserver(() => {
    if (!frameOf(element)) return;
    observer.disconnect();
    configured();
  });
  signal.addEventListener("abort", () => observer.disconnect());
  if (signal.aborted) return;
  if (frameOf(element)) return configured();
  observer.observe(element.shadowRoot ?? element, { childList: true, subtree: true });
}

/** The frame in which the chat's app runs, once there is one. */
function frameOf(element) {
  return (element?.shadowRoot ?? element)?.querySelector?.("iframe");
}

function listen(element, signal, send) {
  const recorder = window[KEY];
  const eventOf = (name, detail, at) => ({
    event: name,
    detail: plainDetail(name, detail),
    at: at / 1000,
  });
  controls.serve(element, (click) => send({ click }), signal);
  expectFrame(element, signal, () => send({ configured: true }));
  const isFull = recorder?.log.length >= RECORDED;
  const past = recorder ? take(recorder, element) : [];
  if (isFull) console.warn("[chatkit-sync] More has happened before Python came than is kept.");
  if (past.length)
    send({
      past: past.map(({ click, name, detail, at, focus }) =>
        click ? { click: controls.describeClick(click, at, focus) } : eventOf(name, detail, at),
      ),
    });
  for (const name of NAMES) {
    element.addEventListener(
      `chatkit.${name}`,
      (event) => send(eventOf(name, event.detail, event.timeStamp)),
      { signal },
    );
  }
}

/** What happened before somebody asked, to this element and on its controls; it is not kept any longer. */
function take({ log, taken }, element) {
  taken.add(element);
  const mine = log.filter(({ click, target }) =>
    click ? controls.belongs(click, element) : target === element,
  );
  log.splice(0, log.length, ...log.filter((entry) => !mine.includes(entry)));
  return mine;
}

/** What embed.js keeps at most. */
const RECORDED = 5000;

const NAMES =
  "ready error thread.change thread.load.start thread.load.end response.start response.end response.stop composer.submit history.open history.close tool.change effect deeplink log".split(
    " ",
  );

function plainDetail(name, detail) {
  if (name === "error") {
    const { name: errorName, message } = describe(detail?.error);
    return { name: errorName, message };
  }
  // Of all events that come often only a few have one.
  if (detail === null) return {};
  const plain = attempt(() => JSON.parse(JSON.stringify(detail)));
  return plain.ok && typeof plain.value === "object" ? (plain.value ?? {}) : {};
}

/** Tells `{element: number}` for each living match, one at a time, and `{gone: number}`. */
function watch(target, signal, send, { elements, served, heirs, due, numberOf }) {
  const mine = {};
  let heir = null;
  const isFree = (element) => !controls.dead.has(element) && (served.get(element) ?? mine) === mine;
  const find = () =>
    typeof target === "number"
      ? (heir ?? elements.get(target))
      : [...document.querySelectorAll(target)].find(isFree);
  const tried = attempt(find);
  if (!tried.ok) return tried.message;
  let current = null;
  let last = 0;
  const look = (records) => {
    const former = current;
    if (current && (!current.isConnected || records.some((record) => removes(record, current)))) {
      // Removed or moved: either kills the element for good (measured).
      controls.dead.add(current);
      heir = heirs.get(current);
      current = null;
      send({ gone: last });
    }
    const found = current ? null : find();
    if (!found?.isConnected || !isFree(found)) return;
    // Replaced in one task: its having gone is no news, but where it was named by its id.
    const gone = due.get(former);
    if (gone) gone.news = undefined;
    current = found;
    served.set(found, mine);
    elements.delete(last);
    last = numberOf(found);
    send({ element: last });
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
  controls.expectElement(signal, (element) => {
    // While there is one, no other is taken up.
    if (current?.isConnected) return element === current;
    return typeof target === "number" ? element === find() : element.matches(target);
  });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    served.delete(current);
    elements.delete(last);
  });
  queueMicrotask(() => signal.aborted || look([]));
  return "";
}

/** Tells `{element: number}` for each living element that nobody serves, now and later, once. */
function others(signal, send, { served, numberOf }) {
  const told = new WeakSet();
  const look = () => {
    for (const element of document.getElementsByTagName("openai-chatkit")) {
      if (controls.dead.has(element) || served.has(element) || told.has(element)) continue;
      told.add(element);
      send({ element: numberOf(element) });
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
  controls.expectElement(signal, (element) => element.localName === "openai-chatkit");
  signal.addEventListener("abort", () => observer.disconnect());
  queueMicrotask(() => signal.aborted || look());
}

function removes(record, element) {
  for (const node of record.removedNodes)
    if (node === element || node.contains(element)) return true;
  return false;
}

/**
 * Returns `apply(json, pageFetch)`, which gives the element all of its options as soon as it is
 * defined, and tells `{configured: outcome}`; only the last of those that wait is given.
 *
 * Functions stand in the JSON as `{"$call": place}` (`$tool` for client tools, which are always
 * resolved: a rejection locks the thread, and nothing is no result that a server takes). A place has
 * the same function each time. Calls are told as `{call, parameters}` with `{resolve, reject, expect,
 * object, is_aborted}` as the object, `expect(seconds)` for those that have to answer in time.
 * `api.fetch` is watched, unless ChatKit hosts the API; `$headers` are put into its requests.
 */
function configure(element, signal, tell) {
  const functions = new Map();
  const call = async ({ $call, $tool }, parameters, object = null) => {
    let timer;
    try {
      const value = await new Promise((resolve, reject) => {
        const refuse = (text) =>
          $tool === undefined ? reject(new Error(text)) : resolve({ error: text });
        // As fetch itself does (Fetch standard).
        const fail = (text) =>
          reject(given.is_aborted() ? object[1].signal.reason : new TypeError(text));
        if (signal.aborted) return refuse("the page has stopped its ChatKit");
        // Python keeps the limit itself, unless MicroPython has lost the coroutine (measured).
        const expect = (seconds) => {
          const late = () => refuse(`no answer within ${seconds} s`);
          timer = setTimeout(late, Math.min((seconds + SLACK) * 1000, LONGEST));
        };
        const given = {
          resolve: answer(resolve, refuse),
          reject: object ? fail : refuse,
          expect,
          object,
          is_aborted: () => object?.[1]?.signal?.aborted === true,
        };
        tell({ call: $call ?? $tool, parameters }, given);
      });
      return $tool === undefined ? value : (value ?? {});
    } finally {
      clearTimeout(timer);
    }
  };
  const functionAt = (mark) => {
    const place = mark.$call ?? mark.$tool ?? mark.$fetch;
    if (!functions.has(place))
      functions.set(
        place,
        mark.$fetch === undefined
          ? (...given) => call(mark, given)
          : (...given) => call({ $call: place }, [], given),
      );
    return functions.get(place);
  };
  let inner;
  const fetch = watched((...request) => inner(...request), tell);
  let last;
  let give;
  return (json, pageFetch) => {
    last = json;
    const options = JSON.parse(json, (_, value) =>
      typeof (value?.$call ?? value?.$tool ?? value?.$fetch) === "string"
        ? functionAt(value)
        : value,
    );
    const headers = options.$headers;
    delete options.$headers;
    if (options.api && !options.api.getClientSecret) {
      const plain = pageFetch ?? options.api.fetch ?? window.fetch.bind(window);
      inner = headers ? withHeaders(plain, headers, signal) : plain;
      options.api.fetch = fetch;
    }
    customElements.whenDefined(element.localName).then(() => {
      if (signal.aborted || json !== last) return;
      give ??= guarded(element, signal);
      tell({ configured: attempt(() => give(options)) });
    });
  };
}

/** Elements that we have configured, once or again. */
const owned = new WeakSet();

/**
 * The element's `setOptions`, for us alone: it does not merge (measured), so another's options take
 * ours away, callbacks included. They are handed on all the same, and told of once.
 */
function guarded(element, signal) {
  const inner = element.setOptions;
  const isOwn = Object.hasOwn(element, "setOptions");
  let said = false;
  const tell = () => {
    if (!said)
      console.warn(
        "[chatkit-sync] The page calls setOptions on an element that our options configure: they take each other's place.",
      );
    said = true;
  };
  const guard = (options) => {
    tell();
    return inner.call(element, options);
  };
  element.setOptions = guard;
  // It has a frame only once it has options (measured): the page was there before us.
  if (frameOf(element) && !owned.has(element)) tell();
  owned.add(element);
  signal.addEventListener("abort", () => {
    if (element.setOptions !== guard) return;
    if (isOwn) element.setOptions = inner;
    else delete element.setOptions;
  });
  return (options) => void inner.call(element, options);
}

/** What Python answers is JSON, or an object of JavaScript's where the place says so. */
function answer(resolve, refuse) {
  return (value, isObject) => {
    if (isObject) return resolve(value);
    const parsed = attempt(() => JSON.parse(value));
    if (parsed.ok) resolve(parsed.value ?? undefined);
    else refuse(`the answer is no JSON: ${parsed.message}`);
  };
}

/**
 * A fetch with more headers: an object, or a function that is asked for one each time. A request
 * whose headers make no sense is not sent without them. `signal` aborts when Python stops.
 */
function withHeaders(inner, headers, signal) {
  let said = "";
  let last = {};
  return async (input, init) => {
    // After stop() nobody answers any more, and the chat goes on with what it had.
    if (typeof headers !== "function") last = headers;
    else if (!signal.aborted) last = (await headers()) ?? {};
    const all = new Headers(init?.headers ?? input?.headers);
    const outcome = attempt(() => {
      if (Object.prototype.toString.call(last) !== "[object Object]")
        throw new TypeError("they are no table of texts");
      for (const [name, value] of Object.entries(last)) {
        if (typeof value !== "string") throw new TypeError(`${name} is no text`);
        // Not the value: it may be a secret.
        if (!attempt(() => all.set(name, value)).ok)
          throw new TypeError(
            `${JSON.stringify(name)} or its value cannot be sent (Fetch standard)`,
          );
      }
    });
    if (outcome.ok) return inner(input, { ...init, headers: all });
    if (said !== outcome.message)
      console.error(`[chatkit-sync] headers: ${outcome.message}. The request was not sent.`);
    said = outcome.message;
    throw new TypeError(`headers: ${outcome.message}`);
  };
}

/**
 * A fetch that tells `{http: {type, thread, status}}`, 0 where no chat server has answered, and signs
 * of life; bodies stay untouched.
 */
function watched(inner, tell) {
  return async (input, init) => {
    const request = peek(init?.body);
    // The element shows a deletion before the server has answered.
    if (request.type === "threads.delete") tell({ deleting: request.thread });
    try {
      const response = await inner(input, init);
      // A page of HTML is a proxy's or a login's, and no answer of a chat server.
      const isPage = response.ok && response.headers.get("content-type")?.startsWith("text/html");
      tell({ http: { ...request, status: isPage ? 0 : response.status } });
      tellLife(response, request.thread, init?.signal, tell);
      return response;
    } catch (reason) {
      if (!init?.signal?.aborted)
        tell({ http: { ...request, status: 0, message: describe(reason).message } });
      throw reason;
    }
  };
}

function peek(body) {
  try {
    const { type, params } = JSON.parse(body);
    return { type: String(type), thread: params?.thread_id ?? null };
  } catch {
    return { type: "", thread: null };
  }
}

/** Bytes of a stream are signs of life, told four times a second at most. */
async function tellLife(response, thread, signal, tell) {
  if (!response.body || !response.headers.get("content-type")?.includes("event-stream")) return;
  let toldAt = 0;
  try {
    const reader = response.clone().body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (performance.now() - toldAt < 250) continue;
      toldAt = performance.now();
      tell({ alive: thread });
    }
  } catch {
    // An aborted answer has ended: somebody has stopped or left it. Any other was cut off.
    if (!signal?.aborted) tell({ cut: thread });
  }
}
