"""Work counted, not timed: the processor takes twice as long on a machine that is busy."""

from cProfile import Profile

from django.db import connection

INSTRUCTIONS = 10
"""Instructions of SQLite that take about as long as a call."""


def work_of(act):
    """Calls of functions that ``act()`` makes, Python's and C's, and SQLite's work as such."""
    steps = 0

    def step():
        nonlocal steps
        steps += 1

    profile = Profile()
    machine = connection.connection if connection.vendor == "sqlite" else None
    if machine:
        machine.set_progress_handler(step, INSTRUCTIONS)
    try:
        profile.runcall(act)
    finally:
        if machine:
            machine.set_progress_handler(None, INSTRUCTIONS)
    return steps + sum(entry.callcount for entry in profile.getstats())
