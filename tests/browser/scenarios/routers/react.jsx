// React Router with data: a blocker that knows nothing of addresses, as many pages have it.
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import {
  createBrowserRouter,
  Outlet,
  RouterProvider,
  useBlocker,
  useLocation,
  useNavigate,
  useSearchParams,
} from "react-router";
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

function Layout() {
  const [search, setSearch] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const keep = () => setSearch((former) => ({ ...Object.fromEntries(former), tab: "two" }));
  return (
    <>
      <output id="knows">{search.toString()}</output>
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
      <Outlet />
    </>
  );
}

const router = createBrowserRouter([
  {
    Component: Layout,
    children: [
      { path: HOME, Component: Home },
      { path: OTHER, element: <p>Other</p> },
    ],
  },
]);
createRoot(document.querySelector("#app")).render(<RouterProvider router={router} />);
