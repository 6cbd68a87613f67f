"""``make setup``: lay out everything that a clean clone needs, and only what has changed since.

Runs on the machine's own Python (3.11 or newer) with nothing installed, so it imports the standard
library alone. It makes three folders that git ignores:

- ``.venv/``         the Python packages of ``requirements.txt``
- ``node_modules/``  the npm packages of ``package-lock.json``
- ``vendor/``        what the page loads: PyScript, Pyodide, MicroPython, a compiled library

Each step leaves a stamp, a digest of what it was made from; a step whose digest fits is skipped.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tools.debian import apt_install

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "vendor"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
STAMP = ".setup-stamp"
LAYOUT = 1  # raise it when a step below makes something else from the same inputs


class SetupError(Exception):
    """Something the machine lacks; the message is one sentence for the person at the terminal."""


def main() -> int:
    """Run every step that is due; return the process's exit code."""
    try:
        check_python()
        with only_one_at_a_time():
            step(VENV, [ROOT / "requirements.txt"], make_venv, extra=sys.version)
            step(NODE_MODULES, [ROOT / "package-lock.json"], install_node_modules)
            step(VENDOR, [ROOT / "package-lock.json", *stdlib_sources()], make_vendor)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"setup: {show(error.cmd)} ended with {error.returncode}", file=sys.stderr)
        return 1
    return 0


def step(target: Path, inputs: Iterable[Path], make: Callable[[], None], extra: str = "") -> None:
    """Call ``make`` unless ``target`` was made from the same ``inputs`` before."""
    digest = hashlib.sha256(f"{LAYOUT} {extra}".encode())
    for path in inputs:
        digest.update(path.read_bytes())
    stamp = target / STAMP
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    started = time.monotonic()
    print(f"setup: {target.name}/ …", flush=True)
    make()
    stamp.write_text(digest.hexdigest())
    print(f"setup: {target.name}/ ready, {time.monotonic() - started:.0f} s", flush=True)


# .venv


def check_python() -> None:
    """Refuse a Python that is too old, in words."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        have = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"Python {wanted} or newer is needed, this is {have}: make PYTHON=… names one"
        )


def make_venv() -> None:
    """Make ``.venv`` anew and fill it with the pinned packages."""
    shutil.rmtree(VENV, ignore_errors=True)
    if not has_venv():
        install_venv()
    run(sys.executable, "-m", "venv", VENV)
    pip = (VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-qq")
    run(*pip, "--require-hashes", "-r", ROOT / "requirements.txt")


def has_venv() -> bool:
    """Tell whether this Python can make environments; Debian ships half of ``venv`` apart."""
    probe = [sys.executable, "-c", "import venv, ensurepip"]
    return subprocess.run(probe, stderr=subprocess.DEVNULL).returncode == 0


def install_venv() -> None:
    """Bring Debian's ``python3.x-venv``, or say that it is missing."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not apt_install(package):
        raise SetupError(f"this Python cannot make virtual environments: install {package}")


# node_modules


def install_node_modules() -> None:
    """Install the locked npm packages; none of their install scripts is needed, so none runs."""
    npm = shutil.which("npm")
    if npm is None or node_version() < OLDEST_NODE:
        raise SetupError(f"Node.js {OLDEST_NODE} or newer with npm is needed on the PATH")
    run(npm, "ci", "--ignore-scripts", "--loglevel=error")


def node_version() -> int:
    """Return Node's major version, 0 without Node."""
    node = shutil.which("node")
    if node is None:
        return 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    major = said.strip().lstrip("v").split(".")[0]
    return int(major) if major.isdigit() else 0


# vendor


def stdlib_sources() -> list[Path]:
    """Return the files that decide what the compiled standard library holds."""
    names = ("stdlib.mjs", "stdlib_in_pyodide.py", "stdlib_start.py")
    return [ROOT / "tools" / name for name in names]


def make_vendor() -> None:
    """Lay out what the page loads; see ``vendor_files`` for what that is."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in vendor_files():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    node = shutil.which("node")
    if node is None:
        raise SetupError(f"Node.js {OLDEST_NODE} or newer is needed on the PATH")
    run(node, ROOT / "tools" / "stdlib.mjs", VENDOR / "pyodide")


def vendor_files() -> Iterator[tuple[Path, Path]]:
    """Yield source and target of each file that the page may ask for."""
    core = NODE_MODULES / "@pyscript" / "core" / "dist"
    for source in sorted(core.iterdir()):
        if source.suffix != ".map":
            yield source, VENDOR / "pyscript" / source.name

    pyodide = NODE_MODULES / "pyodide"
    for name in ("mjs", "asm.mjs", "asm.wasm"):
        yield pyodide / f"pyodide.{name}", VENDOR / "pyodide" / f"pyodide.{name}"
    for name in ("pyodide-lock.json", "python_stdlib.zip"):
        yield pyodide / name, VENDOR / "pyodide" / name

    micropython = NODE_MODULES / "@micropython" / "micropython-webassembly-pyscript"
    for name in ("micropython.mjs", "micropython.wasm"):
        yield micropython / name, VENDOR / "micropython" / name


# Running things


def run(*command: str | Path) -> None:
    """Run a command in the checkout, its output shown; raise when it fails."""
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True)


def show(command: Iterable[object]) -> str:
    """Write a command as a person would, with paths inside the checkout relative."""
    return " ".join(str(part).replace(f"{ROOT}{os.sep}", "") for part in command)


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Let a second ``make setup`` in the same checkout wait for the first."""
    try:
        import fcntl
    except ImportError:  # Windows: no lock, as before
        yield
        return
    with open(ROOT / "tools" / "setup.py") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
