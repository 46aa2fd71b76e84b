"""Rows of a draft from a document, and the outcome of importing a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max

from compliance.content.checklists import content
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import (
    Checklist,
    Choice,
    Citation,
    Edition,
    Fact,
    Question,
    Section,
    Theme,
)
from compliance.content.checklists.translations import ORIGINAL
from compliance.content.legal_index.models import Provision
from compliance.proof.audit.rows import inserted


@dataclass(frozen=True, slots=True)
class Fate:
    """The fate of a document: the rows that are here, and why it is refused.

    ``older`` is the edition that it is compared with: the draft that it would replace,
    or else the newest one. ``lacks_theme`` says that a theme is to be chosen.
    """

    checklist: Checklist | None
    edition: Edition | None
    older: Edition | None
    is_same: bool
    refusal: str
    lacks_theme: bool


def fate(document: dict[str, Any], *, theme: str, organisation: Any, replace: bool) -> Fate:
    """Look up what a document would meet; changes nothing."""
    key, number = document["checklist"], document["edition"]["number"]
    checklist = Checklist.objects.filter(key=key, organisation=organisation).first()
    editions = list(checklist.editions.order_by("pk")) if checklist else []
    edition = next((row for row in editions if row.number == number), None)
    is_same = edition is not None and (
        content.content_hash(content.document(edition)) == content.content_hash(document)
    )
    refusal = theme_fault = _theme_fault(checklist, theme)
    if edition and not is_same and edition.status == EditionStatus.REVIEW:
        refusal = (
            f"{key}: edition {number} is in review with other content; send it back, or raise the number"
        )
    elif edition and not is_same and edition.status != EditionStatus.DRAFT:
        refusal = f"{key}: edition {number} is final and has other content; raise the number"
    elif edition and not is_same and not replace:
        refusal = (
            f"{key}: edition {number} is a draft here with other content; replace it, or raise the number"
        )
    return Fate(
        checklist,
        edition,
        older(editions, document),
        is_same,
        refusal,
        bool(theme_fault),
    )


def older(editions: Sequence[Edition], document: dict[str, Any]) -> Edition | None:
    """The edition that a document is compared with; ``editions`` are its checklist's."""
    number = document["edition"]["number"]
    same = (row for row in editions if row.number == number)
    return next(same, editions[-1] if editions else None)


def _theme_fault(checklist: Checklist | None, theme: str) -> str:
    if not theme:
        return "" if checklist else f"The file names no theme; {_themes()}"
    if not Theme.objects.filter(key=theme).exists():
        return f"{theme} is not a theme here; {_themes()}"
    return ""


def _themes() -> str:
    keys = Theme.objects.order_by("position").values_list("key", flat=True)
    return f"choose one of {', '.join(keys)}"


def fill(edition: Edition, document: dict[str, Any]) -> list[str]:
    """Make a draft hold a document; the citations that the legal index does not have.

    The statements do not grow with the questions. Parts that take the place of others
    have a version that those never had, so that an editor who is at them sees it.
    """
    if not edition._state.adding:
        edition.version = _next_version(edition)
        empty(edition)
    values = content.as_kept(document["edition"])
    for name in content.EDITION:
        setattr(edition, name, values[name])
    edition.law_as_of = date.fromisoformat(values["law_as_of"])
    edition.extra = values.get("extra")
    edition.language = values.get("language", ORIGINAL)
    edition.translations = values.get("translations")
    for name in content.EDITION_ALSO:
        setattr(edition, name, values.get(name))
    edition.save()
    inserted(
        Fact.objects.bulk_create(
            Fact(
                edition=edition,
                position=at,
                version=edition.version,
                **content.as_kept(fact),
            )
            for at, fact in enumerate(document["facts"], 1)
        )
    )
    sections = inserted(
        Section.objects.bulk_create(
            Section(
                edition=edition,
                position=at,
                version=edition.version,
                translations=content.as_kept(section.get("translations")),
                level=section.get("level", ""),
                **{n: section[n] for n in content.SECTION},
            )
            for at, section in enumerate(document["sections"], 1)
        )
    )
    pairs = [
        (question, row)
        for section, row in zip(document["sections"], sections, strict=True)
        for question in section["questions"]
    ]
    questions = inserted(
        Question.objects.bulk_create(
            Question(
                edition=edition,
                section=row,
                position=at,
                version=edition.version,
                source=question.get("source", ""),
                extra=content.as_kept(question.get("extra")),
                translations=content.as_kept(question.get("translations")),
                applies_until=content.as_kept(question.get("applies_until")),
                yardstick=question.get("yardstick", False),
                **{name: content.as_kept(question[name]) for name in content.QUESTION},
            )
            for at, (question, row) in enumerate(pairs, 1)
        )
    )
    rows = [(question, row) for (question, _), row in zip(pairs, questions, strict=True)]
    inserted(
        Choice.objects.bulk_create(
            Choice(question=row, position=at, **choice)
            for question, row in rows
            for at, choice in enumerate(question["choices"], 1)
        )
    )
    return _cite(rows)


def _next_version(edition: Edition) -> int:
    """A version that no part of a draft has had: parts that are filled anew take it."""
    parts = (edition.questions, edition.sections, edition.facts)
    highest = [rows.aggregate(at=Max("version"))["at"] or 0 for rows in parts]
    return max(edition.version, *highest) + 1


def empty(edition: Edition) -> None:
    """Take the parts of a draft away, in as many statements as there are tables."""
    Choice.objects.filter(question__edition=edition).delete()
    Citation.objects.filter(question__edition=edition).delete()
    for rows in (edition.questions.all(), edition.sections.all(), edition.facts.all()):
        rows._raw_delete(rows.db)  # no answer can hang on a draft


def _cite(rows: list[tuple[dict[str, Any], Question]]) -> list[str]:
    wanted = {cite for question, _ in rows for cite in question["cites"]}
    provisions = dict(Provision.objects.values_list("cite", "pk")) if wanted else {}
    if missing := sorted(wanted - provisions.keys()):
        return missing
    inserted(
        Citation.objects.bulk_create(
            Citation(question=row, provision_id=provisions[cite], position=at)
            for question, row in rows
            for at, cite in enumerate(question["cites"], 1)
        )
    )
    return []
