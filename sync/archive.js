/**
 * Our own files as archives: sources, and byte code for the Pyodide that comes with them. `make dist`
 * puts this in the place of files.js, and the values of the names that it does not declare.
 */
/* global SOURCES, COMPILED, PYODIDE, CONFIG, MAIN */

/** See files.js, which reads the same from a checkout. */
export function read({ base, type, plugins }) {
  const files = unpacked(base + (type === "py" ? COMPILED : SOURCES));
  return {
    // All of our modules are one there, and runtime.mjs is in it.
    config: Promise.resolve(JSON.stringify({ ...CONFIG, interpreter: import.meta.url, plugins })),
    main: Promise.resolve(MAIN),
    files,
    // The page may have a Pyodide of its own, and byte code is one version's.
    fitting: ({ version }) =>
      type !== "py" || version === PYODIDE ? files : unpacked(base + SOURCES),
  };
}

/** Gzip by our own hand: not every static host compresses. */
async function unpacked(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  const plain = answer.body.pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(plain).arrayBuffer().catch((error) => {
    throw new Error(`${address}: ${error.message}`);
  });
  const all = new Uint8Array(buffer);
  let at = all.indexOf(10) + 1;
  const lengths = JSON.parse(new TextDecoder().decode(all.subarray(0, at)));
  const files = {};
  for (const [name, length] of Object.entries(lengths)) {
    files[name] = all.subarray(at, at + length);
    at += length;
  }
  return files;
}
