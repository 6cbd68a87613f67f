/** The page's own configuration, where nobody else gives one. */
customElements.whenDefined("openai-chatkit").then(() => {
  document.querySelector("openai-chatkit").setOptions({
    api: { url: "/chatkit", domainKey: "local" },
  });
});
