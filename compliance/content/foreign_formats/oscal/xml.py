"""OSCAL as XML: into the mapping of the JSON form, and back. Pure.

Markup becomes the Markdown that OSCAL has for it on the way in, and markup again on the
way out; a note lists what Markdown cannot say.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from compliance.content.foreign_formats.oscal import marked, markup, tree
from compliance.content.foreign_formats.oscal.tree import Node
from compliance.content.formats.findings import Notes, UnreadableError

NAMESPACE = "http://csrc.nist.gov/ns/oscal/1.0"
LISTS = {
    "param": "params", "prop": "props", "link": "links", "part": "parts",
    "group": "groups", "control": "controls", "role": "roles", "party": "parties",
    "location": "locations", "responsible-party": "responsible-parties",
    "action": "actions", "resource": "resources", "rlink": "rlinks",
    "document-id": "document-ids", "value": "values", "constraint": "constraints",
    "test": "tests", "guideline": "guidelines", "hash": "hashes",
    "email-address": "email-addresses", "telephone-number": "telephone-numbers",
    "address": "addresses", "party-uuid": "party-uuids", "role-id": "role-ids",
    "member-of-organization": "member-of-organizations", "addr-line": "addr-lines",
    "location-uuid": "location-uuids", "external-id": "external-ids", "url": "urls",
    "choice": "choice",
}  # fmt: skip
"""Element to the name of the list that it stands in."""
SINGLE = {name: element for element, name in LISTS.items()}
ATTRIBUTES = {
    "catalog": ("uuid",),
    "group": ("id", "class"),
    "control": ("id", "class"),
    "part": ("id", "name", "ns", "class"),
    "param": ("id", "class", "depends-on"),
    "prop": ("name", "uuid", "ns", "value", "class", "group"),
    "link": ("href", "rel", "media-type", "resource-fragment"),
    "role": ("id",),
    "party": ("uuid", "type"),
    "location": ("uuid",),
    "responsible-party": ("role-id",),
    "action": ("uuid", "date", "type", "system"),
    "resource": ("uuid",),
    "rlink": ("href", "media-type"),
    "hash": ("algorithm",),
    "base64": ("filename", "media-type"),
    "select": ("how-many",),
    "document-id": ("scheme",),
    "telephone-number": ("type",),
    "address": ("type",),
    "external-id": ("scheme",),
}
TEXTS = {
    "hash": "value",
    "document-id": "identifier",
    "telephone-number": "number",
    "base64": "value",
    "external-id": "id",
}
"""Element whose text is one field beside its attributes."""
LINES = {"title", "label", "choice", "text"}
PROSE = {"remarks", "description", "usage"}
HOLDERS = {"part", "guideline"}
"""Elements that hold prose and other elements side by side."""
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def read(content: bytes, notes: Notes | None = None) -> dict[str, Any]:
    """The mapping of a file; ``notes`` gets what it cannot hold of the markup.

    Raises ``UnreadableError`` with the line.
    """
    root = tree.parsed(content)
    if root.space not in {"", NAMESPACE}:
        words = f"is of {root.space[:80]}, not of OSCAL 1.0"
        raise UnreadableError(f"line {root.line}", words)
    return {root.name: _Reading(notes or Notes()).value(root)}


class _Reading:
    """One file while it is read."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def text(self, node: Node, read: Callable[[Node], tuple[str, bool]]) -> str:
        text, is_whole = read(node)
        if not is_whole:
            words = "markup that Markdown has no words for; its text stays"
            self.notes.lose(f"line {node.line}, {node.name}", words)
        return text

    def value(self, node: Node) -> Any:
        if node.name in LINES:
            return self.text(node, marked.line)
        if node.name in PROSE:
            return self.text(node, marked.blocks)
        if node.name in TEXTS:
            return node.attributes | {TEXTS[node.name]: _said(node)}
        children = list(node.elements())
        if node.name == "revisions":
            return [self.value(child) for child in children]
        if not node.attributes and not children:
            return _said(node)
        return self.object(node, children)

    def object(self, node: Node, children: list[Node]) -> dict[str, Any]:
        found: dict[str, Any] = dict(node.attributes)
        if node.name in HOLDERS:
            said = [child for child in node.children if isinstance(child, str) or child.name in marked.MARKUP]
            children = [child for child in children if child.name not in marked.MARKUP]
            prose = Node(node.space, node.name, {}, node.line, said)
            if text := self.text(prose, marked.blocks):
                found["prose"] = text
        for child in children:
            name = LISTS.get(child.name)
            if name and not (node.name == "location" and child.name == "address"):
                found.setdefault(name, []).append(self.value(child))
            else:
                found[child.name] = self.value(child)
        return found


def _said(node: Node) -> str:
    """The text of an element that takes no markup."""
    return " ".join("".join(c for c in node.children if isinstance(c, str)).split())


def again(value: Any, name: str = "") -> Any:
    """A value of a catalog as it is read again from the file that holds it."""
    if isinstance(value, dict):
        return {key: again(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [again(part, SINGLE.get(name, name)) for part in value]
    if not isinstance(value, str) or markup.is_plain(value):
        return value
    if name in PROSE or name == "prose":
        return marked.blocks(tree.parsed(f"<x>{markup.paragraphs(value)}</x>".encode()))[0]
    if name in LINES:
        return marked.line(tree.parsed(f"<x>{markup.line(value)}</x>".encode()))[0]
    return value


def written(catalog: dict[str, Any]) -> bytes:
    """The file of a catalog."""
    text = "\n".join(_element("catalog", catalog, 0, f' xmlns="{NAMESPACE}"'))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _element(name: str, value: Any, depth: int, more: str = "") -> Iterator[str]:
    """The lines of an element; nothing for a name that no element can have."""
    pad = "  " * depth
    if not _NAME.fullmatch(name):
        return
    if not isinstance(value, dict):
        yield f"{pad}<{name}>{_content(name, _text(value))}</{name}>"
        return
    names = ATTRIBUTES.get(name, ())
    attributes = more + "".join(f" {key}={_quoted(_text(value[key]))}" for key in names if key in value)
    inside = list(_inside(name, value, names, depth + 1))
    if not inside:
        yield f"{pad}<{name}{attributes}/>"
    elif name in TEXTS:
        yield f"{pad}<{name}{attributes}>{inside[0]}</{name}>"
    else:
        yield f"{pad}<{name}{attributes}>"
        yield from inside
        yield f"{pad}</{name}>"


def _inside(name: str, value: dict[str, Any], attributes: tuple[str, ...], depth: int) -> Iterator[str]:
    for key, part in value.items():
        if key in attributes:
            continue
        if key == TEXTS.get(name):
            yield escape(_text(part), quote=False)
        elif key == "prose" and name in HOLDERS:
            yield "  " * depth + markup.paragraphs(_text(part))
        elif isinstance(part, list):
            yield from _listed(key, part, depth)
        else:
            yield from _element(key, part, depth)


def _listed(key: str, parts: list[Any], depth: int) -> Iterator[str]:
    """A list as its elements; only revisions stand in one of their own."""
    if key == "revisions":
        yield f"{'  ' * depth}<revisions>"
        for revision in parts:
            yield from _element("revision", revision, depth + 1)
        yield f"{'  ' * depth}</revisions>"
        return
    for entry in parts:
        yield from _element(SINGLE.get(key, key), entry, depth)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _quoted(text: str) -> str:
    whole = escape(text, quote=False).replace('"', "&quot;")
    for found, written in (("\n", "&#10;"), ("\t", "&#9;"), ("\r", "&#13;")):
        whole = whole.replace(found, written)
    return f'"{whole}"'


def _content(name: str, text: str) -> str:
    if name in PROSE:
        return markup.paragraphs(text)
    return markup.line(text) if name in LINES else escape(text, quote=False)
