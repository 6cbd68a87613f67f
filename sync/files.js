/** Our own files, one by one, as pyscript.toml lists them. `make dist` puts archive.js in this place. */

/**
 * @param from `base`, the address of the folder that has pyscript.toml; `type`, the interpreter, as
 *   PyScript names it; `plugins`, what PyScript is told of its plugins; `text`, which fetches a text
 *   and throws where there is none
 * @returns promises: `config`, what PyScript is told, as text; `main`, the text of main.py; `files`,
 *   the content of each file of the package by its name. And `fitting(interpreter)`, a promise of
 *   those that this very interpreter can read.
 */
export function read({ base, plugins, text }) {
  const toml = text(new URL("pyscript.toml", base));
  const files = toml.then((all) => sourcesOf(all, base, text));
  return {
    config: toml.then((all) => configOf(all, base, plugins)),
    main: text(new URL("main.py", base)),
    files,
    fitting: () => files,
  };
}

function configOf(toml, base, plugins) {
  const rest = toml
    // What these name we bring ourselves, beside the interpreter and not after it.
    .replace(/^\[(files|js_modules\.main)\]\r?\n[^[]*/gm, "")
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
