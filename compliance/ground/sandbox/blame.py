"""Decides whose fault an error is. Pure."""

import sys

LIBRARIES = {"lxml", "openpyxl", "xml", "zipfile"}
"""They raise any kind of error for a file that is damaged."""


def is_of_library(error: Exception) -> bool:
    """Whether a library could not read what it met.

    An error of our own code is a fault of ours, also where a library called it; memory
    has its own words.
    """
    found, step = False, error.__traceback__
    while step:
        root = step.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if root in LIBRARIES:
            found = True
        elif root not in sys.stdlib_module_names:
            found = False
        step = step.tb_next
    return found and not isinstance(error, MemoryError)
