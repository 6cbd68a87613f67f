"use client";
// App Router: what its hooks say, and steps of the page's own that keep the query.
import { usePathname, useRouter, useSearchParams } from "next/navigation";

export function Routed({ children }) {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const keep = () => router.push(`${path}?${new URLSearchParams([...search, ["tab", "two"]])}`);
  return (
    <>
      <output id="knows">{search.toString()}</output>
      <button id="to-home" type="button" onClick={() => router.push(`/home?${search}`)}>
        Home
      </button>
      <button id="to-other" type="button" onClick={() => router.push(`/other?${search}`)}>
        Other
      </button>
      <button id="keep" type="button" onClick={keep}>
        Two
      </button>
      <button id="refresh" type="button" onClick={() => router.refresh()}>
        Again
      </button>
      <b id="where">{path.startsWith("/other") ? "other" : "home"}</b>
      {children}
    </>
  );
}
