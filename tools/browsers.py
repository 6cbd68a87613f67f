"""``python -m tools.browsers chromium``: find a browser for the tests, or install one.

A browser of the machine comes first: Playwright drives Debian's Chromium and Firefox as well as its
own. Where there is none, Debian's package is installed if that takes no password, and elsewhere
Playwright's own download. The demo needs none of this.

- ``find(engine)``            the browser that is there, or None
- ``provide(engine)``         the same, after an attempt to install one; raises ``NoBrowser``
- ``launch_options(engine)``  what Playwright's ``launch`` needs to start it

``CHATKIT_CHROMIUM`` and ``CHATKIT_FIREFOX`` in the environment name another one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.debian import apt_install, is_debian, is_root, root_prefix

COMMANDS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "firefox": ("firefox-esr", "firefox"),
}
USUAL_PLACES = {
    "chromium": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "C:/Program Files/Google/Chrome/Application/chrome.exe",
        "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    ),
    "firefox": (
        "/Applications/Firefox.app/Contents/MacOS/firefox",
        "C:/Program Files/Mozilla Firefox/firefox.exe",
    ),
}
PACKAGES = {"chromium": "chromium", "firefox": "firefox-esr"}
ENGINES = tuple(COMMANDS)
OLDEST = {"firefox": 143}
"""The first that our Playwright can drive: 140 lacks `network.addDataCollector` (measured)."""


class NoBrowser(Exception):
    """There is no browser and none could be installed; the message is one sentence."""


def main(arguments: list[str]) -> int:
    """Provide each engine that is named and print where it is."""
    for engine in arguments or ["chromium"]:
        if engine not in ENGINES:
            print(f"browsers: {engine} is none of {', '.join(ENGINES)}", file=sys.stderr)
            return 2
        try:
            print(f"{engine}: {provide(engine)}")
        except NoBrowser as error:
            print(f"browsers: {error}", file=sys.stderr)
            return 1
    return 0


def find(engine: str) -> Path | None:
    """Return the program of ``engine`` ("chromium" or "firefox"), None where there is none."""
    oldest = OLDEST.get(engine, 0)
    return next((one for one in candidates(engine) if starts(one, oldest)), None)


def provide(engine: str) -> Path:
    """Return the program of ``engine``, installed first if need be.

    Raises:
        NoBrowser: there is none, and installing one did not work.
    """
    found = find(engine)
    if found is None and is_debian() and apt_install(PACKAGES[engine]):
        found = find(engine)
    if found is None and playwright_download(engine):
        found = find(engine)
    if found is None:
        raise NoBrowser(
            f"no {engine.title()} on this machine that our Playwright drives, and none could be "
            f"installed: install it, or name its program in {variable(engine)}"
        )
    return found


def launch_options(engine: str) -> dict[str, object]:
    """Return what Playwright's ``launch`` needs for the browser of ``provide``.

    Chromium has no sandbox for root. A Firefox that is not Playwright's own build is driven through
    Mozilla's protocol.
    """
    program = provide(engine)
    options: dict[str, object] = {"executable_path": str(program)}
    if engine == "firefox" and program != playwrights_own(engine):
        options["channel"] = "moz-firefox"
    if engine == "chromium" and is_root():
        options["args"] = ["--no-sandbox"]
    return options


def candidates(engine: str) -> Iterator[Path]:
    """Yield where the browser may be, the likeliest first."""
    named = os.environ.get(variable(engine))
    if named:
        yield Path(named)
    for command in COMMANDS[engine]:
        place = shutil.which(command)
        if place is not None:
            yield Path(place)
    yield from map(Path, USUAL_PLACES[engine])
    own = playwrights_own(engine)
    if own is not None:
        yield own


def variable(engine: str) -> str:
    """Return the name of the environment variable that names the browser."""
    return f"CHATKIT_{engine.upper()}"


def starts(program: Path, oldest: int = 0) -> bool:
    """Tell whether a program is there, answers, which Ubuntu's ``chromium-browser`` may not, and is
    new enough.
    """
    if not program.is_file():
        return False
    if os.name == "nt":  # there, --version opens a window
        return True
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.search(r"(\d+)\.", asked.stdout)
    return asked.returncode == 0 and (version is None or int(version[1]) >= oldest)


def playwrights_own(engine: str) -> Path | None:
    """Return where Playwright keeps its own build; it need not be there."""
    # Asked in a process of its own: the synchronous driver must not run inside a test's.
    script = (
        "from playwright.sync_api import sync_playwright\n"
        f"with sync_playwright() as p: print(p.{engine}.executable_path)"
    )
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    return Path(asked.stdout.strip()) if asked.returncode == 0 else None


def playwright_download(engine: str) -> bool:
    """Let Playwright download its own build, with the libraries it needs where we may."""
    with_libraries = sys.platform == "linux" and root_prefix() is not None
    print(f"browsers: downloading Playwright's {engine} …", flush=True)
    command = [sys.executable, "-m", "playwright", "install", engine]
    return subprocess.run([*command, *["--with-deps"] * with_libraries]).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
