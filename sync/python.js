/**
 * Brings Python: PyScript's core, ours or the page's own, and our files into its interpreter.
 *
 * A page has one interpreter and one configuration of each type; a second configuration is ignored
 * without a word, and a second copy of the core throws (measured). So where the page has PyScript
 * of its own we import that very core, take the interpreter that runs, and leave the configuration
 * to the page. Our files go in by hand, whoever has started the interpreter.
 */
import * as bridge from "./bridge.js";
import { read } from "./files.js";

const MODULES = Symbol.for("polyscript.js_modules");
/** All that PyScript has: they are for editors and terminals, and one writes errors into the page. */
const NO_PLUGINS = [
  "!codemirror",
  "!deprecations-manager",
  "!donkey",
  "!error",
  "!py-editor",
  "!py-game",
  "!py-terminal",
];
const UNSEEN =
  "PyScript runs on this page, from an address that the tag does not see; data-core names it";
const SECOND =
  "A PyScript configuration has come later and is not read: a page has one of each type. What " +
  "stands in the page from the start is the page's configuration, and ours.";
const served = new WeakSet();

/**
 * @param recorder what embed.js has put in place; gets `furnish(interpreter)`, for runtime.mjs
 * @param settings a promise of what Python will ask for
 * @returns a promise that rejects, in words for the page's developer, where Python cannot come
 */
export async function startPython(recorder, settings) {
  const { base, type } = recorder;
  const { main, package: name = "sync", start } = recorder.tag.dataset;
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error(noName(name));
  const ours = read({ base, type, plugins: NO_PLUGINS, text });
  const furnish = async (interpreter) => {
    await settings;
    bring(interpreter, await ours.fitting(interpreter), name, recorder.isShared);
  };
  // Where the page starts us itself, nobody does without its Python.
  const isPages = start === "page";
  const begins = (name) => () => {
    recorder.begun = name;
  };
  const begun = isPages ? begins(`data-main="${main}"`) : null;
  const parts = main ? [{ code: pageCode(main, isPages), begun }] : [];
  if (!isPages) {
    const code = ours.main.then((all) => all.replace("from sync import", `from ${name} import`));
    parts.unshift({ code, isSync: true, begun: begins("main.py") });
  }
  // Not everybody needs all of them, and what is missing is told where it is awaited.
  const codes = parts.map(({ code }) => code);
  for (const promise of [ours.config, ours.main, ours.files, ...codes]) promise.catch(() => {});
  if (isPages && !main && !recorder.isShared)
    throw new Error('data-start="page" needs data-main, the Python that calls sync.start');
  const core = `${base}vendor/pyscript/core.js`;
  const otherType = type === "py" ? "mpy" : "py";
  const theirs = recorder.isShared ? await coreOf(recorder) : null;
  if (theirs || isWanted(recorder)) {
    watch(recorder);
    await furnish(await interpreterOf(theirs ?? (await loadCore(core, otherType)), type));
  } else {
    recorder.starter?.remove();
    // The configuration has to be on the page before our core looks for one, and not before theirs.
    const first = isPages ? { isSync: true } : parts.shift();
    const config = await ours.config;
    await noCore();
    recorder.starter = await run(type, first, config);
    watch(recorder);
    recorder.furnish = (interpreter) => {
      if (type === "py") preferCompiled(interpreter);
      return furnish(interpreter);
    };
    const { whenDefined } = await loadCore(core, otherType);
    // Where a file is missing nobody waits for the interpreter to say so.
    await ours.files;
    // The page's own not before: what stands in the body and waits is copied with its text by
    // whoever copies the page (Turbo), and the copy would run as well.
    await whenDefined(type);
  }
  for (const part of parts) await run(type, part);
}

/**
 * Python would take the sources that PyScript writes into the folder where it runs, and compile them:
 * 60 ms of a first visit (measured). The compiled library has them too.
 */
function preferCompiled(interpreter) {
  try {
    interpreter.pyimport("sitecustomize").prefer("pyscript");
  } catch {
    // It is the stock library.
  }
}

async function text(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  return answer.text();
}

async function pageCode(address, isNeeded) {
  try {
    return await text(new URL(address, document.baseURI));
  } catch (error) {
    const said = `data-main="${address}" could not be loaded: ${error.message}`;
    if (isNeeded) throw new Error(said);
    console.error(`[chatkit-sync] ${said}`);
    return "";
  }
}

/** Whether the page has Python or a configuration of our type, beside what the tag put there for a core. */
function isWanted({ isShared, starter, type }) {
  const wanted = document.querySelectorAll(`script[type=${type}],${type}-script,${type}-config`);
  return Boolean(isShared) && [...wanted].some((one) => one !== starter);
}

/** Until the page's own modules have run: a core that one of them brings is not for us to be before. */
function modulesHaveRun() {
  const [visit] = performance.getEntriesByType("navigation");
  if (document.readyState === "complete" || visit?.domContentLoadedEventStart) return;
  return new Promise((resolve) => {
    for (const name of ["DOMContentLoaded", "load"])
      addEventListener(name, resolve, { once: true });
  });
}

/** Rejects where the page has a core after all. */
async function noCore() {
  await modulesHaveRun();
  if (globalThis[MODULES]) throw new Error(UNSEEN);
}

/** PyScript's core, of our own: of two copies on a page the second throws, whoever's it is. */
async function loadCore(core, otherType) {
  await noCore();
  if (
    !document.querySelector(`script[type=${otherType}],${otherType}-script,${otherType}-config`)
  ) {
    // Otherwise the plugins are fetched for the type that nobody uses.
    const config = document.createElement(`${otherType}-config`);
    config.textContent = JSON.stringify({ plugins: NO_PLUGINS });
    document.head.append(config);
  }
  const ours = await import(core).catch((error) => {
    throw globalThis[MODULES] ? new Error(UNSEEN) : error;
  });
  const { hooks } = ours;
  // For workers alone, and made into a function from text: a strict policy forbids that.
  hooks.worker.onBeforeRunAsync.clear();
  // PyScript's, for as long as the page's Python awaits: scripts that run meanwhile, the chat's
  // perhaps, would take themselves for somebody else (measured).
  hooks.main.onBeforeRunAsync.add(() => {
    delete document.currentScript;
  });
  return ours;
}

/** The page's core: the one that the page's author has named, or what looks like one and is. */
async function coreOf({ core: pattern, tag }) {
  const { core: named } = tag.dataset;
  // What it is, it runs in its turn, behind the page's deferred scripts.
  await modulesHaveRun();
  if (named !== undefined) {
    // The page's author means it.
    const core = await import(new URL(named, document.baseURI).href);
    if (core.whenDefined) return core;
    throw new Error(`data-core="${named}" is no core of PyScript`);
  }
  for (const { src, text } of document.querySelectorAll("script[type=module]")) {
    for (const [, address] of `from"${src}"\n${text}`.matchAll(new RegExp(pattern, "gm"))) {
      // A bare name is the import map's.
      const isAddress = /^(\.{0,2}\/|[\w+.-]+:)/.test(address);
      const core = await import(
        isAddress ? new URL(address, document.baseURI).href : address
      ).catch(() => null);
      if (core?.whenDefined) return core;
      // It only looks like one, may not be there, and ours would do.
    }
  }
  return null;
}

/** The interpreter that runs in the page, once it does. */
async function interpreterOf({ hooks, whenDefined }, type) {
  const { interpreter } = await whenDefined(type);
  if (interpreter) return interpreter;
  // A worker of the page's has answered, whose interpreter is not here (measured).
  return new Promise((resolve) => {
    const script = run(type, { isSync: true });
    const ready = async ({ interpreter }, element) => {
      // Others may have an interpreter of their own, by their `env`.
      if (element !== (await script)) return;
      hooks.main.onReady.delete(ready);
      resolve(interpreter);
    };
    hooks.main.onReady.add(ready);
  });
}

function bring(interpreter, files, name, isShared) {
  if (served.has(interpreter)) return;
  served.add(interpreter);
  const { FS } = interpreter;
  const isTheirs = [name, `${name}.py`].some((path) => exists(FS, path));
  if (isTheirs || ((isShared || name !== "sync") && !isFree(interpreter, name)))
    throw new Error(
      `Python has a module "${name}" here already; data-package gives ours another name`,
    );
  FS.mkdir(name);
  for (const [file, content] of Object.entries(files)) FS.writeFile(`${name}/${file}`, content);
  globalThis[MODULES].set("chatkit_bridge", { ...bridge });
}

function exists(FS, path) {
  try {
    FS.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Python's own modules cannot be ours, and its keywords name none. */
function isFree(interpreter, name) {
  try {
    interpreter.runPython(`import ${name}`);
    return false;
  } catch ({ type }) {
    if (type === "SyntaxError") throw new Error(noName(name));
    try {
      // Python remembers that it is not there, for as long as its folder seems unchanged: a clock
      // that a browser makes coarse would have it so for a tenth of a second.
      interpreter.pyimport("importlib").invalidate_caches();
    } catch {
      // MicroPython remembers nothing.
    }
    return true;
  }
}

const noName = (name) => `data-package="${name}" is no name that a Python package can have`;

async function run(type, { code, isSync, begun } = {}, config = null) {
  // Not a script element: whose text and address trusted types guard, and which gets a target of
  // its own in the page.
  const script = document.createElement(`${type}-script`);
  // Its text is nothing to read. PyScript shows it when the text has become what it displays.
  script.hidden = true;
  if (config) script.setAttribute("config", config);
  script.textContent = (await code) ?? "";
  if (begun) script.addEventListener(`${type}:ready`, begun);
  if (isSync) {
    // What awaits nothing is over before anybody else can see `document.currentScript`.
    script.setAttribute("async", "false");
    // It has no more to do, and Turbo puts back what a page's head had.
    script.addEventListener(`${type}:done`, () => script.remove());
  }
  // The page's own Python may display something where it stands.
  (isSync ? document.head : document.body).append(script);
  return script;
}

/** What the page adds later to a PyScript of ours cannot work, and PyScript does not say why. */
function watch(recorder) {
  const { starter, type } = recorder;
  addEventListener("error", ({ message }) => {
    if (/polyscript\.js_modules/.test(message))
      console.error(
        "[chatkit-sync] A second PyScript has come later and cannot run beside the first. Where its " +
          "script stands in the page from the start, or data-core names it, the tag uses it too.",
      );
  });
  // A worker has a configuration of its own.
  const configured = `:is(script[type=${type}],${type}-script)[config]:not([worker]),${type}-config`;
  const ours = starter?.isConnected && starter.getAttribute("config");
  // A page that is put back (Turbo) may bring a copy of what is ours.
  const isTheirs = (one) => !ours || one.getAttribute("config") !== ours;
  const look = (node) =>
    (node.matches?.(configured) && isTheirs(node)) ||
    [...(node.querySelectorAll?.(configured) ?? [])].some(isTheirs);
  const observer = new MutationObserver((records) => {
    if (records.some(({ addedNodes }) => [...addedNodes].some(look))) tell();
  });
  const tell = () => {
    observer.disconnect();
    console.warn(`[chatkit-sync] ${SECOND}`);
    // A core that finds two of them runs nothing (measured).
    recorder.likely = SECOND;
  };
  observer.observe(document, { childList: true, subtree: true });
  // Behind us, and perhaps before the core.
  if (ours && look(document)) tell();
}
