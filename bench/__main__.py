"""``python -m bench``: measure, and write the report; ``--smoke`` once and without judging."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench.measure import Bench
from bench.pages import CONTESTANTS, make_site
from bench.report import broken, text_of, write
from tests.browser.site import Site
from tools.browsers import NoBrowser, provide
from tools.nginx import Nginx, NoNginx
from tools.setup import ROOT

ROUNDS = 15
SWITCHES = 10
CONTROLS = (4, 100, 10_000)
EVENTS = 100_000
REPORT = ROOT / "var" / "bench"


def main() -> int:
    """Run what the command line asks for; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--smoke", action="store_true", help="everything once, few events")
    parser.add_argument("--only", help="contestants with this in their names")
    parser.add_argument("--skip-memory", action="store_true")
    options = parser.parse_args()
    try:
        provide("chromium")
        bench = run(options)
    except (NoBrowser, NoNginx) as error:
        print(error, file=sys.stderr)
        return 1
    write(bench.samples, REPORT)
    print(text_of(bench.samples))
    print(f"\nraw samples and a plot: {REPORT.relative_to(ROOT)}/")
    return 1 if broken(bench.samples) and not options.smoke else 0


def run(options: argparse.Namespace) -> Bench:
    """Serve the pages and measure them, each contestant in each round."""
    rounds = 1 if options.smoke else options.rounds
    chosen = [one for one in CONTESTANTS if options.only is None or options.only in one.name]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        folders = make_site(work / "site")
        site = Site(ROOT, work / "chatkit.sqlite")
        for one in chosen:
            for controls in CONTROLS:
                site.add_page(one.address(controls), one.html(controls))
        (work / "nginx").mkdir()
        with (
            Nginx(work / "nginx", site.url, folders, work) as nginx,
            sync_playwright() as playwright,
        ):
            bench = Bench(playwright, nginx.url)
            for number in range(rounds):
                print(f"round {number + 1} of {rounds}", flush=True)
                with bench.browser() as browser:
                    for one in chosen:
                        if options.smoke:
                            bench.visits(browser, one, number, stay=0.0)
                            continue
                        bench.visits(browser, one, number)
                        for controls in CONTROLS:
                            bench.switches(browser, one, controls, SWITCHES, number)
                    if options.smoke:
                        bench.switches(browser, chosen[-1], CONTROLS[0], 1, number)
                if number < 3 and not options.skip_memory:
                    for one in chosen[:1] if options.smoke else chosen:
                        bench.memory(one, 1000 if options.smoke else EVENTS, number)
        site.stop()
    return bench


if __name__ == "__main__":
    sys.exit(main())
