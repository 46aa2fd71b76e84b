"""The inside of a process that reads a file: it limits itself before it touches one."""

import math
import resource
import sys
import warnings


def enter() -> list[str]:
    """Take on the limits that ``process.py`` sent; the arguments that remain."""
    most_bytes, seconds = int(sys.argv[1]), math.ceil(float(sys.argv[2]))
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    warnings.simplefilter("ignore")
    return sys.argv[3:]
