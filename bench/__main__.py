"""``python -m bench``: measure, and write the report; ``--smoke`` once and without judging."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.measure import EMPTY, Bench
from bench.pages import CONTESTANTS, Contestant, make_site
from bench.report import broken, text_of, write, write_raw
from tests.browser.site import Site
from tools.browsers import NoBrowser, provide
from tools.nginx import Nginx, NoNginx
from tools.setup import ROOT

ROUNDS = 15
SWITCHES = {4: 10, 100: 10, 10_000: 4}
"""How often so many controls go off and on again; thousands take their time to be painted."""
EVENTS = 100_000
REPORT = ROOT / "var" / "bench"
SMOKE = ROOT / "var" / "bench-smoke"


def main() -> int:
    """Run what the command line asks for; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--smoke", action="store_true", help="everything once, few events")
    parser.add_argument("--only", help="contestants with this in their names")
    # An hour each: memory is of no hurry, and times want a machine that does nothing else.
    parser.add_argument("--skip-memory", action="store_true")
    parser.add_argument("--skip-times", action="store_true")
    options = parser.parse_args()
    folder = SMOKE if options.smoke else REPORT
    try:
        provide("chromium")
        bench = run(options, folder)
    except (NoBrowser, NoNginx) as error:
        print(error, file=sys.stderr)
        return 1
    write(bench.samples, folder)
    print(text_of(bench.samples))
    print(f"\nraw samples and a plot: {folder.relative_to(ROOT)}/")
    return 1 if broken(bench.samples) and not options.smoke else 0


def run(options: argparse.Namespace, folder: Path) -> Bench:
    """Serve the pages and measure them, each contestant in each round."""
    rounds = 1 if options.smoke else options.rounds
    chosen = [one for one in CONTESTANTS if options.only is None or options.only in one.name]
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folders = make_site(work / "site")
        site = Site(ROOT, work / "chatkit.sqlite")
        site.add_page(EMPTY, "<!doctype html><title>Empty</title>")
        for one in chosen:
            for controls in SWITCHES:
                site.add_page(one.address(controls), one.html(controls))
        (work / "nginx").mkdir()
        with (
            Nginx(work / "nginx", site.url, folders, work, "js mjs") as nginx,
            sync_playwright() as playwright,
        ):
            bench = Bench(playwright, nginx.url)
            for number in range(rounds):
                print(f"round {number + 1} of {rounds}", flush=True)
                if options.smoke:
                    smoke(bench, chosen)
                elif not options.skip_times:
                    measure(bench, chosen, number)
                if not (options.skip_memory or options.smoke):
                    for one in chosen:
                        bench.memory(one, EVENTS, number)
                write_raw(bench.samples, folder)
        site.stop()
    return bench


def measure(bench: Bench, chosen: list[Contestant], number: int) -> None:
    """One round: two visits, and how long controls take."""
    # Each in a browser of its own: in a shared one, whoever came before is in the numbers, with up
    # to a third of them (measured).
    first = number % len(chosen)
    order = chosen[first:] + chosen[:first]
    for one in order:
        with bench.browser() as browser:
            bench.visits(browser, one, number)
            for controls, times in SWITCHES.items():
                bench.switches(browser, one, controls, times, number)
    # A visit is one sample of what scatters most (by 10 to 25 %), where switches are eight to
    # twenty: so there is another, at another time of the round.
    for one in order:
        with bench.browser() as browser:
            bench.visits(browser, one, number)


def smoke(bench: Bench, chosen: list[Contestant]) -> None:
    """Every contestant answered and switched once, and every measure taken once."""
    *others, last = chosen
    with bench.browser() as browser:
        for one in others:
            bench.switches(browser, one, min(SWITCHES), 1, 0)
        bench.visits(browser, last, 0, stay=0.0)
        for controls in SWITCHES:
            bench.switches(browser, last, controls, 1, 0)
    bench.memory(others[0], 1000, 0)


if __name__ == "__main__":
    sys.exit(main())
