"""Everything that changed in an assessment between one report of it and the report before."""

from collections import Counter
from dataclasses import dataclass

from compliance.assurance.reviews.signatures import content_at
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.reporting.reports.events import REPORT_MADE
from compliance.reporting.reports.models import Report, ReportQuerySet, ReportStatus
from compliance.work.assessments.choices import Verdict
from compliance.work.snapshots.as_of import content_as_of
from compliance.work.snapshots.changes import Changed, differences
from compliance.work.snapshots.content import Content
from compliance.work.snapshots.snapshot import one_moment, to_read


@dataclass(frozen=True, slots=True)
class Since:
    """The report before, and the changes since.

    ``verdicts`` are those whose number of applicable answers differs: verdict, then, now.
    ``seq`` is the last event of the trail that the report before covers, ``until`` that of
    this one; None if that trail is in another installation, or nothing changed.
    """

    before: Report
    changed: tuple[Changed, ...]
    verdicts: tuple[tuple[str, int, int], ...]
    seq: int | None = None
    until: int | None = None


def report_before(report: Report, rows: ReportQuerySet) -> Report | None:
    """The newest earlier report of the same assessment, of the reports that a person sees."""
    earlier = rows.filter(assessment=report.assessment, number__lt=report.number, status=ReportStatus.DONE)
    return earlier.order_by("-number").first()


def since(report: Report, before: Report) -> Since:
    """The changes between two finished reports of an assessment.

    Raises ``LackingError`` where the trail lacks a row.
    """
    if report.content_hash == before.content_hash:
        return Since(before, (), ())
    seqs = _seq(before), _seq(report)
    with one_moment():
        was, now = _content(before), _content(report)
    return Since(before, tuple(differences(was, now)), _verdicts(was, now), *seqs)


def _content(report: Report) -> Content:
    if report.signoff:
        return content_at(report.assessment, report.signoff.revision)
    return content_as_of(to_read(report.assessment_id), _seq(report) or 0)


def _seq(report: Report) -> int | None:
    """The last event that a report covers: the one it names, a signature, or what it read.

    Older events do not record what the report read; their own number is used instead.
    """
    if report.as_of_seq:
        return report.as_of_seq
    ours = Event.objects.filter(organisation_id=report.assessment.organisation_id)
    if report.signoff:
        signed = ours.filter(hash=report.signoff.trail_hash)
        return signed.values_list("seq", flat=True).first()
    made = ours.filter(action=REPORT_MADE.name, subject_label="report", subject_id=str(report.pk)).first()
    return trail.changes(made)[1].get("head_seq", made.seq) if made else None


def _verdicts(was: Content, now: Content) -> tuple[tuple[str, int, int], ...]:
    before, after = (
        Counter(line.verdict for line in content.lines if line.applies) for content in (was, now)
    )
    return tuple((one, before[one], after[one]) for one in Verdict.values if before[one] != after[one])
