// Solid Router, which counts the steps that a guard takes back. Written without JSX, which is its own.
import { Route, Router, useBeforeLeave, useLocation, useNavigate } from "@solidjs/router";
import h from "solid-js/h";
import { createComponent, render } from "solid-js/web";
import { guard, HOME, OTHER } from "./page.js";

function Home() {
  let blocked;
  useBeforeLeave((event) => {
    if (event.defaultPrevented || guard.lets()) return;
    event.preventDefault();
    blocked = event;
  });
  return [
    h("textarea", { id: "unsaved" })(),
    h("button", { id: "stay" }, "Stay")(),
    h("button", { id: "leave", onClick: () => blocked.retry(true) }, "Leave")(),
  ];
}

function Layout(props) {
  const location = useLocation();
  const navigate = useNavigate();
  const go = (path, more) =>
    navigate(`${path}?${new URLSearchParams({ ...location.query, ...more })}`, { scroll: false });
  return h("div", {}, [
    h("output", { id: "knows" }, () => new URLSearchParams(location.search).toString()),
    h("button", { id: "to-home", onClick: () => go(HOME) }, "Home"),
    h("button", { id: "to-other", onClick: () => go(OTHER) }, "Other"),
    h("button", { id: "keep", onClick: () => go(location.pathname, { tab: "two" }) }, "Two"),
    h("b", { id: "where" }, () => (location.pathname === OTHER ? "other" : "home")),
    () => props.children,
  ])();
}

const page = (path, component) => createComponent(Route, { path, component });
const app = () =>
  createComponent(Router, {
    root: Layout,
    get children() {
      return [page(HOME, Home), page(OTHER, () => h("p", {}, "Other")())];
    },
  });
render(app, document.querySelector("#app"));
