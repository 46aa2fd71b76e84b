"""What PDF/UA-1 asks of the structure beyond what the layout engine writes.

Works on the engine's boxes and on pydyf's objects by their attributes only; ``pdf.py``
hands both over. ISO 14289-1; the clauses stand beside what they ask for.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]

Build = Callable[..., Iterator[Any]]
_WHOLE = re.compile(r"/(P|H[1-6]|Sect|Art|Div|L|LI|LBody|Table|THead|TBody|TR|TH|TD)")
"""Elements that a page break cuts in two; they are joined again."""

_HANDS_ON = {"html", "body", None}
"""Boxes that make no element of their own and hand on those of their children."""


class Tags:
    """Watches the structure being built, then completes it."""

    def __init__(self) -> None:
        self.made: list[tuple[Any, Any]] = []
        self.artifacts: dict[int, dict[int, str | None]] = {}
        self._heads: dict[int, int] = {}

    def watching(self, build: Build) -> Build:
        """The engine's function that builds elements for a box, watched."""

        def watched(
            box: Any, parent: Any, pdf: Any, page: int, *rest: Any
        ) -> Iterator[Any]:
            nums, _, marks = rest
            at = getattr(box, "at_keyword", None)
            if at or self._is_repeated_head(box, page):
                kind = None
                if at:
                    kind = "/Header" if at.startswith("@top") else "/Footer"
                self._set_apart(box, page, kind, nums, marks)
                return
            for element in build(box, parent, pdf, page, *rest):
                if box.element_tag not in _HANDS_ON:
                    self.made.append((element, box))
                yield element

        return watched

    def _is_repeated_head(self, box: Any, page: int) -> bool:
        if not getattr(box, "is_header", False):
            return False
        return self._heads.setdefault(id(box.element), page) != page

    def _set_apart(
        self, box: Any, page: int, kind: str | None, nums: Any, marks: Any
    ) -> None:
        """Running heads, feet and repeated table heads are artifacts (7.1, 7.8)."""
        for inner in box.descendants():
            if hasattr(inner, "colspan"):
                inner.mark = {"A": {}}
            if inner in marks:
                number = marks.pop(inner)["mcid"]
                nums[number] = "null"
                self.artifacts.setdefault(page, {})[number] = kind

    def finish(self, document: Any, pdf: Any) -> None:
        """Complete the file: the engine calls this before it writes."""
        _complete_catalog(pdf)
        for page, marks in self.artifacts.items():
            _as_artifacts(pdf, page, marks)
        heights = {
            reference: page.height
            for reference, page in zip(pdf.page_references, document.pages, strict=True)
        }
        for element, box in self.made:
            _complete_element(element, box, heights)
        self._join(pdf)
        self.made.clear()

    def _join(self, pdf: Any) -> None:
        """One element for what page breaks cut into several."""
        order = {reference: i for i, reference in enumerate(pdf.page_references)}
        first: dict[tuple[Any, ...], Any] = {}
        for element, box in self.made:
            if box.element is None or not _WHOLE.fullmatch(element["S"]):
                continue
            key = (id(box.element), element["S"], box.element_tag, type(box))
            start = first.setdefault(key, element)
            if start is not element and order[start["Pg"]] < order[element["Pg"]]:
                _absorb(pdf, start, element)


def _deref(pdf: Any, reference: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _complete_catalog(pdf: Any) -> None:
    pdf.catalog["PageMode"] = "/UseOutlines"
    pdf.catalog["PageLabels"] = pydyf.Dictionary(
        {"Nums": pydyf.Array([0, pydyf.Dictionary({"S": "/D"})])}
    )
    root = _deref(pdf, pdf.catalog["StructTreeRoot"])
    parents = _deref(pdf, root["ParentTree"])["Nums"]
    root["ParentTreeNextKey"] = len(parents) // 2


def _as_artifacts(pdf: Any, page_number: int, marks: dict[int, str | None]) -> None:
    page = _deref(pdf, pdf.page_references[page_number].decode())
    stream = _deref(pdf, page["Contents"]).stream
    for i, operator in enumerate(stream):
        if operator != b"BDC":
            continue
        number = stream[i - 1].get("MCID")
        if number in marks:
            told = {"Type": "/Pagination"}
            if kind := marks[number]:
                told["Subtype"] = kind
            stream[i - 2 : i] = ["/Artifact", pydyf.Dictionary(told)]


def _complete_element(element: Any, box: Any, heights: dict[Any, float]) -> None:
    element.pop("ID", None)
    attributes = element.get("A")
    if element["S"] in {"/TH", "/TD"} and attributes is not None:
        attributes.pop(
            "Headers", None
        )  # identifiers would need an IDTree; Scope says it
        if element["S"] == "/TH":
            is_row = box.element is not None and box.element.get("scope") == "row"
            attributes["Scope"] = "/Row" if is_row else "/Column"
        if len(attributes) == 1:
            del element["A"]
    if element["S"] == "/Figure" and attributes is not None:
        _place_figure(attributes, heights[element["Pg"]])
    if box.element is not None and (language := box.element.get("lang")):
        element["Lang"] = pydyf.String(language)
    if box.link_annotation and box.element is not None:
        words = " ".join("".join(box.element.itertext()).split())
        if words:  # 7.18.5: a link says in words where it leads
            box.link_annotation["Contents"] = pydyf.String(words[:200])


def _place_figure(attributes: Any, height: float) -> None:
    """From CSS pixels below the top of the page to points above its bottom."""
    left, top, right, bottom = attributes["BBox"]
    corners = (left, height - bottom, right, height - top)
    attributes["BBox"] = pydyf.Array(round(value * 0.75, 3) for value in corners)


def _absorb(pdf: Any, start: Any, element: Any) -> None:
    """Move the children of a later fragment to the first one."""
    parent = _deref(pdf, _text(element["P"]))
    if element.reference not in parent["K"]:
        return
    if any(isinstance(kid, int) for kid in element["K"]):
        return
    parent["K"].remove(element.reference)
    for kid in element["K"]:
        child = _deref(pdf, _text(kid))
        if "P" in child:
            child["P"] = start.reference
    start["K"].extend(element["K"])


def _text(reference: Any) -> str:
    return reference.decode() if isinstance(reference, bytes) else str(reference)
