// PyScript's `interpreter` for both script types: one line in one pyscript.toml,
//
//     interpreter = "./runtime.mjs"
//
// serves <script type="py"> (loadPyodide) and <script type="mpy"> (loadMicroPython), all files from
// vendor/, which `make setup` lays out. Addresses come from this module's own, never from the page's.

const pyodideFolder = new URL("./vendor/pyodide/", import.meta.url).href;
const micropythonFolder = new URL("./vendor/micropython/", import.meta.url).href;

/** The tag, where the page has one: it has files for the interpreter, and wants to know of a failure. */
const tag = globalThis[Symbol.for("chatkit-sync")];

/** Pyodide's version, which names PyScript's cache of packages; a test compares it with package.json. */
export const version = "314.0.7";

const AS_WASM = "application/wasm";
const TYPED = { headers: { "Content-Type": AS_WASM } };

/**
 * Start Pyodide, from the compiled standard library where there is one.
 *
 * @param {object} options Pyodide's own, as PyScript passes them. All of them are handed on but
 *   `indexURL`, which PyScript derives from this module's address; a `stdLibURL` of the caller's wins.
 * @returns {Promise<object>} Pyodide's API
 */
export async function loadPyodide(options = {}) {
  return furnished("py", async () => {
    const [pyodide, stdLibURL] = await Promise.all([
      import("./vendor/pyodide/pyodide.mjs"),
      options.stdLibURL ?? standardLibrary(),
    ]);
    return inTurn(() =>
      onOneStack(() =>
        heard(() => pyodide.loadPyodide({ ...options, indexURL: pyodideFolder, stdLibURL })),
      ),
    );
  });
}

let last = Promise.resolve();

/** One load at a time: each changes WebAssembly for as long as it takes, and puts back what it found. */
function inTurn(load) {
  const turn = last.then(load);
  last = turn.catch(() => {});
  return turn;
}

/**
 * Load Pyodide as where WebAssembly cannot switch stacks (JSPI), which is in every other browser.
 *
 * With it Python runs on stacks of its own, and Chromium's page process dies now and then when it
 * collects garbage meanwhile (measured in Chromium 150: each time at the end of such a stack;
 * pyodide/pyodide#5702, #5705, #6106). What Pyodide cannot do without it is to block: `run_sync`.
 */
async function onOneStack(load) {
  const suspending = Object.getOwnPropertyDescriptor(WebAssembly, "Suspending");
  delete WebAssembly.Suspending;
  try {
    return await load();
  } finally {
    if (suspending) Object.defineProperty(WebAssembly, "Suspending", suspending);
  }
}

/**
 * Load Pyodide and hear of a wasm file that does not serve, for which it would wait for ever
 * (measured): one that does not come, or is something else. One of another type it gets all the same.
 */
function heard(load) {
  const stream = WebAssembly.instantiateStreaming;
  return new Promise((resolve, reject) => {
    WebAssembly.instantiateStreaming = async (given, imports, ...more) => {
      // The page may have modules of its own.
      if (!imports?.env?.Jsv_GetError_import) return stream(given, imports, ...more);
      let url = pyodideFolder;
      try {
        const answer = await given;
        url = answer.url;
        if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
        const type = answer.headers.get("Content-Type")?.trim().toLowerCase();
        // Only where it must be: Chromium keeps compiled code by the answer itself.
        const typed = type === AS_WASM ? answer : new Response(answer.body, TYPED);
        return await stream(typed, imports, ...more);
      } catch (error) {
        reject(new Error(`${url}: ${error.message}`));
        throw error;
      }
    };
    load().then(resolve, reject);
  }).finally(() => {
    WebAssembly.instantiateStreaming = stream;
  });
}

/**
 * Start MicroPython.
 *
 * @param {object} options MicroPython's own, as PyScript passes them, handed on but for `url`: PyScript
 *   takes the wasm file to lie beside this module, as `runtime.wasm`.
 * @returns {Promise<object>} MicroPython's API
 */
export async function loadMicroPython(options = {}) {
  return furnished("mpy", async () => {
    const micropython = await import("./vendor/micropython/micropython.mjs");
    return micropython.loadMicroPython({ ...options, url: `${micropythonFolder}micropython.wasm` });
  });
}

/** Let the tag put its files into the interpreter before any Python runs. */
async function furnished(type, load) {
  try {
    const interpreter = await load();
    if (tag?.type === type) await tag.furnish?.(interpreter);
    return interpreter;
  } catch (error) {
    // PyScript waits for ever, without a word (measured).
    if (tag?.type === type) tag.giveUp?.(error);
    throw error;
  }
}

/**
 * Tell which standard library to use: compiled, which starts in half the time, or the stock one.
 *
 * Pyodide only logs a library that it cannot fetch, and then never starts, so this asks first. The
 * question travels beside the import of pyodide.mjs and costs no time of its own. The query keeps it
 * apart from a preload of the same address, which a question cannot use.
 */
async function standardLibrary() {
  const compiled = `${pyodideFolder}python_stdlib.compiled.zip`;
  // `make dist` says so: it packs the compiled one.
  if (typeof IS_PACKED !== "undefined") return compiled;
  const found = await fetch(`${compiled}?exists`, { method: "HEAD" }).then(
    (response) => response.ok,
    () => false,
  );
  return found ? compiled : `${pyodideFolder}python_stdlib.zip`;
}
