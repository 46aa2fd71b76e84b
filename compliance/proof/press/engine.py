"""The layout engine's versions, and the parts of it that Attest uses though they are private.

With other versions than the known ones the patches that save time are left out. Pages, tags
and links hang on other private parts: without one of them no file is made.
"""

import hashlib
import inspect
import platform
import re
import sys
import zlib
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]
import weasyprint
from weasyprint import pdf as engine_pdf
from weasyprint.document import Document
from weasyprint.pdf import tags as engine_tags

from compliance.proof.press.installed_fonts import drawn_by

PATCHES = "compliance.proof.press.weasyprint_patches"
"""Imports parts that another version may lack, so it is loaded for the known ones alone."""
KNOWN = {"WeasyPrint": "70.0", "pydyf": "0.13.0"}
"""Versions that the patches were written for and tested with."""
NAME = re.compile(r"[\w.-]+")
"""The name of a project, before what is said of its versions."""
Part = tuple[Any, str, tuple[str, ...]]
NEEDED: tuple[Part, ...] = (
    (engine_pdf, "generate_pdf", ("document", "target", "zoom", "options")),
    (engine_pdf, "resolve_links", ("pages",)),
    (
        engine_pdf,
        "build_fonts_dictionary",
        ("pdf", "fonts", "compress", "subset", "options"),
    ),
    (
        engine_tags,
        "_build_box_tree",
        ("box", "parent", "pdf", "page_number", "nums", "annotations", "tags"),
    ),
    (Document, "make_bookmark_tree", ("self", "scale", "transform_pages")),
    (pydyf, "_to_bytes", ("item",)),
)
"""Private parts that the pages, their tags and links cannot do without, and what they take."""


def installed() -> dict[str, str]:
    """The engine's versions, by project."""
    return {"WeasyPrint": weasyprint.__version__, "pydyf": pydyf.__version__}


def print_of_all() -> str:
    """A print of this room, of the engine and of all beneath it that changes its bytes."""
    said = [
        sorted(_beneath().items()),
        sys.version,
        platform.machine(),
        zlib.ZLIB_RUNTIME_VERSION,
        drawn_by(),
    ]
    digest = hashlib.sha256(repr(said).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _beneath() -> dict[str, str]:
    """The versions of the engine and of the projects that it needs."""
    needed = [one for one in metadata.requires("weasyprint") or () if "extra" not in one]
    names = ["weasyprint", *(NAME.findall(one)[0] for one in needed)]
    return {name: metadata.version(name) for name in names}


def refusal() -> str:
    """Words for an engine that no report can be made with; "" when it has all we need."""
    lacking = [
        f"{holder.__name__}.{name}"
        for holder, name, takes in NEEDED
        if _parameters(getattr(holder, name, None)) != takes
    ]
    if not lacking:
        return ""
    return (
        f"Reports cannot be made with {_named(installed())}: Attest needs"
        f" {', '.join(lacking)} as in {_named(KNOWN)}. The administrator of this installation has"
        " to install these."
    )


def patch() -> str:
    """Apply the patches that save time; words when the versions are others."""
    if installed() != KNOWN:
        return (
            f"Reports are laid out without the patches that save time: these are written"
            f" for {_named(KNOWN)}, and {_named(installed())} are installed."
        )
    import_module(PATCHES).apply()
    return ""


def _named(versions: dict[str, str]) -> str:
    return " and ".join(f"{name} {version}" for name, version in versions.items())


def _parameters(part: Any) -> tuple[str, ...]:
    return tuple(inspect.signature(part).parameters) if callable(part) else ()
