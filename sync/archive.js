/**
 * Our own files as one archive. `make dist` puts this in the place of files.js, and the values of
 * the four names that it does not declare.
 */
/* global ARCHIVE, CONFIG, MAIN, RUNTIME */

/** See files.js, which reads the same from a checkout. */
export function read(base, plugins) {
  return {
    config: Promise.resolve(
      JSON.stringify({ ...CONFIG, interpreter: `${base}${RUNTIME}`, plugins }),
    ),
    main: Promise.resolve(MAIN),
    sources: unpacked(`${base}${ARCHIVE}`),
  };
}

/** Gzip by our own hand: not every static host compresses. Python's own names in JSON inside. */
async function unpacked(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).json();
}
