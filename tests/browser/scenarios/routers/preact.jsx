/** @jsxImportSource preact */
// preact-iso keeps nothing in `history.state`, so the page writes the address itself: one line.
import { render } from "preact";
import { LocationProvider, Route, Router, useLocation } from "preact-iso";
import { HOME, OTHER } from "./page.js";

const Home = () => <textarea id="unsaved" />;
const Other = () => <p>Other</p>;
const withoutOrigin = (url) => url.slice(location.origin.length);
let navigate;

addEventListener("chatkit-navigate", (event) => {
  event.preventDefault();
  navigate(withoutOrigin(event.detail.url), event.detail.replace);
});

function Layout() {
  const { path, query, route } = useLocation();
  navigate = route;
  const go = (to, more) => route(`${to}?${new URLSearchParams({ ...query, ...more })}`);
  return (
    <>
      <output id="knows">{new URLSearchParams(query).toString()}</output>
      <button id="to-home" type="button" onClick={() => go(HOME)}>
        Home
      </button>
      <button id="to-other" type="button" onClick={() => go(OTHER)}>
        Other
      </button>
      <button id="keep" type="button" onClick={() => go(path, { tab: "two" })}>
        Two
      </button>
      <b id="where">{path === OTHER ? "other" : "home"}</b>
      <Router>
        <Route path={HOME} component={Home} />
        <Route path={OTHER} component={Other} />
      </Router>
    </>
  );
}

const app = (
  <LocationProvider>
    <Layout />
  </LocationProvider>
);
render(app, document.querySelector("#app"));
