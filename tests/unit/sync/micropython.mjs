// Runs a program on MicroPython under Node: {files: {path: text}, program} on standard input.
import { readFileSync } from "node:fs";
import { loadMicroPython } from "../../../vendor/micropython/micropython.mjs";

const { files, program } = JSON.parse(readFileSync(0, "utf8"));
const micropython = await loadMicroPython({
  heapsize: 8 * 1024 * 1024,
  linebuffer: true,
  stdout: (line) => console.log(line),
  stderr: (line) => console.error(line),
});
for (const [path, text] of Object.entries(files)) {
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (folder && !micropython.FS.analyzePath(folder).exists) micropython.FS.mkdir(folder);
  micropython.FS.writeFile(path, text);
}
await micropython.runPythonAsync(program);
