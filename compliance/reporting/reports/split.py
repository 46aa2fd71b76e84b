"""A long report cut into pieces that are laid out apart. Pure.

Works on the HTML of our own templates, in which every ``<`` of a person's text is
escaped: a tag is a tag. Cut is between the blocks of a chapter and between the rows of
its tables, never behind a heading or what introduces the next block.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

WHOLE = 1_200_000
"""Weight up to which a report is laid out as one: some 300 questions."""

PIECE = 400_000
"""Weight of a piece: some 100 questions."""

ROW = 600
"""Weight of a table row beyond its bytes."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>")
_TITLE = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
_VOID = {"br", "col", "meta", "link", "img", "hr"}
_LEADS = re.compile(r'\s*<(h[1-6]|p class="[^"]*\b(under|qmeta)\b)')


@dataclass(frozen=True, slots=True)
class _Element:
    """Its opening tag, what is inside, and its closing tag."""

    opening: str
    inside: str
    closing: str

    @property
    def html(self) -> str:
        return self.opening + self.inside + self.closing


def cut(html: str) -> list[str]:
    """The document itself, or its pieces as documents: the first ends with the contents, if it has any."""
    if _weight(html) <= WHOLE:
        return [html]
    start = html.index(">", html.index("<body")) + 1
    end = html.rindex("</body>")
    chapters = list(_children(html[start:end]))
    first = 1 + any('id="contents"' in one.inside for one in chapters[1:2])
    bodies = ["".join(one.html for one in chapters[:first])]
    bodies += _together(chapters[first:])
    return [f"{html[:start]}{body}{html[end:]}" for body in bodies]


def _together(chapters: list[_Element]) -> Iterator[str]:
    """Bodies of pieces, each as heavy as it may be."""
    body: list[str] = []
    weight = 0
    for chapter in chapters:
        for segment in _segments(chapter):
            more = _weight(segment)
            if body and weight + more > PIECE * 1.25:
                yield "".join(body)
                body, weight = [], 0
            body.append(segment)
            weight += more
    yield "".join(body)


def _segments(chapter: _Element) -> Iterator[str]:
    """The chapter, in parts that are chapters; those behind the first say its name."""
    title = _TITLE.search(chapter.inside)
    words = title[1].strip().replace('"', "&quot;") if title else ""
    again = f'{chapter.opening[:-1]} data-chapter="{words}">'
    inside: list[str] = []
    opening, weight = chapter.opening, 0
    for block in _blocks(chapter.inside):
        more = _weight(block)
        if inside and weight + more > PIECE and not _LEADS.match(inside[-1]):
            yield opening + "".join(inside) + chapter.closing
            opening, inside, weight = again, [], 0
        inside.append(block)
        weight += more
    yield opening + "".join(inside) + chapter.closing


def _blocks(html: str) -> Iterator[str]:
    """Elements of a chapter; a heavy table as several tables with the same head."""
    for element in _children(html):
        if element.opening.startswith("<table") and _weight(element.html) > PIECE:
            yield from _tables(element)
        else:
            yield element.html


def _tables(table: _Element) -> Iterator[str]:
    parts = list(_children(table.inside))
    head = "".join(part.html for part in parts[:-1])
    body = parts[-1]
    rows: list[str] = []
    weight = 0
    for row in _children(body.inside):
        more = _weight(row.html)
        if rows and weight + more > PIECE:
            yield _table(table, head, body, rows)
            rows, weight = [], 0
        rows.append(row.html)
        weight += more
    yield _table(table, head, body, rows)


def _table(table: _Element, head: str, body: _Element, rows: list[str]) -> str:
    inside = head + body.opening + "".join(rows) + body.closing
    return table.opening + inside + table.closing


def _weight(html: str) -> int:
    return len(html) + ROW * html.count("<tr")


def _children(html: str) -> Iterator[_Element]:
    """The elements at the top; white space between them is left out."""
    depth, opening = 0, None
    for tag in _TAG.finditer(html):
        if tag[3] or tag[2] in _VOID:
            if not depth:
                yield _Element(tag[0], "", "")
        elif not tag[1]:
            opening = opening if depth else tag
            depth += 1
        else:
            depth -= 1
            if not depth and opening:
                inside = html[opening.end() : tag.start()]
                yield _Element(opening[0], inside, tag[0])
