// Angular, compiled in the browser, which counts the steps that a guard takes back.
import "@angular/compiler";
import { Component, inject, provideZonelessChangeDetection, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import {
  provideRouter,
  Router,
  RouterOutlet,
  withInMemoryScrolling,
  withRouterConfig,
} from "@angular/router";
import { guard, HOME, OTHER } from "../page.js";

const Home = Component({ template: '<textarea id="unsaved"></textarea>' })(class {});
const Other = Component({ template: "<p>Other</p>" })(class {});

const template = `<output id="knows">{{ url().split("?")[1] ?? "" }}</output>
  <button id="to-home" (click)="go(home)">Home</button>
  <button id="to-other" (click)="go(other)">Other</button>
  <button id="keep" (click)="keep()">Two</button>
  <b id="where">{{ url().startsWith(other) ? "other" : "home" }}</b>
  <router-outlet />`;

class Layout {
  router = inject(Router);
  url = signal("");
  home = HOME;
  other = OTHER;

  constructor() {
    this.router.events.subscribe(() => this.url.set(this.router.url));
  }

  go(path) {
    this.router.navigate([path], { queryParamsHandling: "preserve" });
  }

  keep() {
    this.router.navigate([], { queryParams: { tab: "two" }, queryParamsHandling: "merge" });
  }
}

const routes = [
  { path: HOME.slice(1), component: Home, canDeactivate: [() => guard.lets()] },
  { path: OTHER.slice(1), component: Other },
];
const features = [
  withRouterConfig({ canceledNavigationResolution: "computed" }),
  withInMemoryScrolling({ scrollPositionRestoration: "enabled" }),
];
document.querySelector("#app").append(document.createElement("page-layout"));
document.head.append(Object.assign(document.createElement("base"), { href: "/" }));
bootstrapApplication(
  Component({ selector: "page-layout", imports: [RouterOutlet], template })(Layout),
  { providers: [provideZonelessChangeDetection(), provideRouter(routes, ...features)] },
);
