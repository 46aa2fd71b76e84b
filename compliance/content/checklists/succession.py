"""Questions that take the place of earlier ones: what a move may say of an old answer. Pure.

An edition may have a list of mappings::

    {"question": key, "by": [keys], "stays"}

``question`` is one of an earlier edition, ``by`` are those that ask its parts now. It is
asked no more, or ``stays`` with less in it than before. No answer follows from that: each
new question is shown what was answered to the old one, and may keep it as a note.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from compliance.content.checklists.scales import Fault

Document = Mapping[str, Any]


def before(document: Document) -> dict[str, list[str]]:
    """The earlier questions of each question that takes the place of some."""
    found: dict[str, list[str]] = {}
    for entry in document["edition"].get("replaces") or ():
        for key in entry["by"]:
            found.setdefault(key, []).append(entry["question"])
    return found


def faults(document: Document) -> Iterator[Fault]:
    """Places and reasons for which a table cannot be read."""
    seen: set[str] = set()
    for at, entry in enumerate(document["edition"].get("replaces") or ()):
        path, key = ("edition", "replaces", at), entry["question"]
        if key in seen:
            yield (*path, "question"), f"{key} appears twice"
        seen.add(key)
        for to, new in enumerate(entry["by"]):
            if new == key or new in entry["by"][:to]:
                yield (*path, "by", to), f"{new} cannot take the place of {key} here"


def stale(document: Document) -> Iterator[Fault]:
    """Places and reasons for which a table does not fit its questions (any more)."""
    asked = {q["key"] for s in document["sections"] for q in s["questions"]}
    for at, entry in enumerate(document["edition"].get("replaces") or ()):
        path, key = ("edition", "replaces", at), entry["question"]
        if key in asked and not entry.get("stays"):
            yield (*path, "question"), f"{key} is still asked"
        elif key not in asked and entry.get("stays"):
            yield (*path, "question"), f"{key} does not stay: it is no longer asked"
        for to, new in enumerate(entry["by"]):
            if new not in asked:
                yield (*path, "by", to), f"{new} is not a question of the checklist"
