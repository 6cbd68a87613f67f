// wouter, which patches `history` and has no guards.
import { createRoot } from "react-dom/client";
import { Route, useLocation, useSearch, useSearchParams } from "wouter";
import { Layout } from "./layout.jsx";
import { HOME, OTHER } from "./page.js";

function Page() {
  const [pathname, navigate] = useLocation();
  const search = useSearch();
  const [, setSearch] = useSearchParams();
  const keep = () => setSearch((former) => ({ ...Object.fromEntries(former), tab: "two" }));
  const go = (path) => navigate(`${path}?${search}`);
  return (
    <Layout knows={search} pathname={pathname} go={go} keep={keep}>
      <Route path={HOME}>
        <textarea id="unsaved" />
      </Route>
      <Route path={OTHER}>
        <p>Other</p>
      </Route>
    </Layout>
  );
}

createRoot(document.querySelector("#app")).render(<Page />);
