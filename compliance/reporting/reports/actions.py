"""The life of reports: asked for, made, or not made."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone

from compliance.assurance.bundles.models import Package
from compliance.assurance.reviews.models import SignOff
from compliance.content.checklists.scales import scales_of
from compliance.content.evidence.actions import quotas
from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.sendings import naming
from compliance.identity.organisations.models import User
from compliance.identity.organisations.rate_limits import person_may_send
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.proof.press.api import RenderError, Share
from compliance.reporting.reports import html, job_ends, queries, storage
from compliance.reporting.reports.attachments import attachments_of, laid_out
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.events import (
    REPORT_ASKED,
    REPORT_CANCELLED,
    REPORT_FAILED,
    REPORT_MADE,
    REPORT_SENT,
)
from compliance.reporting.reports.kinds import FULL, NOW, ReportOptions, State
from compliance.reporting.reports.models import Report, ReportStatus
from compliance.reporting.reports.paper import Paper
from compliance.reporting.reports.pdf_engine import render, seal
from compliance.reporting.reports.throttle import Listen, paced
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.folding import LackingError
from compliance.work.snapshots.moments import refuse_no_moment

KILLED = (
    "The command that made this report was interrupted. The report was not stored. Run the command again."
)
OF_SEAT = "A working paper is asked for at the seat of its auditor."
UNMADE = "This report has no file yet."


class CancelledError(Exception):
    """Someone cancelled the report while it was being made."""


def ask_report(
    *,
    by: User | None,
    assessment: Assessment,
    wanted: ReportOptions = FULL,
    state: State = NOW,
    package: Package | None = None,
) -> Report:
    """A report that waits to be made, with the next number of its assessment.

    Of a signed assessment it shows what was signed, unless it looks back. Raises
    ``SignOff.DoesNotExist`` for a revision that nobody signed, ``ValidationError`` for
    a moment before the assessment began or that has not come, for a working paper
    without a seat, and for options that no report of this edition has.
    """
    if faults := wanted.faults(scales_of(assessment.edition.scales)):
        raise ValidationError(faults)
    if wanted.kind == ReportKind.WORKING and wanted.seat_id is None:
        raise ValidationError(OF_SEAT)
    with writing():
        locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
        quotas.refuse_any(locked.organisation)
        if state.as_of_seq is not None:
            refuse_no_moment(locked, state.as_of_seq)
        last = locked.reports.aggregate(last=Max("number"))["last"] or 0
        report = locked.reports.create(
            number=last + 1,
            asked_by=by,
            package=package,
            **_shown(locked, wanted, state),
        )
        trail.record(
            by=by,
            organisation_id=locked.organisation_id,
            action=REPORT_ASKED,
            subject=report,
            scope_id=locked.pk,
            after={"number": report.number, "kind": report.kind}
            | ({"extract": report.extract} if report.extract else {})
            | ({"clauses": True} if report.clauses else {})
            | ({"as_of": report.as_of_seq} if report.as_of_seq else {})
            | ({"revision": report.signoff.revision} if report.signoff else {}),
        )
    return report


def just_asked(by: User | None, assessment: Assessment, wanted: ReportOptions, state: State) -> Report | None:
    """The same report by the same person, where it is not over and nothing happened since.

    The assessment is locked until the transaction ends.
    """
    locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
    alike = {"asked_by": by, "package": None} | _shown(locked, wanted, state)
    found = locked.reports.filter(status=ReportStatus.WAITING, **alike).first()
    if found is None:
        return None
    events = trail.events_of(locked.organisation_id)
    asked = events.get(action=REPORT_ASKED, subject_id=str(found.pk))
    since = events.filter(seq__gt=asked.seq).exclude(subject_label="report")
    return None if since.exists() else found


def report_of(assessment: Assessment, content_hash: str) -> Report | None:
    """The newest finished report that is as ``ask_report`` would make it of that now.

    Without a signature it is one of today: the day decides what binds and has expired.
    """
    alike = _shown(assessment, FULL, NOW) | {"content_hash": content_hash}
    if alike["signoff"] is None:
        alike |= {"asked_at__date": timezone.localdate()}
    made = assessment.reports.filter(status=ReportStatus.DONE, **alike)
    # The hash stays when one signs or opens again, and an older draft knows of neither.
    if signed := assessment.signoffs.first():
        made = made.filter(asked_at__gte=signed.signed_at)
    return made.first()


def _shown(of: Assessment, wanted: ReportOptions, state: State) -> dict[str, object]:
    """The columns of a report that say what it shows."""
    signoff = signoff_of(of, state)
    return asdict(wanted) | {"signoff": signoff, "as_of_seq": state.as_of_seq}


def signoff_of(assessment: Assessment, state: State = NOW) -> SignOff | None:
    """The signature whose content a report shows, None for the state of a day."""
    if state.revision is not None:
        return assessment.signoffs.get(revision=state.revision)
    is_signed = assessment.status == AssessmentStatus.SIGNED
    if state.as_of_seq is None and is_signed:
        return assessment.signoffs.get(revision=assessment.revision)
    return None


def make_report(report_id: UUID, on_step: Listen | None = None, share: Share | None = None) -> Report:
    """Make the file of a report that is not over yet; the same call again is harmless.

    The outcome stands on the report: done with its file, failed with words, or
    cancelled. An unforeseen error is raised as well, for the log. ``on_step`` hears of
    each step, too; ``share`` of the folder where a long one is laid out in pieces.
    """
    storage.sweep(is_known)
    report = _begin(report_id)
    if report.is_over:
        return report
    try:
        _make_or_fail(report, on_step, share)
    except CancelledError:
        report.refresh_from_db()
    return report


def give_up(report_id: UUID, problem: str = job_ends.killed("report")) -> None:
    """Fail a report whose makers were killed, and take away what they left."""
    storage.sweep(is_known)
    report = _begin(report_id)
    if not report.is_over:
        with suppress(CancelledError):
            _fail(report, problem)


def _make_or_fail(report: Report, on_step: Listen | None, share: Share | None) -> None:
    try:
        _make(report, on_step, share)
    except CancelledError:
        raise
    except RenderError as error:
        _fail(report, str(error))
    except LackingError as error:
        _fail(report, " ".join(error.messages))
    except Exception as error:
        _fail(report, job_ends.failed("report", error))
        raise
    except BaseException:  # a worker that has to end at once
        _fail(report, job_ends.stopped("report"))
        raise


def cancel_report(*, by: User | None, report: Report) -> Report:
    """Stop a report: whoever makes it hears of it within a second and leaves no file."""
    with writing():
        locked = Report.objects.select_for_update().get(pk=report.pk)
        if locked.is_over:
            raise ValidationError(job_ends.over("report"))
        locked.status, locked.step = ReportStatus.CANCELLED, ""
        locked.finished_at = timezone.now()
        locked.save(update_fields=["status", "step", "finished_at"])
        trail.record(
            by=by,
            organisation_id=locked.assessment.organisation_id,
            action=REPORT_CANCELLED,
            subject=locked,
            scope_id=locked.assessment_id,
            after={"number": locked.number},
        )
    return locked


def send_report(
    *, by: User, report: Report, to: Sequence[User], text: str = "", sending: str = ""
) -> list[User]:
    """Mail members the way to a finished report, as long as the author may send one; those
    who get one. The file itself stays in Attest. The same ``sending`` mails once.

    Raises ``ValidationError`` for a report without a file.
    """
    if not report.is_done:
        raise ValidationError(UNMADE)
    organisation = report.assessment.organisation
    with writing():
        Report.objects.select_for_update().get(pk=report.pk)
        before = _sent(by, report, sending) if sending else set()
        told = [person for person in to if person.pk in before or person_may_send(by, organisation)]
        new = [person for person in told if person.pk not in before]
        for person in new:
            queue_mail(
                organisation_id=organisation.pk,
                to=person.email,
                subject=f"{report.get_kind_display()} of {report.assessment}",
                template="report",
                context={
                    "by": by,
                    "report": report,
                    "text": text,
                    "link": absolute(report.get_absolute_url()),
                },
            )
        if new:
            fields = {"number": report.number, "to": [person.pk for person in new]}
            trail.record(
                by=by,
                organisation_id=organisation.pk,
                action=REPORT_SENT,
                subject=report,
                scope_id=report.assessment_id,
                after=fields | naming(sending),
            )
    return told


def _sent(by: User, report: Report, sending: str) -> set[int]:
    """The people to whom the same sending of a report by this person went already."""
    events = trail.events_of(report.assessment.organisation_id)
    own = events.filter(action=REPORT_SENT, actor=by, subject_id=str(report.pk))
    said = [after for _, after in map(trail.changes, own)]
    return {pk for one in said if one.get("sending") == sending for pk in one["to"]}


def _begin(report_id: UUID) -> Report:
    with writing():
        report = Report.objects.select_for_update().get(pk=report_id)
        if not report.is_over:
            report.step, report.done_percent = "Reading answers", 2
            report.save(update_fields=["step", "done_percent"])
    return report


def _make(report: Report, on_step: Listen | None, share: Share | None) -> None:
    paper = queries.read(
        report.assessment_id,
        report.number,
        report.wanted,
        revision=report.signoff.revision if report.signoff else None,
        as_of_seq=report.as_of_seq,
    )
    listen = _progress(report, on_step)
    listen("Writing down answers", 2)
    pieces = html.pieces_of(paper)
    carried = attachments_of(paper)
    with storage.workplace(is_known) as desk:
        draft = desk / "report"
        files = laid_out(carried, desk)
        css, likely = html.stylesheet_of(paper), _likely_pages(report)
        made = render(pieces, css, draft, listen, files, likely_pages=likely, share=share)
        report.sealed_with = seal(draft)
        sha256, size_bytes = storage.keep(draft)
        report.pages, report.unprinted = made
        _finish(report, paper, sha256, size_bytes)


def _likely_pages(report: Report) -> int:
    """The pages of the newest report like it; 0 where there was none."""
    like = report.assessment.reports.filter(
        kind=report.kind, extract=report.extract, status=ReportStatus.DONE
    )
    return like.order_by("-number").values_list("pages", flat=True).first() or 0


def is_known(name: str) -> bool:
    """Whether a report has the file of that name."""
    return Report.objects.filter(sha256=name.removesuffix(".pdf")).exists()


def _progress(report: Report, on_step: Listen | None = None) -> Listen:
    """Writes a step down.

    Raises ``CancelledError`` where someone cancelled the report meanwhile.
    """

    def listen(step: str, percent: int) -> None:
        running = Report.objects.filter(pk=report.pk, status=ReportStatus.WAITING)
        if not running.update(step=step[:80], done_percent=percent):
            raise CancelledError
        if on_step:
            on_step(step, percent)

    return paced(listen)


def _finish(report: Report, paper: Paper, sha256: str, size_bytes: int) -> None:
    report.status, report.step, report.done_percent = ReportStatus.DONE, "", 100
    report.content_hash = paper.content.content_hash
    report.sha256, report.size_bytes = sha256, size_bytes
    _end(
        report,
        REPORT_MADE,
        {
            "number": report.number,
            "content_hash": report.content_hash,
            "sha256": sha256,
            "sealed_with": report.sealed_with,
            "head_seq": paper.head_seq,
        },
    )


def _fail(report: Report, problem: str) -> None:
    report.refresh_from_db()  # without the file that an end not written would have named
    report.status, report.step, report.problem = ReportStatus.FAILED, "", problem
    _end(report, REPORT_FAILED, {"number": report.number, "problem": problem})


def _end(report: Report, action: str, after: dict[str, object]) -> None:
    report.finished_at = timezone.now()
    with writing():
        now = Report.objects.select_for_update().get(pk=report.pk)
        if now.is_over:
            raise CancelledError
        report.save()
        trail.record(
            by=report.asked_by,
            organisation_id=report.assessment.organisation_id,
            action=action,
            subject=report,
            scope_id=report.assessment_id,
            after=after,
        )
