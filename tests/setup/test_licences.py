"""Licences of all packages that running needs, in ``docs/licences.md``.

DOCS=write python3 manage.py test tests/setup/test_licences.py
"""

import os
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "licences.md"
HEAD = """\
# Licences

The packages of `locks/app.lock`, as their own metadata say; written by `tests/setup/test_licences.py`. None requires Attest to be under
the same licence. Fonts, icons and scripts in `static/` have theirs beside them.

| package | licence |
|---|---|
"""
FREE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser General"
    r"|Unlicense|0BSD|CC0|HPND|Zlib"
)
"""Licences of which each lets Attest stay under its own (Apache-2.0)."""


def packages():
    """Names in the lock, of those that this machine has."""
    lock = (ROOT / "locks/app.lock").read_text()
    return sorted(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", lock, re.MULTILINE))


def licence_of(name):
    """One line: an SPDX expression, or else the words of the classifiers."""
    try:
        fields = metadata(name)
    except PackageNotFoundError:
        return None  # for another system
    if expression := fields.get("License-Expression"):
        return expression
    classified = [
        one.rpartition(" :: ")[2]
        for one in fields.get_all("Classifier", [])
        if one.startswith("License :: ") and one != "License :: OSI Approved"
    ]
    first = (fields.get("License") or "").strip().partition("\n")[0]
    return "; ".join(classified) or first


def test_page_has_the_licence_of_every_package():
    found = {name: licence_of(name) for name in packages()}
    rows = [f"| {name} | {said} |\n" for name, said in found.items() if said]
    if os.environ.get("DOCS") == "write":
        PAGE.write_text(HEAD + "".join(rows))
    page = PAGE.read_text()
    assert page.startswith(HEAD)
    assert rows
    assert [row for row in rows if row not in page] == []


@pytest.mark.parametrize("name", packages())
def test_licence_lets_attest_keep_its_own(name):
    said = licence_of(name)
    assert said is None or FREE.search(said), f"{name}: {said!r}"
