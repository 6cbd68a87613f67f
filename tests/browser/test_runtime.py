"""`runtime.mjs` starts both interpreters, from one configuration, without a CDN."""

import pytest
from playwright.sync_api import Page, Request, expect

from .site import Site

CONFIGURATION = """
interpreter = "../runtime.mjs"

[files]
"/page/greeting.py" = "./greeting.py"
"""

GREETING = 'def greet(name):\n    return "Hello " + name + "!"\n'

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Runtime</title>
    <link rel="icon" href="data:," />
    <script type="module" src="/vendor/pyscript/core.js"></script>
  </head>
  <body>
    <output id="said"></output>
    <script type="RUNTIME" config="/page/pyscript.toml">
import sys
from greeting import greet
from pyscript import document

document.getElementById("said").textContent = greet(sys.implementation.name)
    </script>
  </body>
</html>
"""

NAMES = {"mpy": "micropython", "py": "cpython"}
LIBRARIES = {"mpy": [], "py": ["python_stdlib.compiled.zip"]}
FALLBACKS = {"mpy": [], "py": ["python_stdlib.zip"]}
# A first start compiles ten megabytes of WebAssembly, on a machine that may be busy.
START_LIMIT = 60_000


def open_page(site: Site, page: Page, runtime: str) -> list[Request]:
    """Open a page that greets from Python; returns the requests that it took."""
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    site.add_page("/page/pyscript.toml", CONFIGURATION, "application/toml")
    site.add_page("/page/greeting.py", GREETING, "text/x-python")
    page.goto(site.add_page("/page/", PAGE.replace("RUNTIME", runtime)))
    expect(page.locator("#said")).to_have_text(f"Hello {NAMES[runtime]}!", timeout=START_LIMIT)
    return requests


def libraries(requests: list[Request]) -> list[str]:
    """The standard libraries among what a page fetched."""
    names = [request.url.rpartition("/")[2] for request in requests if request.method == "GET"]
    return [name for name in names if name.endswith(".zip")]


@pytest.mark.core
def test_one_configuration_starts_either_interpreter(site: Site, page: Page, runtime: str) -> None:
    requests = open_page(site, page, runtime)
    assert libraries(requests) == LIBRARIES[runtime]
    elsewhere = [r.url for r in requests if not r.url.startswith((site.url, "data:", "blob:"))]
    assert elsewhere == [], "a request left the site"


@pytest.mark.core
def test_without_the_compiled_library_the_stock_one_is_taken(
    site: Site, page: Page, runtime: str
) -> None:
    page.route("**/python_stdlib.compiled.zip*", lambda route: route.fulfill(status=404))
    assert libraries(open_page(site, page, runtime)) == FALLBACKS[runtime]


STACKS = """<script type="module" src="/vendor/pyscript/core.js"></script>
<script type="py" config="/page/pyscript.toml">
from pyodide.ffi import can_run_sync
from pyscript import document, window

document.title = f"{can_run_sync()} {hasattr(window.WebAssembly, 'Suspending')}"
</script>"""


def test_pyodide_runs_on_the_one_stack(site: Site, page: Page) -> None:
    """On stacks of its own (JSPI) Chromium's page process dies now and then."""
    page.goto(site.add_page("/page/blank", "<!doctype html><title>Blank</title>"))
    has_stacks = page.evaluate("'Suspending' in WebAssembly")
    site.add_page("/page/pyscript.toml", CONFIGURATION, "application/toml")
    site.add_page("/page/greeting.py", GREETING, "text/x-python")
    page.goto(site.add_page("/page/", STACKS))
    expect(page).to_have_title(f"False {has_stacks}", timeout=START_LIMIT)


TWICE = """async () => {
  const { loadPyodide } = await import("/runtime.mjs");
  const look = () =>
    JSON.stringify(Object.getOwnPropertyDescriptor(WebAssembly, "Suspending"));
  const before = [WebAssembly.instantiateStreaming, WebAssembly.Suspending, look()];
  const both = await Promise.all([loadPyodide(), loadPyodide()]);
  const after = [WebAssembly.instantiateStreaming, WebAssembly.Suspending, look()];
  return {
    same: after.every((one, index) => one === before[index]),
    sums: both.map((one) => one.runPython("1 + 1")),
    stacks: both.map((one) =>
      one.runPython("from pyodide.ffi import can_run_sync; can_run_sync()"),
    ),
  };
}"""


def test_two_pyodides_at_once_leave_webassembly_as_they_found_it(site: Site, page: Page) -> None:
    """PyScript's `env` asks for several, and each takes WebAssembly's functions for a while."""
    page.goto(site.add_page("/page/blank", "<!doctype html><title>Blank</title>"))
    outcome = {"same": True, "sums": [2, 2], "stacks": [False, False]}
    assert page.evaluate(TWICE) == outcome
