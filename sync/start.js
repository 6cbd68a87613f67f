/**
 * What the tag does after its recorder is in place: controls into their state, then Python.
 * Loaded by embed.js. The tag's attributes:
 *
 * - `data-runtime`: "py" (Pyodide) or "mpy" (MicroPython); without it the one that the page's own
 *   Python has, Pyodide for data-main, and MicroPython where the page brings no Python
 * - `data-runtime-parameter`: a query parameter that may choose it instead
 * - `data-main`: the page's own Python, run beside main.py in the same interpreter
 * - `data-start`: "page" where that Python calls `sync.start` itself; main.py is not run then;
 *   "none" where the page's own PyScript brings our Python too, as a wheel
 * - `data-config`: the address of a JSON file with settings
 * - `data-element`, `data-parameter`, `data-key`, `data-scope`, `data-history`: settings, which go
 *   before others
 * - `data-limit`: seconds for Python to come
 * - `data-package`: another name for the Python package `sync`
 * - `data-core`: the address of the page's own core of PyScript, where the tag cannot see it
 */
import { observe } from "./controls.js";
import { nearest } from "./words.js";

const LIKELY =
  "Likely: a file of PyScript or of the interpreter did not load or is still on its way, or there is not enough memory.";
const NAMES = [
  ...["runtime", "runtime-parameter", "main", "start", "config", "element", "parameter", "key"],
  ...["scope", "history", "limit", "package", "core"],
].map((name) => `data-${name}`);
const STARTS = [undefined, "page", "none"];
const RUNTIMES = [undefined, null, "", "py", "mpy"];

/** @param recorder what embed.js has put in place */
export function start(recorder) {
  const { base, began, limit, tag, violations } = recorder;
  const { config, limit: given, runtime, runtimeParameter, start: how } = tag.dataset;
  // Where the page brings Python itself, that may have been quicker.
  if (!recorder.retire) observe();
  const asked = runtimeParameter && new URLSearchParams(location.search).get(runtimeParameter);
  for (const one of [runtime, asked])
    if (!RUNTIMES.includes(one))
      console.warn(
        `[chatkit-sync] The runtime "${one}" is unknown; known: py, mpy. It is ${recorder.type}.`,
      );
  if (given && !(given > 0))
    console.warn(
      `[chatkit-sync] data-limit="${given}" is no number of seconds; it is ${limit / 1000}.`,
    );
  if (!STARTS.includes(how))
    console.warn(`[chatkit-sync] data-start="${how}" is unknown; known: page, none.`);
  for (const { name } of tag.attributes) {
    const near = name.startsWith("data-") && nearest(name, NAMES, "data-");
    if (near) console.warn(`[chatkit-sync] The tag has the unknown ${name}; did you mean ${near}?`);
  }
  let isOver = false;
  const giveUp = (why) => {
    // What comes after is a consequence, or none of ours where Python has come.
    if (isOver || recorder.hasCome) return;
    isOver = true;
    clearTimeout(recorder.timer);
    recorder.fail();
    const blocked = violations.filter(isOurs).map(describe);
    recorder.violations = null;
    console.error(
      `[chatkit-sync] ${[why, ...new Set(blocked)].join(" ")} Links work as links, what needs the chat helpers stays off.`,
    );
  };
  /** What is reported alone is not blocked; what is the page's own is no cause. */
  const isOurs = ({ disposition, blockedURI }) =>
    disposition !== "report" && (blockedURI.startsWith(base) || blockedURI === "wasm-eval");
  const describe = ({ blockedURI, effectiveDirective }) =>
    `The Content-Security-Policy blocks ${blockedURI} (${effectiveDirective}).`;
  // Nobody will come: what the limit would find out is known now.
  // A moment later: Firefox tells of the policy that forbids it after the failure (measured).
  recorder.giveUp = (error) =>
    setTimeout(giveUp, 50, `Python could not be started: ${error?.message ?? error}.`);
  recorder.miss = (href) => recorder.giveUp(`${href} could not be loaded`);
  const look = (violation) => {
    // Pyodide waits for ever (measured).
    if (violation.blockedURI === "wasm-eval" && isOurs(violation))
      recorder.giveUp("WebAssembly is needed");
  };
  addEventListener("securitypolicyviolation", look);
  violations?.forEach(look);
  /** PyScript says nothing when a file keeps it from starting (measured). */
  const cause = () => {
    if (recorder.isReading) return `data-config="${config}" does not answer.`;
    if (how === "none") return "The page's own PyScript has started no ChatKit.";
    if (recorder.begun) return `${recorder.begun} runs, and has started no ChatKit.`;
    return violations.some(isOurs) ? "" : (recorder.likely ?? LIKELY);
  };
  clearTimeout(recorder.timer);
  recorder.timer = setTimeout(
    () => giveUp(`Python did not start within ${limit / 1000} s. ${cause()}`),
    began + limit - performance.now(),
  );
  if (recorder.missed) recorder.miss(recorder.missed);
  recorder.settings = attributesOf(tag);
  recorder.isReading = Boolean(config);
  const settings = settingsOf(tag, limit).then((all) => {
    recorder.settings = all;
    recorder.isReading = false;
  });
  if (how === "none") return;
  // Apart, so that the controls and the limit wait for nothing.
  import("./python.js")
    .then(({ startPython }) => startPython(recorder, settings))
    .catch(recorder.giveUp);
}

function attributesOf(tag) {
  const settings = {};
  for (const name of ["element", "parameter", "key", "scope", "history"]) {
    const value = tag.getAttribute(`data-${name}`);
    if (value !== null) settings[name] = value;
  }
  return settings;
}

/** The JSON that `data-config` names, and the attributes, which go before it. */
async function settingsOf(tag, limit) {
  const settings = {};
  if (tag.dataset.config) {
    try {
      // Python waits for it, and may do without.
      const signal = AbortSignal.timeout(limit / 2);
      const answer = await fetch(new URL(tag.dataset.config, document.baseURI), { signal });
      if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
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
