/**
 * What the tag does after its recorder is in place: controls into their state, then Python.
 * Loaded by embed.js. The tag's attributes:
 *
 * - `data-runtime`: "py" (Pyodide, the default) or "mpy" (MicroPython)
 * - `data-runtime-parameter`: a query parameter that may choose it instead
 * - `data-main`: the page's own Python, run beside main.py in the same interpreter
 * - `data-start`: "page" where that Python calls `sync.start` itself; main.py is not run then
 * - `data-config`: the address of a JSON file with settings
 * - `data-element`, `data-parameter`, `data-key`, `data-scope`: settings, which go before others
 * - `data-limit`: seconds for Python to come
 * - `data-core`: the address of PyScript's core
 */
import { configure, fail, observe } from "./controls.js";

const LIMIT = 30;

/** @param recorder what embed.js has put in place */
export function start(recorder) {
  const { tag, base } = recorder;
  const data = tag.dataset;
  configure(recorder);
  observe();
  const limit = Number(data.limit) || LIMIT;
  // PyScript says nothing when a file or the policy keeps it from starting (measured).
  recorder.timer = setTimeout(
    () => {
      fail();
      console.error(
        `[chatkit-sync] Python did not start within ${limit} s. Links work as links, other controls ` +
          "stay off. Likely: a file of PyScript or of the interpreter did not load, or the page's " +
          "Content-Security-Policy lacks 'wasm-unsafe-eval'.",
      );
    },
    Math.min(limit * 1000, 2 ** 31 - 1),
  );
  settingsOf(tag)
    .then((settings) => {
      recorder.settings = settings;
      return loadPython(data, base);
    })
    .catch((error) => {
      // Nobody will come: what the limit would find out is known now.
      clearTimeout(recorder.timer);
      fail();
      console.error("[chatkit-sync] PyScript could not be loaded:", error);
    });
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
  for (const name of ["element", "parameter", "key", "scope"]) {
    const value = tag.getAttribute(`data-${name}`);
    if (value !== null) settings[name] = value;
  }
  return settings;
}

async function loadPython(data, base) {
  const type = runtimeOf(data);
  const config = await configText(new URL("pyscript.toml", base));
  const mains = data.start === "page" ? [] : [new URL("main.py", base).href];
  if (data.main) mains.push(new URL(data.main, document.baseURI).href);
  for (const src of mains) {
    const script = document.createElement("script");
    script.type = type;
    script.setAttribute("config", config);
    script.setAttribute("src", src);
    document.head.append(script);
  }
  const core = data.core
    ? new URL(data.core, document.baseURI)
    : new URL("vendor/pyscript/core.js", base);
  await import(core.href);
}

function runtimeOf(data) {
  const parameter = data.runtimeParameter;
  const asked = parameter && new URLSearchParams(location.search).get(parameter);
  const wanted = asked || data.runtime || "py";
  if (wanted !== "py" && wanted !== "mpy")
    console.warn(`[chatkit-sync] The runtime "${wanted}" is unknown; known: py, mpy. It is py.`);
  return wanted === "mpy" ? "mpy" : "py";
}

/**
 * pyscript.toml with absolute addresses: PyScript takes `interpreter` to be relative to the page
 * (measured), and the page may stand in any folder.
 */
async function configText(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  const text = await answer.text();
  return text.replace(
    /^(interpreter = )?"\.\//gm,
    (_, start) => `${start ?? ""}"${new URL(".", address)}`,
  );
}
