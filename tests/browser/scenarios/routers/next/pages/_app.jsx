// Pages Router: what its hook says, and steps of the page's own that keep the query.
import { useRouter } from "next/router";
import { Chat } from "../chat.jsx";

export default function App({ Component, pageProps }) {
  const router = useRouter();
  const { pathname, query } = router;
  return (
    <>
      <Chat />
      <output id="knows">{new URLSearchParams(query).toString()}</output>
      <button
        id="to-home"
        type="button"
        onClick={() => router.push({ pathname: "/old-home", query })}
      >
        Home
      </button>
      <button
        id="to-other"
        type="button"
        onClick={() => router.push({ pathname: "/old-other", query })}
      >
        Other
      </button>
      <button
        id="keep"
        type="button"
        onClick={() => router.push({ query: { ...query, tab: "two" } })}
      >
        Two
      </button>
      <b id="where">{pathname === "/old-other" ? "other" : "home"}</b>
      <Component {...pageProps} />
    </>
  );
}
