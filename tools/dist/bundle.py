"""Builds the bundle: the same bytes from the same checkout by the same version of Python, each
file named by its content.

``dist/`` keeps the checkout's one address, ``sync/embed.js``. Everything else lies in ``assets/``
under a name that changes with the content, so that a browser may keep it for ever; a folder that
loads its own files by name (PyScript, the interpreters) has the digest in its own name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

import zopfli.gzip

from tools.dist.python import small_sources
from tools.dist.wheel import make_stubs, make_wheel
from tools.setup import NODE_MODULES, ROOT, VENDOR
from tools.stdlib_in_pyodide import DROPPED

HERE = Path(__file__).parent
# What of vendor/pyodide a page loads. The stock library is the checkout's reserve.
PYODIDE = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide-lock.json",
    "python_stdlib.compiled.zip",
)
NAME_LENGTH = 8
SCRIPTED = {".mjs": ".js"}
ORDER = (
    "plain schema address address_bar memory storage browser tasks chatkit "
    "__init__ events answer toolbar session listeners losses places errors "
    "options commands gate owning state watchdog remembering limit leaving "
    "restoring switch changes wishes creation proof settling"
).split()
"""The order of our modules in an archive. Gzip sees 32 KB back (RFC 1951), so it matters what
stands near: this one, the best of some ten thousand that were tried, takes 0.8 KB less than the
order of their names.
"""
EXPORTS = """
export { start } from "./start.js";
export { connect } from "./bridge.js";
export * from "./runtime.mjs";
"""


class BuildError(Exception):
    """The checkout does not fit together; the message says where."""


def build(target: Path) -> None:
    """Write the whole bundle into a folder that does not exist yet."""
    bundle = Bundle(target)
    folders = {
        "vendor/pyscript/": bundle.folder("pyscript", pyscript_files()),
        "vendor/pyodide/": bundle.folder("pyodide", [VENDOR / "pyodide" / n for n in PYODIDE]),
        "vendor/micropython/": bundle.folder(
            "micropython", sorted((VENDOR / "micropython").iterdir())
        ),
    }
    sources = small_sources(ROOT / "sync")
    pyodide, compiled = byte_code(sources)
    archives = {
        "SOURCES": bundle.add("sources", ".bin", packed(encoded(sources))),
        "COMPILED": bundle.add("compiled", ".bin", packed(compiled)),
    }
    ours, tag = write_scripts(bundle, folders, archives, pyodide)
    version = json.loads((ROOT / "package.json").read_text())["version"]
    make_wheel(target, sources, version)
    make_stubs(target, version)
    for name, path in licenses().items():
        bundle.write(f"licenses/{name}", path.read_bytes())
    bundle.write("licenses/pyscript-parts.txt", parts_of_pyscript().encode())
    bundle.write("VERSION", f"{version}\n".encode())
    dropped = ", ".join(f"`{name}`" for name in sorted(DROPPED))
    for name in ("index.html", "README.md"):
        page = (HERE / name).read_text()
        values = {"version": version, "ours": ours, "tag": tag, "dropped": dropped}
        for key, value in values.items():
            page = page.replace(f"{{{key}}}", value)
        bundle.write(name, page.encode())
    bundle.write("integrity.json", integrity(target))


class Bundle:
    """The folder that is being built."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def write(self, path: str, content: bytes) -> None:
        """Write one file."""
        (self.target / path).parent.mkdir(parents=True, exist_ok=True)
        (self.target / path).write_bytes(content)

    def add(self, name: str, suffix: str, content: bytes) -> str:
        """Write one file among the assets; return its path from the bundle's root."""
        path = f"assets/{name}-{digest(content)}{suffix}"
        self.write(path, content)
        return path

    def folder(self, label: str, files: list[Path]) -> str:
        """Copy files that know each other by name; return their folder's path."""
        contents = {scripted(path.name): scripted_content(path) for path in files}
        everything = b"".join(name.encode() + content for name, content in sorted(contents.items()))
        folder = f"assets/{label}-{digest(everything)}/"
        for file, content in contents.items():
            self.write(folder + file, content)
        return folder


def scripted(name: str) -> str:
    """Return a name that every host knows for a script: nginx's own list has no ``.mjs``, and no
    browser takes a module that is not called one.
    """
    return name.removesuffix(".mjs") + ".js" if name.endswith(".mjs") else name


def scripted_content(path: Path) -> bytes:
    """Return a file with such names in it, and without the address of a source map: the maps are
    not in the bundle, and what gathers a site's files (Django's ``collectstatic``) looks for them.
    """
    content = path.read_bytes()
    if path.suffix not in (".js", ".mjs", ".css"):
        return content
    content = re.sub(rb"\n?(//|/\*)# sourceMappingURL=[^\s*]+( ?\*/)?\s*\Z", b"\n", content)
    return content.replace(b".mjs", b".js") if path.suffix == ".mjs" else content


def write_scripts(
    bundle: Bundle, folders: dict[str, str], archives: dict[str, str], pyodide: str
) -> tuple[str, str]:
    """Write our JavaScript: the tag's, and all the rest as one module; return that module's path
    and the tag's digest.

    ``archives`` has the paths of our Python, ``pyodide`` is the version that the compiled one fits.
    """
    config = tomllib.loads((ROOT / "pyscript.toml").read_text())
    for key in ("files", "js_modules", "interpreter"):
        del config[key]
    values = {
        **archives,
        "PYODIDE": pyodide,
        "CONFIG": config,
        "MAIN": (ROOT / "main.py").read_text(),
        "IS_PACKED": True,
    }
    interpreters = {f"./{old}": f"./{Path(new).name}/" for old, new in folders.items()}
    del interpreters["./vendor/pyscript/"]
    sources = {
        "all.js": EXPORTS,
        "start.js": read("sync/start.js"),
        "controls.js": read("sync/controls.js"),
        "bridge.js": read("sync/bridge.js"),
        "entries.js": read("sync/entries.js"),
        "routers.js": read("sync/routers.js"),
        "words.js": read("sync/words.js"),
        "files.js": read("sync/archive.js"),
        "python.js": renamed("sync/python.js", {"vendor/pyscript/": folders["vendor/pyscript/"]}),
        "runtime.mjs": renamed("runtime.mjs", interpreters | SCRIPTED),
    }
    ours = bundle.add("ours", ".js", one_module(sources, values, list(interpreters.values())))
    names = {
        # What the tag imports, and what it sends for early.
        "${base}sync/start.js": f"${{base}}{ours}",
        '"sync/start.js",': f'"{ours}",',
        '"sync/controls.js",': "",
        '"sync/python.js",': "",
        '"sync/bridge.js",': "",
        '"sync/entries.js",': "",
        '"sync/routers.js",': "",
        '"sync/words.js",': "",
        '"sync/files.js",': "",
        '    "runtime.mjs",': "",
        "runtime.mjs": ours,
        # All of it is one archive for each interpreter, and JSON needs no parser of its own.
        '"pyscript.toml",': "",
        '"main.py",': "",
        '"vendor/micropython/micropython.mjs",': (
            f'"vendor/micropython/micropython.mjs","{archives["SOURCES"]}",'
        ),
        '"vendor/pyodide/pyodide.mjs",': f'"vendor/pyodide/pyodide.mjs","{archives["COMPILED"]}",',
        re.search(r'"vendor/pyscript/toml-.*?",', read("sync/embed.js"))[0]: "",  # type: ignore[index]
        # The stock library is not there.
        "!/zip$/.test(path)": "true",
    }
    tag = small(renamed("sync/embed.js", names | folders | SCRIPTED))
    bundle.write("sync/embed.js", tag)
    return ours, digest(tag)


def renamed(path: str, names: Mapping[str, str]) -> str:
    """Return one of our scripts with other names in it."""
    source = read(path)
    for old, new in names.items():
        if old not in source:
            raise BuildError(f"{path} does not name {old}")
        source = source.replace(old, new)
    return source


def one_module(
    sources: Mapping[str, str], values: Mapping[str, object], elsewhere: list[str]
) -> bytes:
    """Return modules as a single one, with values for their constants; what lies ``elsewhere`` is
    imported from there.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, source in sources.items():
            Path(folder, name).write_text(source)
        defines = [f"--define:{name}={json.dumps(value)}" for name, value in values.items()]
        external = [f"--external:{path}*" for path in elsewhere]
        return esbuild([*defines, *external, "--bundle", "--format=esm", "all.js"], folder)


def small(source: str) -> bytes:
    """Return a classic script made small."""
    return esbuild(["--loader=js"], None, source)


def esbuild(options: list[str], folder: str | None, source: str | None = None) -> bytes:
    """Run esbuild in a folder, over a source where there is one; return what it made."""
    command = [str(NODE_MODULES / ".bin" / "esbuild"), "--minify", "--target=es2022", *options]
    given = None if source is None else source.encode()
    done = subprocess.run(command, input=given, capture_output=True, cwd=folder)
    if done.returncode != 0:
        raise BuildError(f"esbuild: {done.stderr.decode().strip()}")
    return done.stdout


def read(path: str) -> str:
    """Return the text of a file of the checkout."""
    return (ROOT / path).read_text()


def pyscript_files() -> list[Path]:
    """Return PyScript's own, without the libraries of its editors and terminals: those are plugins,
    which we turn off.
    """
    files = sorted((VENDOR / "pyscript").iterdir())
    return [path for path in files if not re.match(r"codemirror|xterm|\.", path.name)]


def licenses() -> dict[str, Path]:
    """Return the texts that have to go with what others have made, by the names of their copies."""
    # What comes by npm has its own, or none.
    pyscript = NODE_MODULES / "@pyscript" / "core"
    theirs = {
        "pyscript.txt": pyscript / "LICENSE",
        "pyscript-toml.txt": pyscript / "src" / "3rd-party-licenses" / "toml.license.txt",
    }
    return theirs | {path.name: path for path in sorted((HERE / "licenses").iterdir())}


def parts_of_pyscript() -> str:
    """Return the licences of the packages that PyScript's core has inside."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    found: set[str] = set()
    to_read = {"node_modules/@pyscript/core"}
    while to_read:
        path = to_read.pop()
        for name in packages[path].get("dependencies", {}):
            # As Node looks for them: inside the one that asks, then beside it.
            inner, beside = f"{path}/node_modules/{name}", f"node_modules/{name}"
            one = inner if inner in packages else beside
            to_read |= {one} - found
            found.add(one)
    return "\n".join(part(path, packages[path]) for path in sorted(found))


def part(path: str, package: Mapping[str, str]) -> str:
    """Return a package's name and its licence, with the text where it has one."""
    name = path.rpartition("node_modules/")[2]
    texts = [one.read_text() for one in sorted((ROOT / path).glob("LICENSE*"))]
    return "\n".join([f"{name} {package['version']}: {package['license']}\n", *texts])


def encoded(sources: Mapping[str, str]) -> dict[str, bytes]:
    """Return sources as the bytes of their files."""
    return {name: source.encode() for name, source in sources.items()}


def byte_code(sources: Mapping[str, str]) -> tuple[str, dict[str, bytes]]:
    """Compile sources with the Pyodide that the bundle has; return its version and the files."""
    command = ["node", str(HERE / "byte_code.mjs"), str(VENDOR / "pyodide")]
    done = subprocess.run(command, input=json.dumps(sources).encode(), capture_output=True)
    if done.returncode != 0:
        raise BuildError(f"byte code: {done.stderr.decode().strip()}")
    said = json.loads(done.stdout)
    files = {name: base64.b64decode(content) for name, content in said["files"].items()}
    return said["version"], files


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return an archive in gzip: the length of each file by its name, as JSON in one line, and then
    the files.
    """
    ordered = dict(sorted(files.items(), key=lambda one: place(one[0])))
    index = {name: len(content) for name, content in ordered.items()}
    line = json.dumps(index, separators=(",", ":")).encode() + b"\n"
    made: bytes = zopfli.gzip.compress(line + b"".join(ordered.values()))
    return made


def place(name: str) -> tuple[int, str]:
    """Return where in an archive a module's file stands; a new one's is the end."""
    module = name.partition(".")[0]
    return (ORDER.index(module) if module in ORDER else len(ORDER)), name


def digest(content: bytes) -> str:
    """Return what of a content's digest goes into a name."""
    return hashlib.sha256(content).hexdigest()[:NAME_LENGTH]


def integrity(target: Path) -> bytes:
    """Return the list of all files with their digests, as ``integrity`` attributes write them."""
    files = sorted(path for path in target.rglob("*") if path.is_file())
    table = {path.relative_to(target).as_posix(): sri(path.read_bytes()) for path in files}
    return (json.dumps(table, indent=2) + "\n").encode()


def sri(content: bytes) -> str:
    """Return a digest as Subresource Integrity has it."""
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
