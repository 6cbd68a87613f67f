"""Measures the contestants in a real browser, one after the other in each round."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Playwright

from bench.pages import Contestant
from tools.browsers import launch_options

LIMIT = 60_000
PATIENCE = 600_000
"""Milliseconds for what takes its time; a page that takes more hangs (one collected garbage for
ever).
"""
STAY = 3.0
"""Seconds between an answer and a reload: nobody reloads at once, and meanwhile the browser writes
what it has compiled into its cache (V8 does so about two seconds after it was optimised).
"""
EMPTY = "/empty.html"
"""The page that a fresh browser shows first."""
PROBE = Path(__file__).parent / "pages" / "probe.js"
OURS = re.compile(r"/sync/embed\.js|/assets/(ours|sources|compiled)-")


@dataclass(frozen=True)
class Sample:
    """One number: milliseconds, bytes or megabytes, as ``unit`` says."""

    contestant: str
    measure: str
    value: float
    unit: str
    round: int

    def row(self) -> dict[str, Any]:
        """Return it as a line of the file of raw samples."""
        return asdict(self)


class Bench:
    """The browser, and the samples that it has given so far."""

    def __init__(self, playwright: Playwright, url: str) -> None:
        self._playwright = playwright
        self._url = url
        self.samples: list[Sample] = []

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        """A fresh browser, with nothing compiled and nothing in a cache, that has shown one page:
        a browser's own first page is not what is measured.
        """
        options: dict[str, Any] = launch_options("chromium")
        browser = self._playwright.chromium.launch(**options)
        try:
            context = browser.new_context()
            context.new_page().goto(self._url + EMPTY)
            context.close()
            yield browser
        finally:
            browser.close()

    def add(self, one: Contestant, measure: str, value: float, unit: str, number: int) -> None:
        """Keep a sample."""
        self.samples.append(Sample(one.name, measure, value, unit, number))

    def visits(
        self, browser: Browser, one: Contestant, number: int, *, stay: float | None = STAY
    ) -> None:
        """A first visit, what it takes over the network, and a reload after so many seconds."""
        context = fresh(browser)
        page = context.new_page()
        count = Transfers(context.new_cdp_session(page))
        for name, at in start(page, lambda: page.goto(self._url + one.address())).items():
            self.add(one, f"{name}, first visit", at, "ms", number)
        page.wait_for_timeout((stay or 0) * 1000)
        self.add(one, "bytes of a first visit", count.all, "bytes", number)
        self.add(one, "bytes of our own", count.ours, "bytes", number)
        if stay is not None:
            for name, at in start(page, page.reload).items():
                self.add(one, f"{name}, reload", at, "ms", number)
        context.close()

    def switches(
        self, browser: Browser, one: Contestant, controls: int, rounds: int, number: int
    ) -> None:
        """From an event to the last of so many controls, and until that is painted; and what an
        event costs for nothing.
        """
        context = fresh(browser)
        page = context.new_page()
        start(page, lambda: page.goto(self._url + one.address(controls)))
        took = ask(page, f"bench.switches({rounds}, {controls})")
        for at, (switched, painted) in enumerate(took):
            self.add(one, f"event to {controls:,} controls", switched, "ms", number)
            # Two things: a look is drawn anew, or taken away.
            which = "on" if at % 2 else "off"
            self.add(one, f"event to {controls:,} controls, painted {which}", painted, "ms", number)
        if controls == 4:
            value = ask(page, "bench.idle(2000)") / 2000
            self.add(one, "event that changes nothing (log)", value, "ms", number)
        context.close()

    def memory(self, one: Contestant, events: int, number: int) -> None:
        """Megabytes of the page's process after the start and after so many events, and what one of
        them costs, with all that is done about it.
        """
        with self.browser() as browser:
            context = fresh(browser)
            page = context.new_page()
            start(page, lambda: page.goto(self._url + one.address()))
            session = context.new_cdp_session(page)
            self.add(one, "memory after the start", megabytes(browser, session), "MB", number)
            cost = ask(page, f"bench.busy({events})") / events
            self.add(one, "mixed events in a row, each", cost, "ms", number)
            used = megabytes(browser, session)
            self.add(one, f"memory after {events:,} events", used, "MB", number)


def fresh(browser: Browser) -> BrowserContext:
    """A context with nothing in it but the probe."""
    context = browser.new_context()
    context.add_init_script(PROBE.read_text())
    return context


def start(page: Page, go: Callable[[], object]) -> dict[str, float]:
    """Load a page and wait until its first message is answered; return the marks."""
    go()
    page.wait_for_function("'answered' in bench.marks", timeout=LIMIT)
    marks: dict[str, float] = page.evaluate("bench.marks")
    return {
        "controls gated": marks["gated"],
        "first click accepted": marks["clicked"],
        "chat ready": marks["ready"],
    }


def ask(page: Page, call: str) -> Any:
    """Return what a function of the probe's promises. ``page.evaluate`` would wait for ever."""
    page.evaluate(
        f"""() => {{
          delete bench.outcome;
          {call}.then((value) => ({{ value }}), (error) => ({{ error: String(error) }}))
            .then((outcome) => (bench.outcome = outcome));
        }}"""
    )
    # Looked for now and then: each look is work for the page.
    page.wait_for_function("bench.outcome", timeout=PATIENCE, polling=100)
    outcome = page.evaluate("bench.outcome")
    if "error" in outcome:
        raise RuntimeError(outcome["error"])
    return outcome["value"]


class Transfers:
    """Counts what a page takes over the network, as it was sent: compressed, headers included."""

    def __init__(self, session: CDPSession) -> None:
        self.all = self.ours = 0
        self._ours: set[str] = set()
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)

    def _asked(self, event: dict[str, Any]) -> None:
        if OURS.search(event["request"]["url"]):
            self._ours.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        self.all += event["encodedDataLength"]
        if event["requestId"] in self._ours:
            self.ours += event["encodedDataLength"]


def megabytes(browser: Browser, session: CDPSession) -> float:
    """Return the page's share of the machine's memory, with nothing left to collect."""
    session.send("HeapProfiler.collectGarbage")
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    processes = [one["id"] for one in told["processInfo"] if one["type"] == "renderer"]
    return max(share(process) for process in processes) / 1e6


def share(process: int) -> float:
    """Return a process's proportional set size in bytes (Linux)."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    found = re.search(r"^Pss: +(\d+) kB", text, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024
