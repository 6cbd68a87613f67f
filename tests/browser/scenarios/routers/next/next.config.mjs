export default {
  output: "export",
  basePath: "/next",
  trailingSlash: true,
  outputFileTracingRoot: import.meta.dirname,
};
