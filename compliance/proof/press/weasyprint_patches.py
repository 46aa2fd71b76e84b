"""Patches of WeasyPrint and pydyf that save time. The output stays the same, to the byte.

Elements that match the same rules in the same place share a style, so the results that
follow from a style alone are kept with it, once for all its boxes. Loaded by ``engine.py``,
with the known versions only. ``docs/upstream/`` has a text for each patch that its project
could be sent.
"""

import re
import sys
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pydyf  # type: ignore[import-untyped]
import weasyprint
from weasyprint import html as engine_html
from weasyprint.formatting_structure.boxes import PageBox
from weasyprint.layout import page, percent
from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, gobject, pango

SIDES = ("top", "right", "bottom", "left")
USED = (
    *(f"{name}_{side}" for name in ("margin", "padding") for side in SIDES),
    *(f"border_{side}_width" for side in SIDES),
    *(f"{most}{name}" for name in ("width", "height") for most in ("", "min_", "max_")),
)
"""Values that the engine works out for a box from its style and the size of its container."""
UNUSED = re.compile(
    r"^::(foot)?note-.*$"
    r"|@(footnote|note-area|(top|bottom)-(left|right)-corner|(left|right)-\w+) *\{.*?\}",
    re.MULTILINE,
)
"""Of the engine's own style: notes, and boxes in margins where a report has none. Items
of lists alone have markers.

The report's own style names no page by its number (``:nth``).
"""


def style_no_notes() -> None:
    """Leave notes and unused margin boxes out of the engine's own style.

    It would style six pseudo-elements of notes for each element of a document.
    """
    plain = weasyprint.CSS(
        string=UNUSED.sub("", engine_html.UA).replace("\n::marker", "\nli::marker"),
        counter_style=engine_html.UA_COUNTER_STYLE,
    )
    sheets: Callable[[Any, bool], list[Any]] = weasyprint.HTML._ua_stylesheets

    def without_notes(self: Any, forms: bool = False) -> list[Any]:
        return sheets(self, forms) if forms else [plain]

    weasyprint.HTML._ua_stylesheets = without_notes  # type: ignore[method-assign]


def keep_page_references() -> None:
    """pydyf lists all pages anew for every element: quadratic. Kept, it is linear."""
    build = pydyf.PDF.page_references.fget

    def kept(pdf: Any) -> tuple[bytes, ...]:
        known: tuple[bytes, ...] = pdf.__dict__.get("kept_references", ())
        if len(known) * 3 != len(pdf.pages["Kids"]):
            known = pdf.__dict__["kept_references"] = build(pdf)
        return known

    pydyf.PDF.page_references = property(kept)


def use_values_once() -> None:
    """Work out margins, padding and sizes once for each style and size of the container."""
    read = attrgetter(*USED)
    resolve: Callable[[Any, Any], None] = percent.resolve_percentages

    def used(box: Any, containing_block: Any) -> None:
        style, held = box.style, containing_block
        size = held if isinstance(held, tuple) else (held.width, held.height)
        if style["border_collapse"] == "collapse" or isinstance(box, PageBox):
            resolve(box, containing_block)
            return
        known = style.__dict__.setdefault("used_values", {})
        if size in known:
            box.__dict__.update(known[size])
        else:
            resolve(box, containing_block)
            known[size] = dict(zip(USED, read(box), strict=True))

    _replace(resolve, used)


def style_pages_once() -> None:
    """Style a page and its margins once for all pages that no rule tells apart."""
    style_page: Callable[[Any, Any, Any], None] = page.set_page_type_computed_styles

    def styled(page_type: Any, html: Any, style_for: Any) -> None:
        known = style_for.__dict__.setdefault("kinds_of_page", {})
        kind = page_type._replace(index=min(page_type.index, 1), groups=())
        computed = style_for.get_computed_styles()
        if kind not in known:
            style_page(page_type, html, style_for)
            known[kind] = {
                pseudo: style for (element, pseudo), style in computed.items() if element == page_type
            }
        for pseudo, style in known[kind].items():
            computed[page_type, pseudo] = style

    page.set_page_type_computed_styles = styled


def keep_struts() -> None:
    """Measure height and baseline of an empty line once for each style."""
    strut: Callable[[Any], Any] = line_break.strut

    def kept(style: Any) -> Any:
        if "strut" not in style.__dict__:
            style.__dict__["strut"] = strut(style)
        return style.__dict__["strut"]

    _replace(strut, kept)


def copy_text_layouts() -> None:
    """Set up a layout of text once for each style, then copy it with its context."""
    ffi.cdef("PangoLayout *pango_layout_copy (PangoLayout *);")
    setup: Callable[[Any, Any], None] = line_break.Layout.setup

    def set_up(self: Any, style: Any) -> None:
        known = style.__dict__.get("text_layout")
        if known is None:
            setup(self, style)
            apart = {"justification_spacing", "max_width", "text"}
            known = {k: v for k, v in self.__dict__.items() if k not in apart}
            known["layout"] = _copy(self.layout)
            style.__dict__["text_layout"] = known
        else:
            self.__dict__.update(known)
            self.layout = _copy(known["layout"])

    line_break.Layout.setup = set_up  # type: ignore[method-assign]


def _replace(old: Any, new: Any) -> None:
    """Put a function in the place of another wherever the engine has imported it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint."):
            for known in [k for k, held in vars(module).items() if held is old]:
                setattr(module, known, new)


def _copy(layout: Any) -> Any:
    return ffi.gc(pango.pango_layout_copy(layout), gobject.g_object_unref)


PATCHES: tuple[Callable[[], None], ...] = (
    style_no_notes,
    style_pages_once,
    use_values_once,
    keep_struts,
    copy_text_layouts,
    keep_page_references,
)
"""Each works without the others."""


def apply() -> None:
    """Patch the engine in this process, once."""
    for patch in PATCHES:
        patch()
