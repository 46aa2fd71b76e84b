"""The layout engine, made to do nothing twice. The output stays the same, to the byte.

Elements that match the same rules in the same place share a style, so what follows from
a style alone is worked out once for each style and not for each box. WeasyPrint 70; each
of these would be welcome there. ``tests/press/test_weasyprint_patches.py`` compares the bytes.
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

ffi.cdef("PangoLayout *pango_layout_copy (PangoLayout *);")


class _Source(weasyprint.HTML):
    def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
        return [_PLAIN]


_PLAIN = weasyprint.CSS(
    string=UNUSED.sub("", engine_html.UA).replace("\n::marker", "\nli::marker"),
    counter_style=engine_html.UA_COUNTER_STYLE,
)


def source(text: str, fetcher: Any) -> Any:
    """A document without notes; the engine would style six of them for each element."""
    return _Source(string=text, url_fetcher=fetcher)  # type: ignore[no-untyped-call]


def do_nothing_twice() -> None:
    """Teach the engine, in this process."""
    _keep_page_references()
    _replace(percent.resolve_percentages, _used_once(percent.resolve_percentages))
    _replace(line_break.strut, _strut_once(line_break.strut))
    style_page = page.set_page_type_computed_styles
    page.set_page_type_computed_styles = _styled_once(style_page)
    set_up = _set_up_once(line_break.Layout.setup)
    line_break.Layout.setup = set_up  # type: ignore[method-assign]


def _replace(old: Any, new: Any) -> None:
    """Put a function in the place of another wherever the engine has imported it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint."):
            for known in [k for k, held in vars(module).items() if held is old]:
                setattr(module, known, new)


def _keep_page_references() -> None:
    """pydyf lists all pages anew for every element: quadratic. Kept, it is linear."""
    build = pydyf.PDF.page_references.fget

    def kept(pdf: Any) -> tuple[bytes, ...]:
        known: tuple[bytes, ...] = pdf.__dict__.get("kept_references", ())
        if len(known) * 3 != len(pdf.pages["Kids"]):
            known = pdf.__dict__["kept_references"] = build(pdf)
        return known

    pydyf.PDF.page_references = property(kept)


def _used_once(resolve: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Margins, padding and sizes, once for each style and size of what holds the box."""
    read = attrgetter(*USED)

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

    return used


def _styled_once(style_page: Callable[..., None]) -> Callable[..., None]:
    """Styles of a page and its margins, once for all pages that no rule tells apart."""

    def styled(page_type: Any, html: Any, style_for: Any) -> None:
        known = style_for.__dict__.setdefault("kinds_of_page", {})
        kind = page_type._replace(index=min(page_type.index, 1), groups=())
        computed = style_for.get_computed_styles()
        if kind not in known:
            style_page(page_type, html, style_for)
            known[kind] = {
                pseudo: style
                for (element, pseudo), style in computed.items()
                if element == page_type
            }
        for pseudo, style in known[kind].items():
            computed[page_type, pseudo] = style

    return styled


def _strut_once(strut: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Height and baseline of an empty line, once for each style."""

    def kept(style: Any) -> Any:
        if "strut" not in style.__dict__:
            style.__dict__["strut"] = strut(style)
        return style.__dict__["strut"]

    return kept


def _set_up_once(setup: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """A layout of text: set up once for each style, then copied with its context."""

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

    return set_up


def _copy(layout: Any) -> Any:
    return ffi.gc(pango.pango_layout_copy(layout), gobject.g_object_unref)
