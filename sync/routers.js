/**
 * What routers keep in `history.state`, and what of it an entry of ours has to say.
 */

/**
 * @param state the present entry's
 * @returns the `state` to write, and `told()`, which lets the router know
 */
export function adapt(state) {
  return { state };
}

/** "push", or "replace" where a router cannot live with entries that others have pushed. */
export function usualHistory() {
  return "push";
}
