/** Names that a page's author may have misspelt. */

/**
 * @param prefix what all of the names begin with
 * @returns the known name that differs in the fewest letters; nothing where none is near, or equal
 */
export function nearest(name, known, prefix) {
  if (known.includes(name)) return undefined;
  const own = name.slice(prefix.length);
  let best = Math.max(1, Math.floor(own.length / 4)) + 1;
  let near;
  for (const one of known) {
    const letters = distance(own, one.slice(prefix.length));
    if (letters < best) [best, near] = [letters, one];
  }
  return near;
}

/** Letters to insert, delete or replace (Levenshtein). */
function distance(one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const former = row;
    row = [at + 1];
    for (const [to, wanted] of [...other].entries())
      row.push(Math.min(former[to] + (letter !== wanted), former[to + 1] + 1, row[to] + 1));
  }
  return row.at(-1);
}
