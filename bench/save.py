"""What saving an answer costs: ``python3 bench/save.py``."""
# ruff: noqa: T201 - a script: it prints

import itertools
import re

from floor import Caller, seed, table

BASE = re.compile(r'name="base" value="([^"]*)"')


def main():
    door = seed(150, 1, 1)
    call, bases, count = Caller(door), {}, itertools.count(1)

    def save(**fields):
        """Send a whole row over the version that its last reply named."""
        answer = door["answers"][next(count) % 150]
        row = {"verdict": "unanswered", "reason": "", "owner": "", "due_on": ""}
        sent = {"base": bases.get(answer, "0")} | row | fields
        reply = call(f"{door['path']}answers/{answer}/save/", sent)
        bases[answer] = BASE.search(reply)[1]

    verdicts = itertools.cycle(["met", "partly", "not_met", "dont_know"])
    print("Saving one answer of 150, alone in the process")
    table(
        [
            ("floor", lambda: call("/bench/floor/"), 500),
            ("verdict", lambda: save(verdict=next(verdicts), note=""), 100),
            (
                "note of 2,000 characters",
                lambda: save(note=f"{next(count)} " * 400),
                100,
            ),
        ]
    )


if __name__ == "__main__":
    main()
