"""How soon a workspace is seen and how it scrolls: ``.venv/bin/python bench/first_row.py``.

Chromium before a served app, with an empty cache of its own for every visit. The page
of one section is the floor: what 2,000 questions cost beyond it. Home stands beside them.
Then a page is scrolled, rows loading on the way, and the tasks that kept it longest from
answering are told: on the clock, on the processor, and where in Chromium they began.
Beside other work only the second is a measure.
"""
# ruff: noqa: T201 - a script: it prints

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.window import launch  # noqa: E402
from tests.load.serving import Site  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SIZES = (15, 150, 2000)
LONGEST = 5
WHEELS = 100
"""Turns of 2,000 pixels: 2,000 rows are some 190,000 pixels high."""
WATCH = """
  new MutationObserver((_, watching) => {
    if (!document.querySelector("[data-q]")) return;
    window.firstRow = performance.now();
    watching.disconnect();
  }).observe(document, { childList: true, subtree: true });
  const watch = (type, heard) => new PerformanceObserver((list) =>
    list.getEntries().forEach(heard)).observe({ type, buffered: true });
  window.shift = window.painted = 0;
  watch("layout-shift", (one) => { if (!one.hadRecentInput) window.shift += one.value; });
  watch("largest-contentful-paint", (one) => { window.painted = one.startTime; });
"""
READ = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const rows = document.querySelectorAll("[data-q]").length;
  const { firstRow, painted, shift } = window;
  return [firstRow, page.decodedBodySize, page.encodedBodySize, rows, painted, shift];
}"""


def visit(browser, url, path, session):
    """Milliseconds to the first row, bytes of the page raw and sent, rows in it;
    milliseconds to the largest paint, and the layout shift.
    """
    context, page = opened(browser, url, path, session)
    found = page.evaluate(READ)
    context.close()
    return found


def opened(browser, url, path, session):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(url + path, wait_until="load")
    page.wait_for_timeout(500)
    return context, page


def scrolled(browser, url, path, session):
    """Rows of a page after its end was scrolled to, and the longest tasks on the way.

    A task is milliseconds on the clock and on the processor, and its function.
    """
    context, page = opened(browser, url, path, session)
    browser.start_tracing(page=page, categories=["toplevel"])
    page.mouse.move(700, 500)
    for _ in range(WHEELS):
        page.mouse.wheel(0, 2000)
        page.wait_for_timeout(20)
    rows = page.evaluate("document.querySelectorAll('[data-q]').length")
    traced = json.loads(browser.stop_tracing())["traceEvents"]
    context.close()
    mains = {
        one["pid"]
        for one in traced
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        (one["dur"] / 1000, one.get("tdur", 0) / 1000, one["args"].get("src_func", ""))
        for one in traced
        if one["ph"] == "X" and one["pid"] == one["tid"] and one["pid"] in mains
    ]
    return rows, sorted(tasks, reverse=True)[:LONGEST]


def main():
    with tempfile.TemporaryDirectory(prefix="attest-bench-") as folder:
        site = Site(Path(folder), "")
        doors = {size: site.ask("seed", size, 1, 1) for size in SIZES}
        places = {f"{n:,}": (d["path"], d["sessions"][0]) for n, d in doors.items()}
        path, session = places["150"]
        places["home"] = path.partition("assessments/")[0], session
        url = f"http://localhost:{site.port}"
        site.start()
        try:
            with sync_playwright() as player:
                browser = launch(player)
                print_rows(browser, url, places)
                browser.close()
        finally:
            site.stop()


def print_rows(browser, url, places):
    """Each page in turn, round after round, so that they share what else goes on."""
    for path, session in places.values():
        visit(browser, url, path, session)
    rounds = [{name: visit(browser, url, *place) for name, place in places.items()} for _ in range(ROUNDS)]
    print(f"{'questions':>9}{'kB':>8}{'kB sent':>9}{'rows':>6}{'first row':>11}{'LCP ms':>8}{'CLS':>8}")
    floor = None
    for name in places:
        _, raw, sent, rows, *_ = rounds[0][name]
        firsts = [one[name][0] for one in rounds if one[name][0]]
        first = statistics.median(firsts) if firsts else 0  # home has no row
        floor = floor or first
        painted = statistics.median(one[name][4] for one in rounds)
        shift = max(one[name][5] for one in rounds)
        size = f"{raw / 1000:8.0f}{sent / 1000:9.1f}"
        print(f"{name:>9}{size}{rows:6}{first / floor:11.2f}{painted:8.0f}{shift:8.4f}")
    rows, tasks = scrolled(browser, url, *places["2,000"])
    print(f"Scrolled to row {rows}, longest tasks (wanted: 100 ms):")
    for clock, processor, function in tasks:
        print(f"{clock:8.0f} ms, {processor:.0f} of processor, {function}")


if __name__ == "__main__":
    main()
