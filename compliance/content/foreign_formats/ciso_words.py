"""Parts of a library file of CISO Assistant as the words of a question. Pure."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import Any

from compliance.content.checklists.limits import MOST_TEXT
from compliance.content.foreign_formats.ciso_languages import Translated, languages_of
from compliance.content.formats.short_names import (
    entries_in,
    in_full,
    line,
    prose,
    question_key,
    title,
)

KINDS = {
    "unique_choice": "choice",
    "single_choice": "choice",
    "multiple_choice": "choices",
    "text": "text",
    "date": "date",
    "number": "number",
}
NUMBER = {"unit": "number", "at_least": 0}
"""A library says neither unit nor bounds of a number; an edition needs both."""
CALLED = {
    "law_as_of": "publication_date",
    "number": "version",
    "release_notes": "copyright",
    "language": "locale",
    "checklist": "urn",
    "summary": "description",
    "intro": "description",
    "background": "annotation",
    "evidence_hints": "typical_evidence",
    "label": "value",
    "help": "description",
    "verdict": "compute_result",
}
LIBRARY = {"law_as_of", "number", "release_notes", "language"}
"""Fields of an edition that the library itself gives."""
_NODE = re.compile(r"urn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)", re.IGNORECASE)
RESULTS = {"true": "met", "false": "not_met", "partial": "partly", "na": "na"}

NODE = {
    "urn",
    "ref_id",
    "name",
    "description",
    "depth",
    "parent_urn",
    "assessable",
    "questions",
}
REQUIREMENT = NODE | {"annotation", "typical_evidence", "weight"}
QUESTION = {"type", "text", "choices", "weight"}
READ = {
    "framework", "frameworks", "requirement_mapping_set", "requirement_mapping_sets",
}  # fmt: skip
IDLE = {
    "depends_on": "a question that depends on another answer is always asked",
    "implementation_groups": "a requirement of some groups is asked of everybody",
    "select_implementation_groups": "an answer that chooses groups chooses none",
    "add_score": "the score of an answer is not added up",
}
"""Rules there on what is asked and counted, and what becomes of them here."""
CHOICE = {"value", "description", "compute_result"}


def translations_of(said: Translated) -> dict[str, Any]:
    return {"translations": said} if said else {}


def requirement_of(node: dict[str, Any]) -> dict[str, Any]:
    """A node as a question."""
    name = name_of(node)
    said, entries = entries_in(node.get("description"))
    return {
        "title": title(name),
        "text": in_full(name, line(node.get("name")), said) or name,
        "good": entries,
        "background": prose(node.get("annotation")),
        "evidence_hints": _lines(node.get("typical_evidence")),
    }


def asked_of(question: dict[str, Any]) -> dict[str, Any]:
    text = line(question.get("text"))
    return {"title": title(text), "text": text}


def offered_of(choice: dict[str, Any]) -> dict[str, Any]:
    label = title(line(choice.get("value")), 200)
    return {"label": label, "help": prose(choice.get("description"))}


def about_of(framework: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": title(framework.get("name"), 120),
        "summary": prose(framework.get("description")),
    }


def key_of(node: dict[str, Any]) -> str:
    """A name for a node: its number, or what its URN says behind the framework."""
    urn = line(node.get("urn"))
    found = _NODE.fullmatch(urn)
    return question_key(line(node.get("ref_id")) or (found[1] if found else urn))


def name_of(node: dict[str, Any]) -> str:
    """Number and name of a node, or the beginning of what it says."""
    parts = [line(node.get("ref_id")), line(node.get("name"))]
    named = " ".join(part for part in parts if part)
    return named or title(node.get("description")) or line(node.get("urn"))


def weight_of(*holders: dict[str, Any]) -> dict[str, int]:
    """The first weight that is one of ours, 1 to 5, or nothing."""
    for holder in holders:
        found = holder.get("weight")
        if type(found) is int and 1 <= found <= 5:
            return {"weight": found}
    return {}


def intro_of(nodes: Sequence[dict[str, Any]], original: str) -> tuple[str, Translated]:
    """Texts of the chapters of a section, outermost first, in each language.

    It is "" where no text is as long as all of it.
    """
    said = [prose(node.get("description")) for node in nodes]
    whole = _joined(said)
    texts_by_language = [dict(languages_of(node, original)) for node in nodes]
    found: Translated = {}
    for code in dict.fromkeys(chain.from_iterable(texts_by_language)):
        texts = [
            prose(words.get(code, {}).get("description")) or text
            for words, text in zip(texts_by_language, said, strict=True)
        ]
        if (text := _joined(texts)) and text != whole:
            found[code] = {"intro": text}
    return whole, found


def _joined(texts: Sequence[str]) -> str:
    text = "\n\n".join(filter(None, texts))
    return text if len(text) <= MOST_TEXT else ""


def _lines(value: Any) -> list[str]:
    return [said for part in prose(value).splitlines() if (said := part.lstrip("-* "))]
