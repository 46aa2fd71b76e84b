"""A module of a child process that sleeps and then works, each for some seconds."""

import sys
import time


def main(arguments):
    """Sleep, work, and say so."""
    asleep, busy = map(float, arguments)
    time.sleep(asleep)
    while time.process_time() < busy:
        pass
    sys.stdout.write("done")
