"""The numbers beside one answer, counted by the database.

The same as ``overview.py`` says of its section, without a row of each question: a save
in a long list costs what it costs in a short one. The numbers of the whole list follow
with its filters (``views/detail.py: progress``).
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db import connection

from compliance.content.checklists.force import on_scale_sql
from compliance.content.checklists.rating import counted_as
from compliance.ground.web.joined_rows import Joined
from compliance.work.assessments.models import Answer
from compliance.work.assessments.scoring import tally
from compliance.work.workspace.overview import SectionView

# whether a question rates changes how "not met" is counted, so it is asked of no other;
# ``force.rates`` says the same of a row
_COUNTED = """
    SELECT verdict, rates, COUNT(CASE WHEN applies THEN 1 END), MIN(position),
        COUNT(CASE WHEN id = %s THEN 1 END)
    FROM (
        SELECT answer.id, answer.verdict, answer.applies, question.position,
            answer.verdict = 'not_met' AND (question.yardstick OR EXISTS (
                SELECT 1 FROM "compliance_citation" citation
                WHERE citation.question_id = question.id
            ) AND NOT EXISTS (
                SELECT 1 FROM "compliance_citation" citation
                JOIN "compliance_provision" provision
                ON provision.id = citation.provision_id
                JOIN "compliance_instrument" instrument
                ON instrument.id = provision.instrument_id
                WHERE citation.question_id = question.id AND instrument.force = 'law'
            ) OR {on_scale}) AS rates
        FROM "compliance_question" question
        JOIN "compliance_answer" answer ON answer.question_id = question.id
        WHERE question.section_id = %s AND answer.assessment_id = %s
        AND answer.archived_at IS NULL
    ) asked
    GROUP BY verdict, rates
    UNION ALL
    SELECT '', NULL,
        COUNT(*), COUNT(CASE WHEN evidence.expires_on < %s THEN 1 END), 0
    FROM "compliance_attachment" attachment
    JOIN "compliance_evidence" evidence ON evidence.id = attachment.evidence_id
    WHERE attachment.answer_id = %s
"""
_SCALES = """(
    SELECT edition.scales FROM "compliance_edition" edition
    WHERE edition.id = question.edition_id
)"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of an answer's section, and of its evidence."""

    today: date
    section: SectionView
    has_evidence: bool
    has_expired: bool


def counted(answer: Answer, today: date) -> Counts:
    """The numbers beside an answer as they are now, in one query.

    It also sets on the answer whether that rates.
    """
    one = answer.question.section
    found = _statement(connection.vendor).read(
        answer.pk, one.pk, answer.assessment_id, today.isoformat(), answer.pk
    )
    rows = [row for row in found if row[0]]
    proofs, expired = next(row[2:4] for row in found if not row[0])
    answer.known_rates = any(rates and is_it for _, rates, *_, is_it in rows)
    return Counts(
        today=today,
        section=SectionView(
            id=one.pk,
            number=one.position,
            title=one.title,
            tally=tally((counted_as(verdict, rates=rates), count) for verdict, rates, count, *_ in rows),
            first_position=min(first for _, _, _, first, _ in rows),
        ),
        has_evidence=bool(proofs),
        has_expired=bool(expired),
    )


@cache
def _statement(vendor: str) -> Joined:
    on_scale = on_scale_sql(vendor, _SCALES, "question.key")
    return Joined(_COUNTED.format(on_scale=on_scale))
