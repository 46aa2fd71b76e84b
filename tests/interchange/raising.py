"""A child process in which what reads a file breaks, quoting the file as errors do."""

import sys
from importlib import import_module

from compliance.interchange.walls import child

READERS = {
    "compliance.interchange.formats.parsing": (
        "formats.own:read",
        "formats.asvs:read",
        "formats.asvs:read_rows",
        "formats.ciso:read",
        "formats.cnil:read",
        "formats.oscal.catalog:read",
        "formats.table:read",
    ),
    "compliance.interchange.formats.parsing_workbook": ("formats.table:read",),
    "compliance.interchange.records.parsing": ("records.checking:_head_and_rows",),
    "compliance.interchange.records.verifying": ("records.verifying:verify",),
    "compliance.interchange.sheets.parsing": ("sheets.parsing:_plain",),
}
SECRET = "what only the file knows"


def breaks(*_given, **_named):
    """Fail as a reader with a bug does."""
    raise KeyError(SECRET)


if __name__ == "__main__":
    for place in READERS[sys.argv[1]]:
        module, name = place.split(":")
        setattr(import_module(f"compliance.interchange.{module}"), name, breaks)
    child.run(*sys.argv[1:])
