"""Pages of translations: one part of a draft, or all with their progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compliance.content.checklists import content
from compliance.content.checklists.models import Edition, Fact, Question, Section
from compliance.content.checklists.translations import (
    Part,
    Progress,
    TranslatedText,
    all_said,
    languages,
    of_edition,
    of_fact,
    of_question,
    of_section,
    parts,
    progress,
    words_of,
)

Row = Edition | Fact | Section | Question
SHOWS = ("missing", "stale", "all")


def find_part(edition: Edition, kind: str, key: str) -> tuple[Any, Part]:
    """A part of an edition with its row: at most three queries.

    Raises ``DoesNotExist`` of its model, ``Question.DoesNotExist`` for an unknown kind.
    """
    row: Any
    if kind == "edition":
        row, values = edition, content.edition_document(edition)
        checklist = edition.checklist
        texts = of_edition(values, checklist.title, checklist.summary)
        name = checklist.title
    elif kind == "fact":
        row = edition.facts.get(key=key)
        values = content.fact_document(row)
        texts, name = of_fact(values), row.label
    elif kind == "section":
        row = edition.sections.get(key=key)
        values = content.section_document(row)
        texts, name = of_section(values), row.title
    elif kind == "question":
        row = content.with_links(edition.questions).get(key=key)
        values = content.question_document(row)
        texts, name = of_question(values), row.title
    else:
        raise Question.DoesNotExist
    return row, Part(kind, key, name, texts, values.get("translations") or {})


@dataclass(frozen=True, slots=True)
class Line:
    """A part in the list of one language, with its numbers."""

    part: Part
    missing: int
    stale: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All parts of a draft, and how far each language has come."""

    parts: Sequence[Part]
    progress: Sequence[Progress]

    def lines(self, language: str, show: str) -> list[Line]:
        """The parts that have a text missing or stale in a language, or all of them."""
        rows = [
            Line(part, len(part.missing(language)), len(part.stale(language)))
            for part in self.parts
            if part.total
        ]
        if show == "all":
            return rows
        return [row for row in rows if getattr(row, show)]

    def after(self, kind: str, key: str, language: str) -> Part | None:
        """The next part that has something to do, from a part on and round to it."""
        at = next((i for i, p in enumerate(self.parts) if (p.kind, p.key) == (kind, key)), -1)
        order = [*self.parts[at + 1 :], *self.parts[: max(at, 0)]]
        found = (p for p in order if p.missing(language) or p.stale(language))
        return next(found, None)


def overview(edition: Edition) -> Overview:
    """Every part of a draft: six queries."""
    document = content.document(edition)
    checklist = edition.checklist
    found = parts(document, checklist.title, checklist.summary)
    return Overview(found, progress(found, languages(document)))


def other_languages(question: Question) -> list[tuple[str, dict[str, TranslatedText]]]:
    """Each language that a question is translated into, with what it says there; no query."""
    texts, found = words_of(vars(question)), question.translations or {}
    read = [(code, all_said(texts, found, wanted=code, original="")) for code in sorted(found)]
    own = [(c, {n: s for n, s in said.items() if s.language == c}) for c, said in read]
    return [(code, said) for code, said in own if said]
