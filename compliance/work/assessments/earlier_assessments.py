"""An assessment and the earlier one: carried forward, or of the period before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce

from compliance.content.checklists.copies import originals
from compliance.content.checklists.models import Edition
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.answer_fields import ANSWERING
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.models.answer import AnswerQuerySet


@dataclass(frozen=True, slots=True)
class Earlier:
    """An assessment that could be carried forward, and the edition it would go to."""

    assessment: Assessment
    edition: Edition

    @property
    def is_across(self) -> bool:
        """Whether it goes to the own copy, or from there to the original."""
        return self.assessment.edition.checklist_id != self.edition.checklist_id


def can_carry(organisation: Organisation, editions: list[Edition]) -> list[Earlier]:
    """The organisation's assessments and where each can go, newest first; two queries.

    That is an edition of their checklist, of its original and of the own copy.
    """
    newest: dict[int, Edition] = {}
    for edition in editions:
        newest.setdefault(edition.checklist_id, edition)
    original = originals(organisation)
    lines: defaultdict[int, list[Edition]] = defaultdict(list)
    for checklist, edition in newest.items():
        lines[original.get(checklist, checklist)].append(edition)
    rows = organisation.assessments.for_page().order_by("-period_to", "-started_at")
    return [
        Earlier(row, edition)
        for row in rows
        for edition in lines[original.get(row.edition.checklist_id, row.edition.checklist_id)]
    ]


def about(one: Assessment) -> tuple[Any, ...]:
    """The same for all periods of one subject and checklist."""
    checklist = one.edition.checklist_id
    return one.organisation_id, checklist, one.subject.casefold()


def before(one: Assessment, rows: Iterable[Assessment]) -> Assessment | None:
    """The period before among some rows; None where there is none.

    It is the assessment that one was carried forward from, else the last of the same
    subject and checklist that ended earlier.
    """
    earlier = []
    for row in rows:
        if row.pk == one.carried_from_id:
            return row
        if row.period_to < one.period_to and about(row) == about(one):
            earlier.append(row)
    return max(earlier, key=lambda row: (row.period_to, row.started_at), default=None)


def periods_before(assessments: Sequence[Assessment]) -> dict[UUID, Assessment]:
    """The period before each, by its id: one query.

    Answers that were carried over from another subject, or within a period, are none.
    """
    organisations = {one.organisation_id for one in assessments}
    rows = Assessment.objects.filter(organisation__in=organisations)
    rows = rows.select_related("edition").only(
        *("organisation_id", "subject", "period_from", "period_to", "started_at"),
        *("edition__checklist_id", "edition__scales"),
    )
    of: defaultdict[tuple[UUID, str], list[Assessment]] = defaultdict(list)
    for row in rows:
        of[row.organisation_id, row.subject.casefold()].append(row)
    found = {}
    for one in assessments:
        same = of[one.organisation_id, one.subject.casefold()]
        ended = [row for row in same if row.period_to < one.period_to]
        if last := before(one, ended):
            found[one.pk] = last
    return found


def different(assessment: Assessment) -> AnswerQuerySet:
    """Answers that say something else than the earlier assessment did.

    Every field counts that says what an answer is. A question that was not asked then counts
    once it has an answer.
    """
    if assessment.carried_from_id is None:
        return Answer.objects.none()
    before = Answer.objects.filter(
        assessment=assessment.carried_from_id,
        question__key=OuterRef("question__key"),
    )
    texts = {f"text_{column}": _as_text(column) for column in ANSWERING}
    same = before.annotate(**texts).filter(**{name: OuterRef(name) for name in texts})
    rows = Answer.objects.filter(assessment=assessment).annotate(**texts)
    rows = rows.filter(~Exists(same))
    return rows.filter(Exists(before) | ~Q(verdict="unanswered"))


def _as_text(column: str) -> Coalesce:
    """A column as comparable text; none is the empty text."""
    return Coalesce(Cast(column, TextField()), Value(""), output_field=TextField())


def earlier_in_words(assessment: Assessment) -> str:
    """ "Acme, edition 2026.1, 1 Jan 2026 to 31 Dec 2026": an assessment carried forward."""
    first, last = (_day(d) for d in (assessment.period_from, assessment.period_to))
    edition = assessment.edition.number
    return f"{assessment.subject}, edition {edition}, {first} to {last}"


def _day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def following(period_from: date, period_to: date) -> tuple[date, date]:
    """The audit period after one: whole years stay whole years, else as many days."""
    first = period_to + timedelta(days=1)
    for years in range(1, 6):
        if _later(period_from, years) == first:
            return first, _later(first, years) - timedelta(days=1)
    return first, first + (period_to - period_from)


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)
