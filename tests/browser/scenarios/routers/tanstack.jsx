// TanStack Router, which patches `history`.
import {
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
  useBlocker,
  useLocation,
  useNavigate,
} from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { guard, HOME, OTHER } from "./page.js";

function Home() {
  useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && !guard.lets(),
    enableBeforeUnload: false,
  });
  return <textarea id="unsaved" />;
}

function Layout() {
  const { search, pathname } = useLocation();
  const navigate = useNavigate();
  const keep = () => navigate({ to: ".", search: (former) => ({ ...former, tab: "two" }) });
  const go = (to) => navigate({ to, search: (former) => former });
  return (
    <>
      <output id="knows">{new URLSearchParams(search).toString()}</output>
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
      <Outlet />
    </>
  );
}

const root = createRootRoute({ component: Layout });
const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: HOME, component: Home }),
  createRoute({ getParentRoute: () => root, path: OTHER, component: () => <p>Other</p> }),
]);
createRoot(document.querySelector("#app")).render(
  <RouterProvider router={createRouter({ routeTree })} />,
);
