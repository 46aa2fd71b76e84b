"""Demands of PDF/UA-1 on the structure beyond the layout engine's output.

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

_HOLDS_TEXT = {"/P", "/TH", "/TD", "/LBody", "/Lbl", "/Span", "/NonStruct"} | {
    f"/H{level}" for level in range(1, 7)
}
_HEADING = re.compile("/H[1-6]")
_SAYS_NOTHING = {"/Span", "/NonStruct"}
COUNTER = "@bottom-right"
"""The margin box that says the number of the page."""

_HANDS_ON = {"html", "body", None}
"""Boxes that make no element of their own and hand on those of their children."""


class Tags:
    """Watches the structure being built, then completes it."""

    def __init__(self) -> None:
        self.made: list[tuple[Any, Any]] = []
        self.artifacts: dict[int, dict[int, str | None]] = {}
        self.counters: dict[int, int] = {}
        """For each page with a number: where its operators begin in the page's."""
        self.dropped: dict[bytes, bytes] = {}
        """Elements that say nothing, and those that took over their content."""
        self._heads: dict[int, int] = {}
        self._numbered: dict[int, int] = {}

    def watching(self, build: Build) -> Build:
        """The engine's function that builds elements for a box, watched."""

        def watched(box: Any, parent: Any, pdf: Any, page: int, *rest: Any) -> Iterator[Any]:
            nums, _, marks = rest
            at = getattr(box, "at_keyword", None)
            if at or self._is_repeated_head(box, page):
                kind = None
                if at:
                    kind = "/Header" if at.startswith("@top") else "/Footer"
                made = self._set_apart(box, page, kind, nums, marks)
                if at == COUNTER and made:
                    self._numbered[page] = made[0]
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

    def _set_apart(self, box: Any, page: int, kind: str | None, nums: Any, marks: Any) -> list[int]:
        """Running heads, feet and repeated table heads are artifacts (7.1, 7.8)."""
        found = []
        for inner in box.descendants():
            if hasattr(inner, "colspan"):
                inner.mark = {"A": {}}
            if inner in marks:
                number = marks.pop(inner)["mcid"]
                nums[number] = "null"
                self.artifacts.setdefault(page, {})[number] = kind
                found.append(number)
        return found

    def finish(self, document: Any, pdf: Any) -> None:
        """Complete the file: the engine calls this before it writes."""
        self._tidy_lists(pdf)
        for page, marks in self.artifacts.items():
            places = _as_artifacts(pdf, page, marks)
            if page in self._numbered:
                self.counters[page] = places[self._numbered[page]]
        heights = {
            reference: page.height
            for reference, page in zip(pdf.page_references, document.pages, strict=True)
        }
        for element, box in self.made:
            _complete_element(element, box, heights)
        self._join(pdf)
        self._unnest(pdf)
        self._flatten(pdf)
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
            is_later = order[start["Pg"]] < order[element["Pg"]]
            if is_later and _absorb(pdf, start, element):
                self.dropped[element.reference] = start.reference

    def _unnest(self, pdf: Any) -> None:
        """A heading that holds a placed box is one: the engine wraps the rest in another."""
        for element, _ in self.made:
            outer = _deref(pdf, _text(element["P"]))
            if outer.get("S") == element["S"] and _HEADING.fullmatch(element["S"]):
                element["S"] = "/Span"

    def _tidy_lists(self, pdf: Any) -> None:
        """The space between items on one line is no item (7.6)."""
        order = {reference: i for i, reference in enumerate(pdf.page_references)}
        for element in pdf.objects:
            if not isinstance(element, dict) or element.get("S") != "/L":
                continue
            for reference in list(element["K"]):
                kid = _deref(pdf, _text(reference))
                if kid["S"] in _SAYS_NOTHING:
                    marks = self.artifacts.setdefault(order[kid["Pg"]], {})
                    marks |= dict.fromkeys(kid["K"])
                    element["K"].remove(reference)
                    self.dropped[kid.reference] = b"null"

    def _flatten(self, pdf: Any) -> None:
        """Leave out what only wraps a line of text: half of all elements, heard by nobody."""
        for element in reversed(pdf.objects):
            if isinstance(element, dict) and element.get("S") in _HOLDS_TEXT:
                kids = element["K"]
                for at in range(len(kids) - 1, -1, -1):
                    if not isinstance(kids[at], int):
                        self._take_in(pdf, element, at)

    def _take_in(self, pdf: Any, element: Any, at: int) -> None:
        kid = _deref(pdf, _text(element["K"][at]))
        if (
            kid.get("S") in _SAYS_NOTHING
            and kid["Pg"] == element["Pg"]
            and not kid.keys() & {"A", "Lang", "Alt"}
            and all(isinstance(mark, int) for mark in kid["K"])
        ):
            element["K"][at : at + 1] = kid["K"]
            self.dropped[kid.reference] = element.reference

    def past_dropped(self, reference: bytes) -> bytes:
        """The element itself, or the one that took over its content."""
        while reference in self.dropped:
            reference = self.dropped[reference]
        return reference


def _deref(pdf: Any, reference: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _as_artifacts(pdf: Any, page_number: int, marks: dict[int, str | None]) -> dict[int, int]:
    """Say so in the stream of the page; where each begins in it."""
    places = {}
    page = _deref(pdf, pdf.page_references[page_number].decode())
    stream = _deref(pdf, page["Contents"]).stream
    for i, operator in enumerate(stream):
        if operator != b"BDC":
            continue
        number = stream[i - 1].get("MCID")
        if number in marks:
            artifact = {"Type": "/Pagination"}
            if kind := marks[number]:
                artifact["Subtype"] = kind
            stream[i - 2 : i] = ["/Artifact", pydyf.Dictionary(artifact)]
            places[number] = i
    return places


def _complete_element(element: Any, box: Any, heights: dict[Any, float]) -> None:
    element.pop("ID", None)
    attributes = element.get("A")
    if element["S"] in {"/TH", "/TD"} and attributes is not None:
        attributes.pop("Headers", None)  # identifiers would need an IDTree; Scope says it
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


def _absorb(pdf: Any, start: Any, element: Any) -> bool:
    """Move the children of a later fragment to the first one, if that can be."""
    parent = _deref(pdf, _text(element["P"]))
    if element.reference not in parent["K"]:
        return False
    if any(isinstance(kid, int) for kid in element["K"]):
        return False
    parent["K"].remove(element.reference)
    for kid in element["K"]:
        child = _deref(pdf, _text(kid))
        if "P" in child:
            child["P"] = start.reference
    start["K"].extend(element["K"])
    element["K"] = pydyf.Array()
    return True


def _text(reference: Any) -> str:
    return reference.decode() if isinstance(reference, bytes) else str(reference)
