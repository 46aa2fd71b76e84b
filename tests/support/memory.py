"""How much memory a process had at most: ``python -m tests.support.memory manage.py backup ...``.

It is ``VmHWM`` of the kernel, which begins anew with a program. ``ru_maxrss`` counts
what the parent had when it began, too, and the parent may be a large run of tests.
"""

import atexit
import runpy
import sys
from pathlib import Path


def most_kilobytes():
    """The most that was resident of this process."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    atexit.register(lambda: print(most_kilobytes()))  # noqa: T201
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
