// React Router with data: a blocker that knows nothing of addresses, as many pages have it.
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import {
  createBrowserRouter,
  Outlet,
  RouterProvider,
  ScrollRestoration,
  useBlocker,
  useLocation,
  useNavigate,
  useSearchParams,
} from "react-router";
import { Layout } from "./layout.jsx";
import { guard, HOME, OTHER } from "./page.js";

function Home() {
  const blocker = useBlocker(() => guard.isOn);
  useEffect(() => {
    if (blocker.state === "blocked") guard.lets();
  }, [blocker.state]);
  return (
    <>
      <textarea id="unsaved" />
      <button id="stay" type="button" onClick={() => blocker.reset?.()}>
        Stay
      </button>
      <button id="leave" type="button" onClick={() => blocker.proceed?.()}>
        Leave
      </button>
    </>
  );
}

function Page() {
  const [search, setSearch] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const keep = () => setSearch((former) => ({ ...Object.fromEntries(former), tab: "two" }));
  const go = (path) => navigate(`${path}?${search}`);
  return (
    <Layout knows={search.toString()} pathname={pathname} go={go} keep={keep}>
      <Outlet />
      <ScrollRestoration />
    </Layout>
  );
}

const router = createBrowserRouter([
  {
    Component: Page,
    children: [
      { path: HOME, Component: Home },
      { path: OTHER, element: <p>Other</p> },
    ],
  },
]);
createRoot(document.querySelector("#app")).render(<RouterProvider router={router} />);
