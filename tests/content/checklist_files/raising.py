"""A child process in which what reads a file breaks, quoting the file as errors do."""

import sys
from importlib import import_module

from compliance.ground.sandbox import child

READERS = {
    "compliance.content.checklist_files.parsing": (
        "content.formats.own:read",
        "content.foreign_formats.asvs:read",
        "content.foreign_formats.asvs:read_rows",
        "content.foreign_formats.ciso:read",
        "content.foreign_formats.cnil:read",
        "content.foreign_formats.oscal.catalog:read",
        "content.formats.table:read",
    ),
    "compliance.content.checklist_files.parsing_workbook": ("content.formats.table:read",),
    "compliance.assurance.bundles.parsing": ("assurance.bundles.bundle_check:_head_and_rows",),
    "compliance.proof.verifier.verifying": ("proof.verifier.verifying:verify",),
    "compliance.content.formats.xlsx_cells": ("content.formats.xlsx_cells:_plain",),
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
