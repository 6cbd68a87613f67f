/**
 * What the tag does after its recorder is in place: controls into their state, then Python.
 * Loaded by embed.js. The tag's attributes:
 *
 * - `data-runtime`: "py" (Pyodide, the default) or "mpy" (MicroPython)
 * - `data-runtime-parameter`: a query parameter that may choose it instead
 * - `data-main`: the page's own Python, run beside main.py in the same interpreter
 * - `data-start`: "page" where that Python calls `sync.start` itself; main.py is not run then;
 *   "none" where the page's own PyScript brings our Python too, as a wheel
 * - `data-config`: the address of a JSON file with settings
 * - `data-element`, `data-parameter`, `data-key`, `data-scope`: settings, which go before others
 * - `data-limit`: seconds for Python to come
 * - `data-package`: another name for the Python package `sync`
 * - `data-core`: the address of the page's own core of PyScript, where the tag cannot see it
 */
import { configure, fail, observe } from "./controls.js";

const LIMIT = 30;
const LIKELY =
  "Likely: a file of PyScript or of the interpreter did not load, or there is not enough memory.";

/** @param recorder what embed.js has put in place */
export function start(recorder) {
  const { tag, asked } = recorder;
  configure(recorder);
  observe();
  if (![undefined, "", "py", "mpy"].includes(asked))
    console.warn(`[chatkit-sync] The runtime "${asked}" is unknown; known: py, mpy. It is py.`);
  const limit = Number(tag.dataset.limit) || LIMIT;
  let isOver = false;
  const giveUp = (why) => {
    // What comes after is a consequence, or none of ours where Python has come.
    if (isOver || recorder.hasCome) return;
    isOver = true;
    clearTimeout(recorder.timer);
    fail();
    console.error(
      `[chatkit-sync] ${[why, ...blocked].join(" ")} Links work as links, what needs the chat helpers stays off.`,
    );
  };
  // Nobody will come: what the limit would find out is known now.
  recorder.giveUp = (error) => giveUp(`Python could not be started: ${error?.message ?? error}.`);
  recorder.miss = (href) => recorder.giveUp(`${href} could not be loaded`);
  const blocked = new Set();
  document.addEventListener("securitypolicyviolation", (violation) => {
    const { disposition, effectiveDirective, blockedURI } = violation;
    // What is reported alone is not blocked; what is the page's own is no cause.
    const isOurs = blockedURI.startsWith(recorder.base) || !blockedURI.includes(":");
    if (disposition === "report" || !isOurs) return;
    blocked.add(`The Content-Security-Policy blocks ${blockedURI} (${effectiveDirective}).`);
    // Pyodide waits for ever (measured).
    if (blockedURI === "wasm-eval") recorder.giveUp("WebAssembly is needed");
  });
  // PyScript says nothing when a file keeps it from starting (measured).
  recorder.timer = setTimeout(
    () => giveUp(`Python did not start within ${limit} s. ${blocked.size ? "" : LIKELY}`),
    Math.min(limit * 1000, 2 ** 31 - 1),
  );
  if (recorder.missed) recorder.miss(recorder.missed);
  recorder.settings = attributesOf(tag);
  recorder.isReading = Boolean(tag.dataset.config);
  const settings = settingsOf(tag).then((all) => {
    recorder.settings = all;
    recorder.isReading = false;
  });
  if (tag.dataset.start === "none") return;
  // Apart, so that the controls and the limit wait for nothing.
  import("./python.js")
    .then(({ startPython }) => startPython(recorder, settings))
    .catch(recorder.giveUp);
}

function attributesOf(tag) {
  const settings = {};
  for (const name of ["element", "parameter", "key", "scope"]) {
    const value = tag.getAttribute(`data-${name}`);
    if (value !== null) settings[name] = value;
  }
  return settings;
}

/** The JSON that `data-config` names, and the attributes, which go before it. */
async function settingsOf(tag) {
  const settings = {};
  if (tag.dataset.config) {
    try {
      const answer = await fetch(new URL(tag.dataset.config, document.baseURI));
      const table = await answer.json();
      if (Object.prototype.toString.call(table) !== "[object Object]")
        throw new TypeError("it holds no table of settings");
      Object.assign(settings, table);
    } catch (error) {
      console.warn(
        `[chatkit-sync] data-config="${tag.dataset.config}" could not be used: ${error}`,
      );
    }
  }
  return Object.assign(settings, attributesOf(tag));
}
