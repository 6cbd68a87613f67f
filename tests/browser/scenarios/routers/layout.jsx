// What stands around the routed part on the pages that React draws.
import { HOME, OTHER } from "./page.js";

export function Layout({ knows, pathname, go, keep, children }) {
  return (
    <>
      <output id="knows">{knows}</output>
      <button id="to-home" type="button" onClick={() => go(HOME)}>
        Home
      </button>
      <button id="to-other" type="button" onClick={() => go(OTHER)}>
        Other
      </button>
      <button id="keep" type="button" onClick={keep}>
        Two
      </button>
      <b id="where">{pathname === OTHER ? "other" : "home"}</b>
      {children}
    </>
  );
}
