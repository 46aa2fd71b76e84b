"""Evidence by framework clause: what an organisation's assessments help to show."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from compliance.content.checklists.frameworks import mapped
from compliance.content.checklists.models import Clause, Framework, Mapping
from compliance.content.evidence.models import Evidence
from compliance.content.formats import csv_file
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.choices import AssessmentStatus, Verdict
from compliance.work.assessments.models import Answer


@dataclass(frozen=True, slots=True)
class Proof:
    """One answer that helps to show a clause, on a day."""

    mapping: Mapping
    answer: Answer
    today: date

    @property
    def evidence(self) -> list[str]:
        """Titles of the files and links behind the answer, and whether they have expired."""
        return [f"{one.title}, expired" if self._has_expired(one) else one.title for one in self._pieces]

    @property
    def lacks(self) -> str:
        """The fault of a good answer with nothing valid behind it; "" for none."""
        if self.answer.verdict not in {Verdict.MET, Verdict.PARTLY}:
            return ""
        if not self._pieces:
            return "no evidence"
        is_over = all(map(self._has_expired, self._pieces))
        return "evidence expired" if is_over else ""

    @property
    def _pieces(self) -> list[Evidence]:
        return [row.evidence for row in self.answer.attachments.all()]

    def _has_expired(self, piece: Evidence) -> bool:
        return piece.expires_on is not None and piece.expires_on < self.today


@dataclass(frozen=True, slots=True)
class ClauseProof:
    """A clause with the answers that help to show it; none where nobody is asked."""

    clause: Clause
    proofs: list[Proof]

    @property
    def met(self) -> int:
        return sum(proof.answer.verdict == Verdict.MET for proof in self.proofs)


def proofs_of(organisation: Organisation, framework: Framework, today: date) -> list[ClauseProof]:
    """Every clause with the answers that apply, archived assessments left out: five queries."""
    clauses = list(mapped(framework))
    keys = {row.key for clause in clauses for row in clause.mappings.all()}
    answers: defaultdict[tuple[int, str], list[Answer]] = defaultdict(list)
    rows = Answer.objects.filter(
        assessment__organisation=organisation,
        assessment__edition__checklist__organisation=None,
        question__key__in=keys,
        applies=True,
    ).exclude(assessment__status=AssessmentStatus.ARCHIVED)
    rows = rows.select_related("question", "owner", "assessment__edition__checklist")
    rows = rows.with_force()
    for answer in rows.prefetch_related("attachments__evidence").order_by(
        "assessment__edition__checklist__title", "assessment__subject", "pk"
    ):
        owner = answer.assessment.edition.checklist_id
        answers[owner, answer.question.key].append(answer)
    return [
        ClauseProof(
            clause,
            [
                Proof(mapping, answer, today)
                for mapping in clause.mappings.all()
                for answer in answers[mapping.checklist_id, mapping.key]
            ],
        )
        for clause in clauses
    ]


WIDTHS = {"Title": 48, "Evidence": 60, "Checklist": 24, "Subject": 30, "Framework": 24}
COLUMNS = (
    "Framework",
    "Clause",
    "Edition before",
    "Helps to show",
    "Checklist",
    "Subject",
    "Question",
    "Title",
    "Answer",
    "Evidence",
    "Evidence ends",
    "Owner",
)


def rows_of(framework: Framework, found: list[ClauseProof]) -> Iterator[list[str]]:
    """The table of a file: one row per clause and answer, one for a clause without."""
    for part in found:
        head = [framework.name, part.clause.identifier, part.clause.before]
        if not part.proofs:
            yield [*head, "not asked in any assessment", *[""] * 8]
        for proof in part.proofs:
            yield [*head, *_cells(proof)]


def _cells(proof: Proof) -> list[str]:
    answer = proof.answer
    ends = [row.evidence.expires_on for row in answer.attachments.all()]
    days: list[date] = [day for day in ends if day]
    return [
        "most of it" if proof.mapping.is_full else "a part",
        answer.assessment.edition.checklist.title,
        answer.assessment.subject,
        answer.question.key,
        answer.question.title,
        str(Verdict(answer.verdict).label),
        "; ".join(proof.evidence),
        min(days).isoformat() if days else "",
        str(answer.owner or ""),
    ]


def as_csv(framework: Framework, found: list[ClauseProof]) -> bytes:
    """The table as CSV."""
    return csv_file.packed([COLUMNS, *rows_of(framework, found)])


def as_xlsx(framework: Framework, found: list[ClauseProof], at: datetime) -> bytes:
    """The table as one sheet."""
    from compliance.content.formats import xlsx  # noqa: PLC0415 - large

    title = f"Evidence by clause: {framework.name}"
    rows = rows_of(framework, found)
    name = "Evidence by clause"
    return xlsx.table(name, COLUMNS, rows, title=title, at=at, widths=WIDTHS)
