"""Changes of a merge in a draft, part by part, and the draft without them. Pure."""

from collections.abc import Iterator
from typing import Any

from compliance.content.applicability import implied, rules
from compliance.content.checklists.translations import name_languages
from compliance.content.publishing.checking import facts_of, questions

Document = dict[str, Any]
Parts = dict[str, dict[str, Any]]
"""By kind: fields of the edition, facts, sections and questions by key, and orders."""
_OUTLINE, _FACTS = "of the questions", "of the facts"


def difference(before: Document, after: Document) -> tuple[Parts, Parts]:
    """Differences between two documents, before and after.

    A part that one of them does not have is not in its side.
    """
    old, new = _parts(before), _parts(after)
    sides: tuple[Parts, Parts] = ({}, {})
    for kind in old:
        keys = [
            key
            for key in dict.fromkeys([*old[kind], *new[kind]])
            if _of(old, kind, key) != _of(new, kind, key)
        ]
        for side, parts in zip(sides, (old, new), strict=True):
            if keys:
                side[kind] = {k: parts[kind][k] for k in keys if k in parts[kind]}
    return sides


def undone(now: Document, before: Parts, after: Parts) -> tuple[Document, list[str]]:
    """A document with one difference taken back; what stands otherwise by now, named.

    Parts outside the difference stay as they are.
    """
    parts, moved = _parts(now), []
    for kind in before:
        for key in dict.fromkeys([*before[kind], *after[kind]]):
            if _of(parts, kind, key) != _of(after, kind, key):
                moved.append(_name(kind, key, before, after))
            elif key in before[kind]:
                parts[kind][key] = before[kind][key]
            else:
                del parts[kind][key]
    if moved:
        return now, list(dict.fromkeys(moved))
    document = _document(now, parts)
    name_languages(document)
    return document, []


def lost(now: Document, document: Document) -> list[tuple[str, str]]:
    """Parts that rest on what a document has not any more: they, and its names.

    A part is the key of a question, or the quoted name of another one.
    """
    facts = {fact["key"]: fact["label"] for fact in now["facts"]}
    gone = facts.keys() - {fact["key"] for fact in document["facts"]}
    roles = now["edition"]["roles"]
    less = roles.keys() - document["edition"]["roles"].keys()
    found = [(name, facts[key]) for name, named in _resting(document) for key in sorted(gone & named)]
    for asked in questions(document):
        found += [(asked["key"], roles[key]) for key in asked["binds"] if key in less]
    return found


def _resting(document: Document) -> Iterator[tuple[str, set[str]]]:
    """Parts of a document with the facts that they rest on."""
    edition = document["edition"]
    for asked in questions(document):
        yield asked["key"], facts_of(asked, edition["role_fact"])
    for gate in edition.get("gates") or ():
        whens = [row.get("when") for row in gate["rows"]]
        yield f"“{gate['title']}”", {key for when in whens for key in rules.uses(when)}
    if essentials := edition.get("essentials"):
        yield "“Essentials”", {*rules.uses(essentials["when"])}
    for fact in document["facts"]:
        for entry in fact.get("implies") or ():
            yield f"“{fact['label']}”", implied.facts_of(entry)
    for one in edition.get("organisations") or ():
        yield f"“{one['name']}”", {*one["facts"]}


def _parts(document: Document) -> Parts:
    sections = document["sections"]
    return {
        "edition": dict(document["edition"]),
        "facts": {fact["key"]: fact for fact in document["facts"]},
        "sections": {s["key"]: _without_questions(s) for s in sections},
        "questions": {q["key"]: q for s in sections for q in s["questions"]},
        "order": {
            _OUTLINE: [[s["key"], [q["key"] for q in s["questions"]]] for s in sections],
            _FACTS: [fact["key"] for fact in document["facts"]],
        },
    }


def _without_questions(section: Document) -> Document:
    return {name: value for name, value in section.items() if name != "questions"}


def _of(parts: Parts, kind: str, key: str) -> tuple[Any, ...]:
    """The part, or nothing: None is a value."""
    return (parts[kind][key],) if key in parts.get(kind, ()) else ()


def _name(kind: str, key: str, before: Parts, after: Parts) -> str:
    """The name of a part that has changed since."""
    if kind == "questions":
        return key
    if kind == "order":
        return f"the order {key}"
    if kind == "edition":
        return "the edition"
    row = after[kind].get(key) or before[kind][key]
    return f"“{row['label' if kind == 'facts' else 'title']}”"


def _document(now: Document, parts: Parts) -> Document:
    return now | {
        "edition": parts["edition"],
        "facts": [parts["facts"][key] for key in parts["order"][_FACTS]],
        "sections": [
            parts["sections"][section] | {"questions": [parts["questions"][key] for key in keys]}
            for section, keys in parts["order"][_OUTLINE]
        ],
    }
