"""How soon the first row of a workspace is seen: ``.venv/bin/python bench/first_row.py``.

Chromium before a served app, with an empty cache of its own for every visit. The page
of one section is the floor: what 2,000 questions cost beyond it.
"""
# ruff: noqa: T201 - a script: it prints

import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.load.serving import Site  # noqa: E402

ROUNDS = 5
SIZES = (15, 150, 2000)
WATCH = """
  new MutationObserver((_, watching) => {
    if (!document.querySelector("[data-q]")) return;
    window.firstRow = performance.now();
    watching.disconnect();
  }).observe(document, { childList: true, subtree: true });
"""
READ = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const rows = document.querySelectorAll("[data-q]").length;
  return [window.firstRow, page.decodedBodySize, page.encodedBodySize, rows];
}"""


def visit(browser, url, path, session):
    """Milliseconds to the first row, bytes of the page raw and sent, rows in it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(url + path, wait_until="load")
    told = page.evaluate(READ)
    context.close()
    return told


def main():
    with tempfile.TemporaryDirectory(prefix="attest-bench-") as folder:
        site = Site(Path(folder), "")
        doors = {size: site.ask("seed", size, 1, 1) for size in SIZES}
        places = {f"{n:,}": (d["path"], d["sessions"][0]) for n, d in doors.items()}
        url = f"http://localhost:{site.port}"
        site.start()
        try:
            with sync_playwright() as player:
                browser = player.chromium.launch(executable_path="/usr/bin/chromium")
                told(browser, url, places)
                browser.close()
        finally:
            site.stop()


def told(browser, url, places):
    """Each page in turn, round after round, so that they share what else goes on."""
    for path, session in places.values():
        visit(browser, url, path, session)
    rounds = [
        {name: visit(browser, url, *place) for name, place in places.items()}
        for _ in range(ROUNDS)
    ]
    print(f"{'questions':>9}{'kB':>8}{'kB sent':>9}{'rows':>6}{'first row':>11}")
    floor = None
    for name in places:
        _, raw, sent, rows = rounds[0][name]
        first = statistics.median(one[name][0] for one in rounds)
        floor = floor or first
        size = f"{raw / 1000:8.0f}{sent / 1000:9.1f}"
        print(f"{name:>9}{size}{rows:6}{first / floor:11.2f}")


if __name__ == "__main__":
    main()
