/** Our own files, one by one, as pyscript.toml lists them. `make dist` puts archive.js in this place. */

/**
 * @param base the address of the folder that has pyscript.toml
 * @param plugins what PyScript is told of its plugins
 * @param text fetches a text, and throws where there is none
 * @returns promises: `config`, what PyScript is told, as text; `main`, the text of main.py;
 *   `sources`, the text of each file of the package by its name
 */
export function read(base, plugins, text) {
  const toml = text(new URL("pyscript.toml", base));
  return {
    config: toml.then((all) => configOf(all, base, plugins)),
    main: text(new URL("main.py", base)),
    sources: toml.then((all) => sourcesOf(all, base, text)),
  };
}

function configOf(toml, base, plugins) {
  const rest = toml
    // What these name we bring ourselves, beside the interpreter and not after it.
    .replace(/^\[(files|js_modules\.main)\]\n[^[]*/gm, "")
    .replace(/^interpreter = .*$/m, "");
  // PyScript takes the interpreter to be relative to the page (measured), which may be anywhere.
  return `interpreter = "${base}runtime.mjs"\nplugins = ${JSON.stringify(plugins)}\n${rest}`;
}

async function sourcesOf(toml, base, text) {
  const listed = [...toml.matchAll(/^"\.\/sync\/(.+?)" = /gm)].map(([, name]) => name);
  const files = listed
    .filter((name) => name.endsWith(".py"))
    .map(async (name) => [name, await text(new URL(`sync/${name}`, base))]);
  return Object.fromEntries(await Promise.all(files));
}
