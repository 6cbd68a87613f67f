// `node tools/dist/byte_code.mjs vendor/pyodide < sources.json > files.json`: our Python as byte code.
//
// Runs the compiler of that very Pyodide, under Node, so that the magic number fits. Reads a table of
// sources by file name, writes Pyodide's version and a table of .pyc files in base64.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);

async function main() {
  const pyodide = await loadPyodide({ indexURL: `${folder}/`, stdout: console.error });
  const library = new URL("../stdlib_in_pyodide.py", import.meta.url);
  pyodide.runPython(await readFile(library, "utf8"));
  pyodide.globals.set("sources", await text(process.stdin));
  const files = pyodide.runPython(`
    import base64, json
    json.dumps({
        name + "c": base64.b64encode(small_byte_code(name, source)).decode()
        for name, source in json.loads(sources).items()
    })`);
  process.stdout.write(JSON.stringify({ version: pyodide.version, files: JSON.parse(files) }));
}

// Said by hand: Node would print the source line of the error, and Pyodide's is a megabyte long.
main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
