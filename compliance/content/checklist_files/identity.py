"""Matching of a document's questions with existing ones.

The source's own name decides first, then the key. Equal words under another name are
offered to a person, never taken for the same by themselves. Answers hang on keys, so a
question that is known takes the key that it has here.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Q

from compliance.content.checklists.models import Checklist, Question
from compliance.content.formats.short_names import fresh
from compliance.identity.organisations.models import Organisation

Document = dict[str, Any]
Alike = tuple[str, str, str]
"""The key of a new question, that of one which is gone, and the words of both."""
MOST = 20
MOST_KEY = 60


def checklist_key(document: Document, organisation: Organisation | None) -> str:
    """The key of the checklist that a document continues, or one of its own.

    Questions that name their source continue a checklist which has one of these
    sources. The key alone is a word that any publisher may choose: a shipped
    checklist may have it, and a foreign one never takes its place.
    """
    key: str = document["checklist"]
    sources = {question.get("source", "") for question in _questions(document)} - {""}
    if not sources:
        return key
    beside = rf"^{re.escape(key)}-\d+$"
    namesakes = Checklist.objects.filter(organisation=organisation).filter(Q(key=key) | Q(key__regex=beside))
    taken = set(namesakes.values_list("key", flat=True))
    for checklist in namesakes.order_by("pk"):
        if sources & {source for _key, source in standing(checklist)}:
            return checklist.key
    return fresh(key, taken, MOST_KEY)


def standing(checklist: Checklist | None) -> list[tuple[str, str]]:
    """Key and source of every question of a checklist's editions, the newest first."""
    if checklist is None:
        return []
    rows = Question.objects.filter(edition__checklist=checklist).exclude(source="")
    return list(rows.order_by("-edition_id").values_list("key", "source"))


def rekeyed(document: Document, known: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The keys of a document that have to be others here, each with the one to take.

    ``known`` is what ``standing`` gives. Pure.
    """
    latest: dict[str, str] = {}
    for key, source in known:
        latest.setdefault(key, source)
    by_source: dict[str, str] = {}
    for key, source in latest.items():
        by_source.setdefault(source, key)
    asked = list(_questions(document))
    taken = {question["key"] for question in asked if not question.get("source")}
    found: dict[str, str] = {}
    for question in asked:
        target = by_source.get(question.get("source", ""))
        if target and target not in taken:
            found[question["key"]] = target
            taken.add(target)
    for question in asked:
        key = question["key"]
        if question.get("source") and key not in found:
            found[key] = key if key not in taken else _beside(key, question["source"])
            taken.add(found[key])
    return {key: target for key, target in found.items() if key != target}


def alike(older: Document, document: Document) -> list[Alike]:
    """Questions that are new here and say what one that is gone said. Pure."""
    before = {question["key"]: question for question in _questions(older)}
    after = {question["key"]: question for question in _questions(document)}
    gone: dict[tuple[str, str], str] = {}
    for key, question in before.items():
        if key not in after:
            gone.setdefault((question["text"], question["kind"]), key)
    found: list[Alike] = []
    for key, question in after.items():
        if key not in before and (old := gone.pop((question["text"], question["kind"]), None)):
            found.append((key, old, question["text"]))
    return found


def renamed(document: Document, keys: Mapping[str, str]) -> Document:
    """The document with other keys, also where questions name each other. Pure."""
    if not keys:
        return document
    sections = [
        section | {"questions": [_renamed(it, keys) for it in section["questions"]]}
        for section in document["sections"]
    ]
    return document | {"sections": sections}


def _renamed(question: dict[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    related: Sequence[str] = question["related"]
    return question | {
        "key": keys.get(question["key"], question["key"]),
        "related": [keys.get(key, key) for key in related],
    }


def _questions(document: Document) -> Iterator[dict[str, Any]]:
    for section in document["sections"]:
        yield from section["questions"]


def _beside(key: str, source: str) -> str:
    """A key for a source whose own is another question's here."""
    mark = hashlib.sha256(source.encode()).hexdigest()[:8]
    return f"{key[: MOST - 9].rstrip('-._')}-{mark}"
