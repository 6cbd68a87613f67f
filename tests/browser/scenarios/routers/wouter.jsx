// wouter, which patches `history` and has no guards.
import { createRoot } from "react-dom/client";
import { Route, useLocation, useSearch, useSearchParams } from "wouter";
import { HOME, OTHER } from "./page.js";

function Layout() {
  const [pathname, navigate] = useLocation();
  const search = useSearch();
  const [, setSearch] = useSearchParams();
  const keep = () => setSearch((former) => ({ ...Object.fromEntries(former), tab: "two" }));
  return (
    <>
      <output id="knows">{search}</output>
      <button id="to-home" type="button" onClick={() => navigate(`${HOME}?${search}`)}>
        Home
      </button>
      <button id="to-other" type="button" onClick={() => navigate(`${OTHER}?${search}`)}>
        Other
      </button>
      <button id="keep" type="button" onClick={keep}>
        Two
      </button>
      <b id="where">{pathname === OTHER ? "other" : "home"}</b>
      <Route path={HOME}>
        <textarea id="unsaved" />
      </Route>
      <Route path={OTHER}>
        <p>Other</p>
      </Route>
    </>
  );
}

createRoot(document.querySelector("#app")).render(<Layout />);
