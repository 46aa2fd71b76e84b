"""A child process in which what reads a file breaks, quoting the file as errors do."""

import sys
from importlib import import_module

from compliance.sandbox import child

READERS = {
    "compliance.checklist_files.parsing": (
        "formats.own:read",
        "foreign_formats.asvs:read",
        "foreign_formats.asvs:read_rows",
        "foreign_formats.ciso:read",
        "foreign_formats.cnil:read",
        "foreign_formats.oscal.catalog:read",
        "formats.table:read",
    ),
    "compliance.checklist_files.parsing_workbook": ("formats.table:read",),
    "compliance.bundles.parsing": ("bundles.bundle_check:_head_and_rows",),
    "compliance.verifier.verifying": ("verifier.verifying:verify",),
    "compliance.formats.xlsx_cells": ("formats.xlsx_cells:_plain",),
}
SECRET = "what only the file knows"


def breaks(*_given, **_named):
    """Fail as a reader with a bug does."""
    raise KeyError(SECRET)


if __name__ == "__main__":
    for place in READERS[sys.argv[1]]:
        module, name = place.split(":")
        setattr(import_module(f"compliance.{module}"), name, breaks)
    child.run(*sys.argv[1:])
