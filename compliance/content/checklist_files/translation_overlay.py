"""A file in another language laid over the draft that asks the same. Pure."""

from collections.abc import Iterator
from typing import Any

from compliance.content.checklists.translations import (
    ORIGINAL,
    Texts,
    is_there,
    mark,
    of_edition,
    of_question,
    of_section,
)
from compliance.content.formats.findings import Note, Sheet

Document = dict[str, Any]


def laid_over(standing: Sheet, coming: Sheet) -> tuple[Document, list[Note]]:
    """The standing document with the texts of the other as translations, and what is lost.

    Questions meet by their keys, sections by theirs. Anything but texts stays as it is;
    a question that only the other has is lost.
    """
    document, other = standing.document, coming.document
    code = other["edition"].get("language", ORIGINAL)
    said = dict(_parts(other))
    sections = [
        _with(section, of_section(section), said.get(("section", section["key"])), code)
        | {
            "questions": [
                _with(asked, of_question(asked), said.get(("", asked["key"])), code)
                for asked in section["questions"]
            ]
        }
        for section in document["sections"]
    ]
    texts = of_edition(document["edition"], standing.title, standing.summary)
    head: Texts = {"title": coming.title, "summary": coming.summary}
    edition = _with(document["edition"], texts, head, code)
    edition["translations"] = {code: {}} | edition.get("translations", {})
    asked = {key for kind, key in dict(_parts(document)) if not kind}
    lost = [
        Note(f"question {key}", "is not asked by the draft in the other language")
        for kind, key in said
        if not kind and key not in asked
    ]
    return document | {"edition": edition, "sections": sections}, lost


def _parts(document: Document) -> Iterator[tuple[tuple[str, str], Texts]]:
    for section in document["sections"]:
        yield ("section", section["key"]), of_section(section)
        for question in section["questions"]:
            yield ("", question["key"]), of_question(question)


def _with(part: Document, texts: Texts, said: Texts | None, code: str) -> Document:
    """A part with what is said of it in a language, where it says something else."""
    new = {
        name: {"text": text, "of": mark(texts[name])}
        for name, text in (said or {}).items()
        if text and is_there(texts, name) and text != texts[name]
    }
    if not new:
        return part
    known = part.get("translations", {})
    return part | {"translations": known | {code: known.get(code, {}) | new}}
