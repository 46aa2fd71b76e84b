"""The inside of a process that reads a file: ``python -m ...walls.child MODULE ...``.

It limits itself before anything of the module is loaded, then calls its
``main(arguments)``, which gives the exit status.
"""

import gc
import math
import os
import resource
import sys
import warnings
from importlib import import_module


def run(name: str, most_bytes: str, seconds: str, *arguments: str) -> None:
    """Take on the limits that ``process.py`` sent, and be that module; never returns."""
    resource.setrlimit(resource.RLIMIT_AS, (int(most_bytes), int(most_bytes)))
    most_seconds = math.ceil(float(seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds))
    warnings.simplefilter("ignore")
    gc.disable()  # code that is loaded stays; looking for rings in it is time lost
    module = import_module(name)
    gc.enable()
    status = module.main(list(arguments))
    sys.stdout.flush()
    os._exit(status)  # giving back a whole file's values one by one is time lost, too


if __name__ == "__main__":
    run(*sys.argv[1:])
