import adapter from "@sveltejs/adapter-static";

export default {
  kit: {
    adapter: adapter({ pages: "out", fallback: "app.html" }),
    paths: { base: "/sveltekit", relative: false },
  },
};
