"""The numbers beside one answer, counted by the database.

The same as ``overview.py`` says, without a row of each question: a save in a long list
costs what it costs in a short one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.assessments.models import Answer
from compliance.assessments.scoring import Tally, tally
from compliance.checklists.rating import counted_as
from compliance.web.joined_rows import Joined
from compliance.workspace.overview import SectionView

# what rates is looked for among the few sources that are no law, in that order (CROSS
# JOIN), so that a long list costs no more; ``force.rates`` says the same of a row
_COUNTED = Joined(
    """
    SELECT 'whole', verdict,
        COUNT(CASE WHEN binds_from > %s THEN NULL ELSE 1 END),
        COUNT(CASE WHEN binds_from > %s THEN 1 END),
        COUNT(CASE WHEN na_confirmed_by_id IS NULL THEN na_by_id END),
        COUNT(CASE WHEN again > '' THEN 1 END)
    FROM "compliance_answer"
    WHERE assessment_id = %s AND archived_at IS NULL AND applies = TRUE
    GROUP BY verdict
    UNION ALL
    SELECT 'rated', verdict,
        COUNT(CASE WHEN binds_from > %s THEN NULL ELSE 1 END),
        COUNT(CASE WHEN binds_from > %s THEN 1 END),
        COUNT(CASE WHEN question_id IN (
            SELECT id FROM "compliance_question" WHERE section_id = %s
        ) THEN 1 END),
        COUNT(CASE WHEN id = %s THEN 1 END)
    FROM "compliance_answer"
    WHERE assessment_id = %s AND archived_at IS NULL AND applies = TRUE
    AND question_id IN (
        SELECT id FROM "compliance_question" WHERE edition_id = %s AND yardstick = TRUE
        UNION
        SELECT question.id
        FROM "compliance_instrument" instrument
        CROSS JOIN "compliance_provision" provision
        CROSS JOIN "compliance_citation" citation
        CROSS JOIN "compliance_question" question
        WHERE instrument.force <> 'law' AND provision.instrument_id = instrument.id
        AND citation.provision_id = provision.id
        AND question.id = citation.question_id AND question.edition_id = %s
        AND NOT EXISTS (
            SELECT 1
            FROM "compliance_citation" other
            JOIN "compliance_provision" source ON source.id = other.provision_id
            JOIN "compliance_instrument" law ON law.id = source.instrument_id
            WHERE other.question_id = question.id AND law.force = 'law'
        )
    )
    GROUP BY verdict
    UNION ALL
    SELECT 'section', answer.verdict,
        COUNT(CASE WHEN answer.applies THEN 1 END), MIN(question.position), 0, 0
    FROM "compliance_question" question
    JOIN "compliance_answer" answer ON answer.question_id = question.id
    WHERE question.section_id = %s AND answer.assessment_id = %s
    AND answer.archived_at IS NULL
    GROUP BY answer.verdict
    UNION ALL
    SELECT 'proofs', '',
        COUNT(*), COUNT(CASE WHEN evidence.expires_on < %s THEN 1 END), 0, 0
    FROM "compliance_attachment" attachment
    JOIN "compliance_evidence" evidence ON evidence.id = attachment.evidence_id
    WHERE attachment.answer_id = %s
    """
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of an assessment, of the answer's section, and of its evidence."""

    today: date
    law: Tally
    """Counts of the duties that bind today."""
    rated: Tally
    """Counts of the recommended questions that apply today: none is a breach."""
    ahead: Tally
    """Counts of the duties that bind only later."""
    to_confirm: int
    """How many "not applicable" wait for a second person."""
    again: int
    """How many answers ask to be confirmed again."""
    section: SectionView
    has_evidence: bool
    has_expired: bool

    @property
    def tally(self) -> Tally:
        """Counts of all that is asked for today."""
        return self.law + self.rated


def counted(answer: Answer, today: date) -> Counts:
    """The numbers beside an answer as they are now, in one query.

    It tells the answer, too, whether it rates.
    """
    day, one = today.isoformat(), answer.question.section
    place = answer.assessment_id
    edition = answer.question.edition_id
    rows = _COUNTED.read(
        *(day, day, place),
        *(day, day, one.pk, answer.pk, place, edition, edition),
        *(one.pk, place, day, answer.pk),
    )
    whole = [row for what, *row in rows if what == "whole"]
    rated = [row for what, *row in rows if what == "rated"]
    answer.known_rates = any(is_it for *_, is_it in rated)
    part = [row for what, *row in rows if what == "section"]
    proofs, expired = next(row[1:3] for what, *row in rows if what == "proofs")
    return Counts(
        today=today,
        law=tally([*_one(whole, 1), *_without(rated, 1)]),
        rated=tally(_rated(rated, 1)),
        ahead=tally([*_one(whole, 2), *_apart(rated, 2)]),
        to_confirm=sum(waits for *_, waits, _ in whole),
        again=sum(again for *_, again in whole),
        section=SectionView(
            id=one.pk,
            number=one.position,
            title=one.title,
            tally=tally([*_one(part, 1), *_apart(rated, 3)]),
            first_position=min(first for _, _, first, *_ in part),
        ),
        has_evidence=bool(proofs),
        has_expired=bool(expired),
    )


Pairs = Iterator[tuple[str, int]]


def _one(rows: Iterable[Sequence[Any]], at: int) -> Pairs:
    """Verdict and one of its numbers."""
    return ((row[0], row[at]) for row in rows)


def _without(rated: Iterable[Sequence[Any]], at: int) -> Pairs:
    return ((verdict, -count) for verdict, count in _one(rated, at))


def _rated(rated: Iterable[Sequence[Any]], at: int) -> Pairs:
    return ((counted_as(name, rates=True), count) for name, count in _one(rated, at))


def _apart(rated: Sequence[Sequence[Any]], at: int) -> Pairs:
    """Expressions that take rated answers out of counts by verdict, and puts them in as counted."""
    yield from _without(rated, at)
    yield from _rated(rated, at)
