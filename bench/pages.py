"""The pages that are compared: the same markup, the same chat, and who does the work."""

from __future__ import annotations

import gzip
import html
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.dist.bundle import build
from tools.esbuild import bundled
from tools.setup import ROOT, VENDOR

SOURCES = Path(__file__).parent / "pages"
BUNDLE = "/bundle/"
STOCK = "/stock/"
PAGES = "/pages/"
CHAT = "/demo/"
COMPRESSED = (".js", ".mjs", ".wasm", ".json", ".py", ".zip", ".css", ".html")

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>{title}</title>
    <link rel="icon" href="data:,">
    {head}
    <script src="{chat}chatkit.js" async></script>
  </head>
  <body>
    {body}
    {foot}
  </body>
</html>
"""
FURTHER = '<button type="button" data-bench data-chatkit-gate>{}</button>'
BODY = """<nav data-chatkit-toolbar>
      <button type="button" data-bench="send" data-chatkit-action="send"
        data-chatkit-text="Hello">Send</button>
      <button type="button" data-bench data-chatkit-action="new-thread">New chat</button>
      <button type="button" data-bench data-chatkit-action="focus-composer">Write</button>
      <button type="button" data-bench data-chatkit-gate>The page's own</button>
      {further}
    </nav>
    <output data-chatkit-status></output>
    <openai-chatkit style="display: block; height: 300px"></openai-chatkit>"""
OPTIONS = f'<script src="{PAGES}options.js" defer></script>'
CORE = f'<script type="module" src="{STOCK}pyscript/core.js"></script>'
# PyScript's own way to interpreters that do not come from its CDN.
INTERPRETERS = {"py": f"{STOCK}pyodide/pyodide.mjs", "mpy": f"{STOCK}micropython/micropython.mjs"}
BARE = {
    "py": f"""<script type="module">
      import {{ loadPyodide }} from "{STOCK}pyodide/pyodide.mjs";
      const [python, code] = await Promise.all([
        loadPyodide(),
        fetch("{PAGES}by_hand.py").then((answer) => answer.text()),
      ]);
      await python.runPythonAsync(code);
    </script>""",
    "mpy": f"""<script type="module">
      import {{ loadMicroPython }} from "{STOCK}micropython/micropython.mjs";
      const [python, code] = await Promise.all([
        loadMicroPython({{ url: "{STOCK}micropython/micropython.wasm" }}),
        fetch("{PAGES}by_hand.py").then((answer) => answer.text()),
      ]);
      await python.runPythonAsync(code);
    </script>""",
}


@dataclass(frozen=True)
class Contestant:
    """One way to do the job; ``address`` is its page with four controls."""

    name: str
    head: str = ""
    foot: str = ""
    is_rendered: bool = False
    """Whether its script makes the body."""

    @property
    def slug(self) -> str:
        """Its name in an address."""
        return self.name.lower().replace(" ", "-").replace(",", "")

    def address(self, controls: int = 4) -> str:
        """Where its page with so many controls is."""
        return f"/{self.slug}-{controls}.html"

    def html(self, controls: int) -> str:
        """Its page."""
        further = "".join(FURTHER.format(number) for number in range(controls - 4))
        body = f'<div id="root" data-controls="{controls}"></div>'
        return PAGE.format(
            title=html.escape(self.name),
            chat=CHAT,
            head=self.head,
            body=body if self.is_rendered else BODY.format(further=further),
            foot=self.foot,
        )


def ours(runtime: str, *, owner: bool) -> Contestant:
    """Our tag, from the bundle."""
    config = f' data-config="{PAGES}owner.json"' if owner else ""
    tag = f'<script src="{BUNDLE}sync/embed.js" data-runtime="{runtime}"{config}></script>'
    interpreter = "Pyodide" if runtime == "py" else "MicroPython"
    mode = "owner" if owner else "companion"
    return Contestant(f"ours, {interpreter}, {mode}", tag, "" if owner else OPTIONS)


def stock(runtime: str) -> Contestant:
    """PyScript as it comes: its plugins, its standard library, no preloads."""
    config = html.escape(json.dumps({"interpreter": INTERPRETERS[runtime]}))
    script = f'<script type="{runtime}" src="{PAGES}by_hand.py" config="{config}"></script>'
    interpreter = "Pyodide" if runtime == "py" else "MicroPython"
    return Contestant(f"PyScript, {interpreter}", CORE, OPTIONS + script)


CONTESTANTS = [
    Contestant("plain page", "", f'<script src="{PAGES}plain.js" defer></script>'),
    Contestant("React", "", f'<script src="{PAGES}react.js" defer></script>', is_rendered=True),
    Contestant("bare MicroPython", "", OPTIONS + BARE["mpy"]),
    Contestant("bare Pyodide", "", OPTIONS + BARE["py"]),
    stock("mpy"),
    stock("py"),
    ours("mpy", owner=False),
    ours("mpy", owner=True),
    ours("py", owner=False),
    ours("py", owner=True),
]


def make_site(target: Path) -> Mapping[str, Path]:
    """Build all files into a folder; return what a static host serves under which prefix."""
    names = {BUNDLE: "bundle", STOCK: "stock", PAGES: "pages", CHAT: "chat"}
    folders = {prefix: target / name for prefix, name in names.items()}
    build(folders[BUNDLE])
    shutil.copytree(VENDOR, folders[STOCK])
    folders[PAGES].mkdir()
    folders[CHAT].mkdir()
    for name in ("plain.js", "options.js", "by_hand.py"):
        shutil.copyfile(SOURCES / name, folders[PAGES] / name)
    owner = {"options": {"api": {"url": "/chatkit", "domainKey": "local"}}}
    (folders[PAGES] / "owner.json").write_text(json.dumps(owner))
    bundled(SOURCES / "react.jsx", folders[PAGES] / "react.js")
    # The chat as a host of its own would serve it: at once, and its app as one file.
    chat = ROOT / "demo"
    for name in ("chatkit-frame.html", "chatkit-frame.css"):
        shutil.copyfile(chat / name, folders[CHAT] / name)
    for name in ("chatkit.js", "chatkit-frame.js"):
        bundled(chat / name, folders[CHAT] / name)
    for file in files_of(folders.values()):
        # Compressed beforehand, as a host keeps them: the machine is to be the browser's.
        (file.parent / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 6, mtime=0))
    return folders


def files_of(folders: Iterable[Path]) -> list[Path]:
    """Return what a host would compress."""
    return [path for one in folders for path in one.rglob("*") if path.suffix in COMPRESSED]
