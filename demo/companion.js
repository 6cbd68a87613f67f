/** What the page did before the tag came: it calls `setOptions` itself, as OpenAI's guide shows. */

await customElements.whenDefined("openai-chatkit");
const chat = document.querySelector("openai-chatkit");
chat.setOptions({
  api: { url: "/chatkit", domainKey: "local" },
  frameTitle: "Assistant",
  theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  history: { enabled: true },
});

/** The tag's own event: the snapshot as plain data, for pages that use JavaScript only. */
chat.addEventListener("chatkit-sync", ({ detail }) => {
  document.title = detail.busy ? "… Companion" : "Companion";
});
