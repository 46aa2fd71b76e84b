"""Work counted, not timed: the processor takes twice as long on a machine that is busy.

Where only seconds say it, ``busy`` says how many of them to allow.
"""

import os
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


def busy():
    """How many times as long something takes beside what else this machine does.

    1 on a machine that does nothing else; a bound in seconds is multiplied by it.
    """
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
