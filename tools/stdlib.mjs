// `node tools/stdlib.mjs vendor/pyodide`: compile Pyodide's standard library.
//
// npm's python_stdlib.zip holds sources alone, and compiling them is most of Pyodide's start. This runs
// the compiler of that very Pyodide, under Node, so that the byte code's magic number fits; then it
// starts a second Pyodide from the result, so that a library with too much left out never gets to a page.

import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import pyscript from "../node_modules/@pyscript/core/src/stdlib/pyscript.js";

const folder = resolve(process.argv[2] ?? "vendor/pyodide");
const compiled = `${folder}/python_stdlib.compiled.zip`;
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);

const script = await text("stdlib_in_pyodide.py");
const customize = await text("stdlib_start.py");

async function text(name) {
  return readFile(new URL(name, import.meta.url), "utf8");
}

/** Start a Pyodide, from the stock library or from the one given, with the script's functions in it. */
async function start(options = {}) {
  const pyodide = await loadPyodide({ indexURL: `${folder}/`, ...options });
  pyodide.runPython("import sys; started = frozenset(sys.modules)");
  pyodide.runPython(script);
  return pyodide;
}

/** PyScript's package as it carries it, folders as tables: each file's path and text. */
function* files(table, folder = "") {
  for (const [name, content] of Object.entries(table)) {
    if (typeof content === "string") yield [folder + name, content];
    else yield* files(content, `${folder}${name}/`);
  }
}

/** Compile, prove, and only then give the library its name: a half-made one must not be taken for it. */
async function main() {
  const builder = await start();
  builder.FS.writeFile("/stock.zip", await readFile(`${folder}/python_stdlib.zip`));
  builder.globals.set("further", builder.toPy(Object.fromEntries(files(pyscript))));
  builder.globals.set("customize", customize);
  const said = builder.runPython(
    'build("/stock.zip", "/compiled.zip", started, further, customize)',
  );
  console.log(`  ${said}`);

  const unproved = `${compiled}.new`;
  await writeFile(unproved, builder.FS.readFile("/compiled.zip"));
  try {
    const prover = await start({ stdLibURL: unproved });
    prover.runPython("prove()");
    await rename(unproved, compiled);
  } finally {
    await rm(unproved, { force: true });
  }
}

// Said by hand: Node would print the source line of the error, and Pyodide's is a megabyte long.
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
