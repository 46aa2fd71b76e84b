"""The elements of OSCAL's XML as the Markdown of its JSON. Pure.

Elements that Markdown cannot express are listed: each text is turned back into
elements, and compared.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from compliance.content.foreign_formats.oscal import markup
from compliance.content.foreign_formats.oscal.tree import Node, parsed

BLOCKS = {
    "p", "ul", "ol", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
    "hr",
}  # fmt: skip
_AROUND = {
    "em": "*", "i": "_", "strong": "**", "b": "__", "q": '"', "sub": "~", "sup": "^",
}  # fmt: skip
MARKUP = BLOCKS | {*_AROUND, "a", "br", "code", "img", "insert"}
_TIGHT = ("p", "ul", "ol", "li", "table", "tr", "th", "td", "blockquote", "br", "hr")
_EDGE = re.compile(rf"\s*(</?(?:{'|'.join(_TIGHT)}|h[1-6])(?: [^>]*)?/?>)\s*")
_SPECIAL = re.compile(r"\\(?=[!-/:-@\[-`{-~])|[*`_~^\"]|(?<=\])\(|\{(?=\{)")
"""Characters that are more than a word anywhere in Markdown."""
_STARTS = re.compile(r"(?m)^(?=[-+>#|:=])|(?<=^\d)(?=[.)])|(?<=^\d\d)(?=[.)])")
"""Where a line would begin a list, heading, quotation or table."""


def line(node: Node) -> tuple[str, bool]:
    """The content of an element as Markdown on one line; whether that says all of it.

    A break is a line feed.
    """
    return _whole(node, _line, markup.line)


def blocks(node: Node) -> tuple[str, bool]:
    """Prose as Markdown, its paragraphs apart; whether that says all of it."""
    return _whole(node, _blocks, markup.paragraphs)


def _whole(node: Node, write: Callable[..., str], back: Callable[[str], str]) -> tuple[str, bool]:
    text = write(node, is_careful=False)
    if _is_plain(node) and markup.is_plain(text):
        return text, True
    meant = _shown(node)
    for is_careful in (False, True):
        text = write(node, is_careful=is_careful)
        if _shown(parsed(f"<x>{back(text)}</x>".encode())) == meant:
            return text, True
    return text, False


def _is_plain(node: Node) -> bool:
    """Whether nothing stands in it but words, paragraphs and parameters."""
    if any("{{" in child for child in node.children if isinstance(child, str)):
        return False
    return all(
        (child.name == "insert" and set(child.attributes) == {"type", "id-ref"})
        or (child.name == "p" and not child.attributes and _is_plain(child))
        for child in node.elements()
    )


def _shown(node: Node) -> str:
    """The content as one text that two ways of writing the same have in common."""
    return _EDGE.sub(r"\1", "".join(_pieces(node))).strip()


def _pieces(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            text = child if node.name == "pre" else re.sub(r"\s+", " ", child)
            yield text.replace("<", "&lt;")
        else:
            named = "".join(f' {k}="{v}"' for k, v in sorted(child.attributes.items()))
            yield f"<{child.name}{named}>"
            yield from _pieces(child)
            yield f"</{child.name}>"


def _line(node: Node, *, is_careful: bool) -> str:
    return re.sub(r" *\n *", "\n", _raw(node.children, is_careful)).strip()


def _raw(children: Iterable[str | Node], is_careful: bool) -> str:
    return "".join(
        _words(re.sub(r"\s+", " ", child), is_careful) if isinstance(child, str) else _mark(child, is_careful)
        for child in children
    )


def _words(text: str, is_careful: bool) -> str:
    if not is_careful:
        return text
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _mark(node: Node, is_careful: bool) -> str:
    named = node.attributes
    if node.name in _ALONE:
        return _ALONE[node.name](node)
    text = _raw(node.children, is_careful)
    if node.name == "a":
        return f"[{text}]({_address(named.get('href', ''))})"
    if node.name == "img":
        alt = _words(named.get("alt", ""), is_careful)
        return f"![{alt}]({_address(named.get('src', ''))})"
    around = _AROUND.get(node.name, "")
    core = text.strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{around}{core}{around}{after}"


def _parameter(node: Node) -> str:
    kind = node.attributes.get("type", "param")
    return f"{{{{ insert: {kind}, {node.attributes.get('id-ref', '')} }}}}"


def _code(node: Node) -> str:
    text = " ".join("".join(_texts(node)).split())
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * next(n for n in range(1, 99) if n not in runs)
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


_ALONE: dict[str, Callable[[Node], str]] = {
    "br": lambda _: "\n",
    "insert": _parameter,
    "code": _code,
}


def _address(url: str) -> str:
    return f"<{url}>" if re.search(r"[\s()]", url) else url


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)


def _blocks(node: Node, *, is_careful: bool) -> str:
    found: list[str] = []
    loose: list[str | Node] = []
    last = ""
    paragraph = partial(_paragraph, is_careful=is_careful)
    for child in node.children:
        if isinstance(child, Node) and child.name in BLOCKS:
            found.append(paragraph(loose))
            loose = []
            # a list right behind another of its kind needs a mark of its own
            is_other = child.name == last and child.name in {"ul", "ol"}
            found.append(_block(child, is_careful=is_careful, is_other=is_other))
            last = "" if is_other else child.name
        else:
            loose.append(child)
    found.append(paragraph(loose))
    return "\n\n".join(text for text in found if text)


def _paragraph(children: list[str | Node], *, is_careful: bool) -> str:
    text = re.sub(r" *\n *", "\n", _raw(children, is_careful)).strip()
    return _STARTS.sub(r"\\", text) if is_careful else text


def _block(  # noqa: PLR0911 - one for each kind of block
    node: Node, *, is_careful: bool, is_other: bool
) -> str:
    if node.name in {"ul", "ol"}:
        mark = ("-", "+") if node.name == "ul" else (".", ")")
        return _entries(node, mark[is_other], is_careful=is_careful)
    if node.name == "table":
        return "\n".join(_table(node, is_careful=is_careful))
    if node.name == "pre":
        return _fenced("".join(_texts(node)))
    if node.name == "blockquote":
        text = _blocks(node, is_careful=is_careful)
        return "\n".join(f"> {part}".rstrip() for part in text.split("\n"))
    if node.name == "p":
        return _paragraph(node.children, is_careful=is_careful)
    if node.name == "hr":
        return "---"
    text = _line(node, is_careful=is_careful).replace("\n", " ")
    return f"{'#' * int(node.name[1])} {text}".rstrip()


def _fenced(text: str) -> str:
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}\n{text}\n{fence}"


def _entries(node: Node, mark: str, *, is_careful: bool) -> str:
    found: list[str] = []
    is_loose = False
    for at, entry in enumerate(node.elements(), 1):
        begins = f"{at}{mark} " if node.name == "ol" else f"{mark} "
        inner = [c for c in entry.elements() if c.name in BLOCKS]
        is_loose = is_loose or any(part.name == "p" for part in inner)
        text = _blocks(entry, is_careful=is_careful)
        if not is_loose:
            text = re.sub(r"\n\n(?=([-+]|\d+[.)]) )", "\n", text)
        lines = text.split("\n")
        rest = [" " * len(begins) + part if part else "" for part in lines[1:]]
        found.append("\n".join([f"{begins}{lines[0]}".rstrip(), *rest]))
    return ("\n\n" if is_loose else "\n").join(found)


def _table(node: Node, *, is_careful: bool) -> Iterator[str]:
    rows = list(_rows(node))
    width = max((len(row) for row in rows), default=1) or 1
    if not rows or any(cell.name != "th" for cell in rows[0]):
        rows.insert(0, [])
    for at, row in enumerate(rows):
        cells = [_cell(cell, is_careful=is_careful) for cell in row]
        cells += [""] * (width - len(cells))
        yield f"| {' | '.join(cells)} |"
        if not at:
            yield f"|{' --- |' * width}"


def _cell(node: Node, *, is_careful: bool) -> str:
    text = _line(node, is_careful=is_careful).replace("\n", " ")
    return text.replace("|", "\\|")


def _rows(node: Node) -> Iterator[list[Node]]:
    for row in node.elements():
        if row.name == "tr":
            yield list(row.elements())
        else:
            yield from _rows(row)
