"""The calls that the server serves at once, and the memory it keeps: ``python3 bench/serve.py``.

Readers open a workspace of 150 questions, rows and lists; one request in ten saves. The
first table has requests in a second by the number of processes; the second the memory of
one process after as many requests as twenty people send in an hour.
"""
# ruff: noqa: T201 - a script: it prints

import itertools
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from floor import ROOT

sys.path.insert(0, str(ROOT))

from tests.load.editing import Editor
from tests.load.serving import Site

READERS, SECONDS = 8, int(os.environ.get("SECONDS", "10"))
HOUR = int(os.environ.get("REQUESTS", "6000"))


class Crowd:
    """People who read, and now and then save, each with a connection of their own."""

    def __init__(self, site, door, share_of_saves):
        self.site, self.door, self.share = site, door, share_of_saves
        self.count, self.stop = itertools.count(1), False
        self.done = 0

    def work(self, session, most=None, seconds=None):
        editor = Editor(self.site.port, self.door["path"], session)
        editor.open()
        path = self.door["path"]
        home = path.partition("assessments/")[0]
        pages = itertools.cycle([path, f"{path}?show=met", home, f"{path}?section=2"])
        end = time.monotonic() + (seconds or 10**6)
        while time.monotonic() < end and (most is None or self.done < most):
            number = next(self.count)
            if self.share and number % self.share == 0:
                answers = self.door["answers"]
                editor.save(answers[number % len(answers)], f"Note {number}")
            else:
                editor.send("GET", next(pages))
            self.done += 1
        editor.close()

    def all_together(self, **limits):
        began = time.monotonic()
        threads = [
            threading.Thread(target=self.work, args=[session], kwargs=limits)
            for session in self.door["sessions"]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.done / (time.monotonic() - began)


def memory_of_each(site):
    """Megabytes of each process that serves; shared pages count in part."""
    found = []
    for pid in site.processes()[1:]:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        pss = sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        found.append(pss / 1024)
    return sorted(found, reverse=True)


def main():
    with tempfile.TemporaryDirectory(prefix="attest-bench-") as folder:
        door = None
        for processes in (1, 2):
            site = Site(Path(folder), None, processes)
            site.environment["ATTEST_RUN_WORKER"] = "on"
            door = door or site.ask("seed", 150, 1, READERS)
            site.start()
            for share, words in ((0, "reads alone"), (10, "one save in ten")):
                spent = site.cpu_seconds()
                rate = Crowd(site, door, share).all_together(seconds=SECONDS)
                used = (site.cpu_seconds() - spent) / SECONDS
                print(f"{processes} processes, {words}: {rate:.0f} requests/s, {used:.2f} cores")
            if processes == 2:
                before = memory_of_each(site)
                for part in range(3):
                    Crowd(site, door, 10).all_together(most=HOUR // 3)
                    after = memory_of_each(site)
                    print(
                        f"after {(part + 1) * HOUR // 3} requests:",
                        *map(round, after),
                        "MB",
                    )
                print("before:", *map(round, before), "MB")
            site.stop()


if __name__ == "__main__":
    main()
