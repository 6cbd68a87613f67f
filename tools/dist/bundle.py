"""Builds the bundle: the same bytes from the same checkout, each file named by its content.

``dist/`` keeps the checkout's one address, ``sync/embed.js``. Everything else lies in ``assets/`` under
a name that changes with the content, so that a browser may keep it for ever; a folder that loads its
own files by name (PyScript, the interpreters) has the digest in its own name.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tools.dist.python import small_sources
from tools.dist.wheel import make_wheel
from tools.setup import NODE_MODULES, ROOT, VENDOR

HERE = Path(__file__).parent
# What of vendor/pyodide a page loads. The stock library is the checkout's reserve.
PYODIDE = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide-lock.json",
    "python_stdlib.compiled.zip",
)
NAME_LENGTH = 12
SCRIPTED = {".mjs": ".js"}


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
    bridge = write_scripts(bundle, folders, archives, pyodide)
    version = json.loads((ROOT / "package.json").read_text())["version"]
    make_wheel(target, sources, version)
    bundle.write("VERSION", f"{version}\n".encode())
    for name in ("index.html", "README.md"):
        page = (HERE / name).read_text()
        bundle.write(name, page.replace("{version}", version).replace("{bridge}", bridge).encode())
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

    def folder(self, name: str, files: list[Path]) -> str:
        """Copy files that know each other by name; return their folder's path."""
        contents = {scripted(path.name): scripted_content(path) for path in files}
        everything = b"".join(file.encode() + content for file, content in contents.items())
        folder = f"assets/{name}-{digest(everything)}/"
        for file, content in contents.items():
            self.write(folder + file, content)
        return folder


def scripted(name: str) -> str:
    """Return a name that every host knows for a script: nginx's own list has no ``.mjs``, and no
    browser takes a module that is not called one.
    """
    return name.removesuffix(".mjs") + ".js" if name.endswith(".mjs") else name


def scripted_content(path: Path) -> bytes:
    """Return a file with such names in it."""
    content = path.read_bytes()
    return content.replace(b".mjs", b".js") if path.suffix == ".mjs" else content


def write_scripts(
    bundle: Bundle, folders: dict[str, str], archives: dict[str, str], pyodide: str
) -> str:
    """Write our JavaScript, each file after those that it names; return the path of bridge.js.

    ``archives`` has the paths of our Python, ``pyodide`` is the version that the compiled one fits.
    """
    runtime = bundle.add(
        "runtime",
        ".js",
        script("runtime.mjs", {f"./{old}": f"./{Path(new).name}/" for old, new in folders.items()
                               if old != "vendor/pyscript/"} | SCRIPTED, {"IS_PACKED": True}),
    )  # fmt: skip
    controls = bundle.add("controls", ".js", script("sync/controls.js"))
    bridge = bundle.add("bridge", ".js", script("sync/bridge.js", beside("controls.js", controls)))
    config = tomllib.loads((ROOT / "pyscript.toml").read_text())
    for key in ("files", "js_modules", "interpreter"):
        del config[key]
    values = {
        **archives,
        "PYODIDE": pyodide,
        "CONFIG": config,
        "MAIN": (ROOT / "main.py").read_text(),
        "RUNTIME": runtime,
    }
    files = bundle.add("archive", ".js", script("sync/archive.js", {}, values))
    core = {"vendor/pyscript/": folders["vendor/pyscript/"]}
    python = bundle.add(
        "python",
        ".js",
        script(
            "sync/python.js",
            core | beside("bridge.js", bridge) | beside("files.js", files),
        ),
    )
    start = bundle.add(
        "start",
        ".js",
        script("sync/start.js", beside("controls.js", controls) | beside("python.js", python)),
    )
    names = {
        "sync/start.js": start,
        "sync/controls.js": controls,
        "sync/python.js": python,
        "sync/bridge.js": bridge,
        "sync/files.js": files,
        "runtime.mjs": runtime,
        # All of it is one archive for each interpreter, and JSON needs no parser of its own.
        '"pyscript.toml",': "",
        '"main.py",': "",
        '"vendor/micropython/micropython.mjs",': (
            f'"vendor/micropython/micropython.mjs","{archives["SOURCES"]}",'
        ),
        '"vendor/pyodide/pyodide.mjs",': f'"vendor/pyodide/pyodide.mjs","{archives["COMPILED"]}",',
        re.search(r'"vendor/pyscript/toml-.*?",', read("sync/embed.js"))[0]: "",  # type: ignore[index]
        # The stock library is not there.
        '!path.endsWith(".zip")': "true",
    }
    bundle.write("sync/embed.js", script("sync/embed.js", names | folders | SCRIPTED))
    return bridge


def script(
    path: str, names: Mapping[str, str] | None = None, values: Mapping[str, object] | None = None
) -> bytes:
    """Return one of our scripts made small, with other names in it and with values for its constants."""
    source = read(path)
    for old, new in (names or {}).items():
        if old not in source:
            raise BuildError(f"{path} does not name {old}")
        source = source.replace(old, new)
    defines = [f"--define:{name}={json.dumps(value)}" for name, value in (values or {}).items()]
    esbuild = [str(NODE_MODULES / ".bin" / "esbuild"), "--minify", "--target=es2022", *defines]
    done = subprocess.run([*esbuild, "--loader=js"], input=source.encode(), capture_output=True)
    if done.returncode != 0:
        raise BuildError(f"{path}: {done.stderr.decode().strip()}")
    return done.stdout


def read(path: str) -> str:
    """Return the text of a file of the checkout."""
    return (ROOT / path).read_text()


def beside(name: str, path: str) -> dict[str, str]:
    """Return how a script names another one in its own folder, before and after."""
    return {f'"./{name}"': f'"./{Path(path).name}"'}


def pyscript_files() -> list[Path]:
    """Return PyScript's own: without editors and terminals, which are plugins that we turn off."""
    files = sorted((VENDOR / "pyscript").iterdir())
    return [path for path in files if not re.match(r"codemirror|xterm|\.", path.name)]


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
    ordered = dict(sorted(files.items()))
    index = {name: len(content) for name, content in ordered.items()}
    line = json.dumps(index, separators=(",", ":")).encode() + b"\n"
    return gzip.compress(line + b"".join(ordered.values()), compresslevel=9, mtime=0)


def digest(content: bytes) -> str:
    """Return what of a content's digest goes into a name."""
    return hashlib.sha256(content).hexdigest()[:NAME_LENGTH]


def integrity(target: Path) -> bytes:
    """Return the list of all files with their digests, as the attribute ``integrity`` writes them."""
    files = sorted(path for path in target.rglob("*") if path.is_file())
    table = {path.relative_to(target).as_posix(): sri(path.read_bytes()) for path in files}
    return (json.dumps(table, indent=2) + "\n").encode()


def sri(content: bytes) -> str:
    """Return a digest as Subresource Integrity has it."""
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
