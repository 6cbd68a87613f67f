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
import { Layout } from "./layout.jsx";
import { guard, HOME, OTHER } from "./page.js";

function Home() {
  useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && !guard.lets(),
    enableBeforeUnload: false,
  });
  return <textarea id="unsaved" />;
}

function Page() {
  const { search, pathname } = useLocation();
  const navigate = useNavigate();
  const keep = () => navigate({ to: ".", search: (former) => ({ ...former, tab: "two" }) });
  const go = (to) => navigate({ to, search: (former) => former });
  const knows = new URLSearchParams(search).toString();
  return (
    <Layout knows={knows} pathname={pathname} go={go} keep={keep}>
      <Outlet />
    </Layout>
  );
}

const root = createRootRoute({ component: Page });
const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: HOME, component: Home }),
  createRoute({ getParentRoute: () => root, path: OTHER, component: () => <p>Other</p> }),
]);
createRoot(document.querySelector("#app")).render(
  <RouterProvider router={createRouter({ routeTree })} />,
);
