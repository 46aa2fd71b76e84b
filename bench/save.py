"""The cost of saving an answer: ``python3 bench/save.py``."""
# ruff: noqa: T201 - a script: it prints

import itertools

from floor import Caller, Saves, seed, table


def main():
    door = seed(150, 1, 1)
    call, count = Caller(door), itertools.count(1)
    save = Saves(call, door)
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
