/**
 * What the tag does after its recorder is in place: controls into their state, then Python.
 * Loaded by embed.js.
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
  recorder.timer = setTimeout(() => {
    fail();
    console.error(
      `[chatkit-sync] Python did not start within ${limit} s. Links work as links, other controls ` +
        "stay off. Likely: a file of PyScript or of the interpreter did not load, or the page's " +
        "Content-Security-Policy lacks 'wasm-unsafe-eval'.",
    );
  }, limit * 1000);
  settingsOf(tag)
    .then((settings) => {
      recorder.settings = settings;
      return loadPython(data, base);
    })
    .catch((error) => console.error("[chatkit-sync] PyScript could not be loaded:", error));
}

/** The JSON that `data-config` names, and the attributes, which go before it. */
async function settingsOf(tag) {
  const settings = {};
  if (tag.dataset.config) {
    try {
      const answer = await fetch(new URL(tag.dataset.config, document.baseURI));
      Object.assign(settings, await answer.json());
    } catch (error) {
      console.warn(
        `[chatkit-sync] data-config="${tag.dataset.config}" could not be read as JSON: ${error}`,
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
  const type = data.runtime === "mpy" ? "mpy" : "py";
  if (data.runtime && data.runtime !== type)
    console.warn(
      `[chatkit-sync] data-runtime="${data.runtime}" is unknown; "py" is used. Known: py, mpy.`,
    );
  const mains = [new URL("main.py", base).href];
  if (data.main) mains.push(new URL(data.main, document.baseURI).href);
  for (const src of mains) {
    const script = document.createElement("script");
    script.type = type;
    script.setAttribute("config", new URL("pyscript.toml", base).href);
    script.setAttribute("src", src);
    document.head.append(script);
  }
  await import(data.core ?? new URL("vendor/pyscript/core.js", base).href);
}
