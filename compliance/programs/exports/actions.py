"""The life of bundles and audit packs: asked for, made or not, taken away."""

import hashlib
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.bundles import bundle_export
from compliance.assurance.bundles.bundle_export import Listen
from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.bundles.models import Package, PackageKind, PackageStatus
from compliance.assurance.reviews.signatures import standing
from compliance.identity.organisations.models import User
from compliance.programs.exports.audit_pack import write_pack
from compliance.programs.exports.events import (
    PACKAGE_ASKED,
    PACKAGE_CANCELLED,
    PACKAGE_DOWNLOADED,
    PACKAGE_FAILED,
    PACKAGE_MADE,
)
from compliance.programs.exports.progress import Listener, ReportingFile
from compliance.proof.audit import checkpoints, trail
from compliance.proof.audit.transaction import writing
from compliance.reporting.reports import actions as reports
from compliance.reporting.reports import job_ends, storage
from compliance.reporting.reports.actions import CancelledError
from compliance.reporting.reports.models import Report, ReportStatus
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.snapshot import content_of, one_moment, to_read

MEANWHILE = (
    "Someone signed the assessment or opened it again while the pack was made. Ask for the pack again."
)


def ask_package(*, by: User, assessment: Assessment, kind: PackageKind) -> Package:
    """A file that waits to be made; one that waits already is not asked for twice."""
    with writing():
        locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
        waits = locked.packages.filter(asked_by=by, kind=kind, status=PackageStatus.WAITING).first()
        if waits:
            return waits
        package = locked.packages.create(asked_by=by, kind=kind)
        _record(package, PACKAGE_ASKED, {})
    return package


def make_package(package_id: UUID) -> Package:
    """Make the file of a package that is not over yet; again is harmless.

    The outcome stands on the package: done with its file, failed with words, or
    cancelled. An unforeseen error is raised as well, for the log.
    """
    _sweep()
    package = _begin(package_id)
    if package.is_over:
        return package
    try:
        _make_or_fail(package)
    except CancelledError:
        package.refresh_from_db()
    return package


def give_up(package_id: UUID) -> None:
    """Fail a package whose makers were killed again and again."""
    _sweep()
    package = _begin(package_id)
    if not package.is_over:
        for report in package.reports.all():
            reports.give_up(report.pk)
        with suppress(CancelledError):
            _end(package, PackageStatus.FAILED, problem=job_ends.killed("file"))


def cancel_package(*, by: User | None, package: Package) -> Package:
    """Stop a package and the report made for it; whoever makes it leaves no file."""
    with writing():
        locked = Package.objects.select_for_update().get(pk=package.pk)
        if locked.is_over:
            raise ValidationError(job_ends.over("file"))
        locked.status, locked.step = PackageStatus.CANCELLED, ""
        locked.finished_at = timezone.now()
        locked.save(update_fields=["status", "step", "finished_at"])
        _record(locked, PACKAGE_CANCELLED, {}, by)
        for report in locked.reports.all():
            if not report.is_over:
                reports.cancel_report(by=by, report=report)
    return locked


def _sweep() -> None:
    """Take away the parts that a killed process left of the file, and of the report for it."""
    package_store.sweep()
    storage.sweep(reports.is_known)


def _begin(package_id: UUID) -> Package:
    with writing():
        package = Package.objects.select_for_update().get(pk=package_id)
        if not package.is_over:
            package.step, package.done_percent = "Reading answers", 0
            package.save(update_fields=["step", "done_percent"])
    return package


def _make_or_fail(package: Package) -> None:
    try:
        _make(package)
    except CancelledError:
        raise
    except ValidationError as error:
        _end(package, PackageStatus.FAILED, problem=" ".join(error.messages))
    except Exception as error:
        problem = job_ends.failed("file", error)
        _end(package, PackageStatus.FAILED, problem=problem)
        raise
    except BaseException:  # a worker that has to end at once
        _end(package, PackageStatus.FAILED, problem=job_ends.stopped("file"))
        raise


def note_download(*, by: User, package: Package) -> None:
    """Put on the trail that someone took the file away."""
    with writing():
        _record(package, PACKAGE_DOWNLOADED, {"sha256": package.sha256}, by)


def _make(package: Package) -> None:
    listen = Listener(Package.objects.filter(pk=package.pk, status=PackageStatus.WAITING))
    is_pack = package.kind == PackageKind.PACK
    report = _report(package, listen.between(0, 40)) if is_pack else None
    # The proofs in it lead to a signed checkpoint, so there has to be a new one.
    checkpoints.checkpoint_safely(package.assessment.organisation_id)
    record = bundle_export.read(package.assessment_id)
    if report and report.signoff != reports.signoff_of(record.assessment):
        raise ValidationError(MEANWHILE)
    with package_store.workplace() as desk:
        made = desk / "bundle"
        with ReportingFile(made, listen) as file:
            bundled = listen.between(40, 55) if is_pack else listen
            bundle_export.write(record, file, bundled, for_outside=is_pack)
        if report:
            bundle, made = made, desk / "pack"
            with ReportingFile(made, listen) as file:
                write_pack(record, report, bundle, file, listen)
        listen("Working out its hash", 98)
        with ReportingFile(made, listen, "r") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size_bytes = made.stat().st_size
        package_store.keep(made, sha256)
        _end(
            package,
            PackageStatus.DONE,
            sha256=sha256,
            size_bytes=size_bytes,
            content_hash=record.content.content_hash,
        )


def _report(package: Package, listen: Listen) -> Report:
    """The report that anybody who asks for one gets now; made where there is none.

    One whose file is gone, or is not the sealed one any more, counts as none.
    """
    with one_moment():
        assessment = to_read(package.assessment_id)
        content_hash = standing(assessment, content_of(assessment)).content_hash
        made = reports.report_of(assessment, content_hash)
    if made and storage.is_good(storage.path_of(made.sha256)):
        return made
    report = package.reports.first()
    if report is None or report.is_over:  # else a killed process began it
        report = reports.ask_report(by=package.asked_by, assessment=package.assessment, package=package)
    listen("Making the report", 1)
    report = reports.make_report(report.pk, listen)
    if report.status != ReportStatus.DONE:
        words = report.problem or "It was cancelled."
        raise ValidationError(f"The report of the pack was not made. {words}")
    return report


def _end(package: Package, status: PackageStatus, **values: Any) -> None:
    package.status, package.step, package.finished_at = status, "", timezone.now()
    for name, value in values.items():
        setattr(package, name, value)
    is_done = status == PackageStatus.DONE
    with writing():
        if Package.objects.select_for_update().get(pk=package.pk).is_over:
            raise CancelledError
        package.save()
        _record(package, PACKAGE_MADE if is_done else PACKAGE_FAILED, values)


def _record(package: Package, action: str, after: dict[str, Any], by: User | None = None) -> None:
    trail.record(
        by=by or package.asked_by,
        organisation_id=package.assessment.organisation_id,
        action=action,
        subject=package,
        scope_id=package.assessment_id,
        after={"kind": package.kind} | after,
    )
