"""One control as a question, and a question as a control. Pure.

``derived`` says which question a control stands for by its standard parts. A statement
without words of its own has them in its items: the outermost are the text then, in the
words of the catalog, and those within them stay what a good answer shows. Further
parts of a question are written as one property of ours, so nothing is lost.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from compliance.content.foreign_formats.oscal import markup
from compliance.content.foreign_formats.oscal.names import FORMER, NAMESPACE
from compliance.content.formats.short_names import (
    entries_in,
    in_full,
    line,
    prose,
    question_key,
    title,
)

DATA = "data"
OURS = FORMER | {NAMESPACE}
PARTS = ("head", "edition", "fields", "extra")
"""Parts of our data that are mappings."""
_INSERT = re.compile(r"\{\{\s*insert:\s*param,\s*([\w.\-]+)\s*\}\}")
_WITHIN = re.compile(r"\[([^\[\]]*)\]\(#[^()\s]*\)")
"""A link to a place of the catalog, which Attest does not have."""
_RULE = re.compile(r"[-|: ]+")
"""The line between the head of a table and its rows."""
EMPTY: dict[str, Any] = {
    "kind": "verdict", "weight": 3, "binds": [], "rule": None, "applies_from": [],
    "number": None, "when_partly": "", "common_mistake": "", "remedy": "", "related": [],
    "choices": [], "cites": [],
}  # fmt: skip
Params = dict[str, dict[str, Any]]


def params_of(holder: dict[str, Any]) -> Params:
    """The parameters of a catalog, group or control by their ids."""
    return {str(it["id"]): it for it in _list(holder.get("params")) if isinstance(it, dict) and "id" in it}


def derived(control: dict[str, Any], params: Params) -> dict[str, Any]:
    """The question that the standard parts of a control stand for."""
    params = params | params_of(control)
    parts = _dicts(control.get("parts"))
    statements = [p for p in parts if p.get("name") == "statement"]
    whole = plain(control.get("title"))
    name = title(whole) or str(control.get("id", ""))[:60]
    entries = [entries_in(_filled(p.get("prose"), params)) for p in statements]
    said = " ".join(plain(text) for text, _ in entries).strip()
    listed = [text for _, several in entries for text in several]
    items = list(_items(statements, params))
    if not said and not listed:
        outer, within = _outermost(statements, params)
        if outer:
            said, items = " ".join(outer), within
    return EMPTY | {
        "key": question_key(str(control.get("id", ""))),
        "source": line(control.get("id")),
        "title": name,
        "text": in_full(whole, whole, said) or name,
        "good": [
            *(text for text in listed if not _RULE.fullmatch(text)),
            *items,
        ],
        "background": "\n\n".join(
            text
            for part in parts
            if part.get("name") in ("overview", "guidance")
            for text in _whole(part, params)
        ),
        "how_to_check": "\n".join(
            text
            for part in parts
            if part.get("name") in ("assessment-objective", "objective")
            for text in _whole(part, params)
        ),
        "evidence_hints": [
            text
            for part in parts
            if part.get("name") in ("assessment-method", "assessment")
            for inner in _dicts(part.get("parts"))
            if inner.get("name") in ("assessment-objects", "objects")
            for text in _lines(inner.get("prose"))
        ],
    }


def plain(value: Any) -> str:
    """Text on one line, without the marks of Markdown."""
    return markup.words(line(value))


def built(question: dict[str, Any], control_id: str) -> dict[str, Any]:
    """A control for a question of our own."""
    parts: list[dict[str, Any]] = [
        {
            "id": f"{control_id}_smt",
            "name": "statement",
            "prose": question["text"],
            "parts": [
                {"id": f"{control_id}_smt.{at}", "name": "item", "prose": text}
                for at, text in enumerate(question["good"], 1)
            ],
        }
    ]
    if not question["good"]:
        del parts[0]["parts"]
    if question["how_to_check"]:
        name = "assessment-objective"
        parts.append({"name": name, "prose": question["how_to_check"]})
    if question["background"]:
        parts.append({"name": "guidance", "prose": question["background"]})
    if question["evidence_hints"]:
        objects = {
            "name": "assessment-objects",
            "prose": "\n\n".join(question["evidence_hints"]),
        }
        method = {"name": "method", "value": "EXAMINE"}
        parts.append({"name": "assessment-method", "props": [method], "parts": [objects]})
    return {"id": control_id, "title": question["title"], "parts": parts}


def data_of(holder: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The data of our own property, the last one, and the holder without it.

    One that does not have our shape is a property like others.
    """
    props = _list(holder.get("props"))
    for at in reversed(range(len(props))):
        if (said := _said_by(props[at])) is not None:
            bare = {k: v for k, v in holder.items() if k != "props"}
            rest = [*props[:at], *props[at + 1 :]]
            return said, bare | ({"props": rest} if rest else {})
    return None, holder


def _said_by(prop: Any) -> dict[str, Any] | None:
    if not isinstance(prop, dict) or line(prop.get("ns")) not in OURS:
        return None
    try:
        said = json.loads(str(prop.get("value")))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    parts = (said.get(name) or {} for name in PARTS)
    return said if all(isinstance(part, dict) for part in parts) else None


def with_data(holder: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """The holder with our own property."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Two signs that JSON takes as they are end a line in a pattern of OSCAL.
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    ours = {"name": DATA, "ns": NAMESPACE, "value": text}
    return holder | {"props": [*_list(holder.get("props")), ours]}


def _filled(value: Any, params: Params) -> str:
    """Prose with the label of each parameter, and without links within its catalog."""
    text = value if isinstance(value, str) else ""
    filled = _INSERT.sub(lambda found: _label(found[1], params), text)
    return _WITHIN.sub(r"\1", filled)


def _label(name: str, params: Params, depth: int = 0) -> str:
    """The values that were set, a choice too; else its options, or what it is called."""
    found = params.get(name, {})

    def filled(texts: Any) -> list[str]:
        if depth >= 3:
            return []
        return [_INSERT.sub(lambda m: _label(m[1], params, depth + 1), str(text)) for text in _list(texts)]

    if values := filled(found.get("values")):
        return f"[{', '.join(values)}]"
    if isinstance(choice := found.get("select"), dict):
        return f"[{'; '.join(filled(choice.get('choice'))) or name}]"
    return f"[{line(found.get('label')) or name}]"


def _items(parts: list[dict[str, Any]], params: Params, above: str | None = None) -> Iterator[str]:
    """Each part below, in order, with its label; after those around it from ``above`` on."""
    for part in parts:
        for inner in _dicts(part.get("parts")):
            mark = " ".join(filter(None, [above, _mark(inner)]))
            text = line(_filled(inner.get("prose"), params))
            below = list(_items([inner], params, None if above is None else mark))
            if text or (mark and (above is None or not below)):
                yield f"{mark} {text}".strip()
            yield from below


def _outermost(parts: list[dict[str, Any]], params: Params, above: str = "") -> tuple[list[str], list[str]]:
    """The words of the items that lie in none with words, and the items within those.

    "…" stands where an item goes on within.
    """
    outer: list[str] = []
    within: list[str] = []
    for inner in (one for part in parts for one in _dicts(part.get("parts"))):
        mark = " ".join(filter(None, [above, _mark(inner)]))
        if text := plain(_filled(inner.get("prose"), params)):
            below = list(_items([inner], params, mark))
            outer.append(f"{mark} {text}{' …' if below else ''}".strip())
        else:
            more, below = _outermost([inner], params, mark)
            outer += more
        within += below
    return outer, within


def _mark(part: dict[str, Any]) -> str:
    for prop in _list(part.get("props")):
        if isinstance(prop, dict) and prop.get("name") == "label":
            return line(prop.get("value"))
    return ""


def _whole(part: dict[str, Any], params: Params) -> Iterator[str]:
    if text := prose(_filled(part.get("prose"), params)):
        yield text
    yield from _items([part], params)


def _lines(value: Any) -> list[str]:
    text = value if isinstance(value, str) else ""
    return [said for part in text.splitlines() if (said := line(part))]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
