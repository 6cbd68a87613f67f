// Vue Router: two pages, a form whose text a guard keeps, and the query as the router knows it.
import { createApp, h } from "vue";
import {
  createRouter,
  createWebHistory,
  onBeforeRouteLeave,
  RouterView,
  useRoute,
  useRouter,
} from "vue-router";
import { guard, HOME, OTHER } from "./page.js";

const Home = {
  setup() {
    onBeforeRouteLeave(() => guard.lets());
    return () => h("textarea", { id: "unsaved" });
  },
};

const App = {
  setup() {
    // biome-ignore lint/correctness/useHookAtTopLevel: this is Vue.
    const route = useRoute();
    // biome-ignore lint/correctness/useHookAtTopLevel: this is Vue.
    const router = useRouter();
    const go = (path) => router.push({ path, query: route.query });
    return () => [
      h("output", { id: "knows" }, new URLSearchParams(route.query).toString()),
      h("button", { id: "to-home", onClick: () => go(HOME) }, "Home"),
      h("button", { id: "to-other", onClick: () => go(OTHER) }, "Other"),
      h("button", {
        id: "keep",
        onClick: () => router.push({ query: { ...route.query, tab: "two" } }),
      }),
      h("b", { id: "where" }, route.path === OTHER ? "other" : "home"),
      h(RouterView),
    ];
  },
};

const routes = [
  { path: HOME, component: Home },
  { path: OTHER, component: { render: () => h("p", "Other") } },
];
const scrollBehavior = (_to, _from, saved) => saved ?? { top: 0 };
createApp(App)
  .use(createRouter({ history: createWebHistory(), routes, scrollBehavior }))
  .mount("#app");
