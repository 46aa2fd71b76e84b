"""The numbers beside one answer, counted by the database.

The same as ``overview.py`` says, without a row of each question: a save in a long list
costs what it costs in a short one.
"""

from dataclasses import dataclass
from datetime import date

from compliance.assessments.models import Answer
from compliance.assessments.overview import SectionView
from compliance.assessments.scoring import Tally, tally
from compliance.web.joined import Joined

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
    """What is counted of an assessment, of the answer's section, and of its evidence."""

    today: date
    tally: Tally
    """Counts of the duties that bind today."""
    ahead: Tally
    """Counts of the duties that bind only later."""
    to_confirm: int
    """How many "not applicable" wait for a second person."""
    again: int
    """How many answers ask to be confirmed again."""
    section: SectionView
    has_evidence: bool
    has_expired: bool


def counted(answer: Answer, today: date) -> Counts:
    """The numbers beside an answer as they are now, in one query."""
    day, one = today.isoformat(), answer.question.section
    place = answer.assessment_id
    rows = _COUNTED.read(day, day, place, one.pk, place, day, answer.pk)
    whole = [row for what, *row in rows if what == "whole"]
    part = [row for what, *row in rows if what == "section"]
    proofs, expired = next(row[1:3] for what, *row in rows if what == "proofs")
    return Counts(
        today=today,
        tally=tally((verdict, now) for verdict, now, *_ in whole),
        ahead=tally((verdict, later) for verdict, _, later, *_ in whole),
        to_confirm=sum(waits for *_, waits, _ in whole),
        again=sum(again for *_, again in whole),
        section=SectionView(
            id=one.pk,
            number=one.position,
            title=one.title,
            tally=tally((verdict, count) for verdict, count, *_ in part),
            first_position=min(first for _, _, first, *_ in part),
        ),
        has_evidence=bool(proofs),
        has_expired=bool(expired),
    )
