"""What happens to bundles and audit packs: asked for, made or not, taken away."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from compliance.assessments.models import Assessment
from compliance.audit import checkpoints, trail
from compliance.interchange.models import Package, PackageKind, PackageStatus
from compliance.interchange.records import outgoing, shelf
from compliance.interchange.records.outgoing import Listen, Record
from compliance.interchange.records.taking_out import sha256_of
from compliance.organisations.models import User
from compliance.reports import actions
from compliance.reports.choices import ReportKind
from compliance.reports.models import Report, ReportStatus
from compliance.reports.pacing import paced
from compliance.reports.packing import write_pack
from compliance.reviews.snapshot import content_of, one_moment, to_read
from compliance.web.turns import in_turn

UNFORESEEN = (
    "The file could not be made: a fault of the program, kept in its log. Nothing else"
    " is affected. Ask for it again."
)


def ask_package(*, by: User, assessment: Assessment, kind: PackageKind) -> Package:
    """A file that waits to be made; one that waits already is not asked for twice."""
    with in_turn(), transaction.atomic():
        locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
        waits = locked.packages.filter(
            asked_by=by, kind=kind, status=PackageStatus.WAITING
        ).first()
        if waits:
            return waits
        package = locked.packages.create(asked_by=by, kind=kind)
        _record(package, "package.asked", {})
    return package


def make_package(package_id: UUID) -> Package:
    """Make the file of a package that is not over yet; again is harmless.

    The outcome stands on the package: done with its file, or failed with words. What
    was not foreseen is raised as well, for the log.
    """
    with in_turn(), transaction.atomic():
        package = Package.objects.select_for_update().get(pk=package_id)
        if package.is_over:
            return package
        package.status, package.step = PackageStatus.RUNNING, "Reading answers"
        package.save(update_fields=["status", "step"])
    try:
        _make(package)
    except ValidationError as error:
        _end(package, PackageStatus.FAILED, problem=" ".join(error.messages))
    except Exception:
        _end(package, PackageStatus.FAILED, problem=UNFORESEEN)
        raise
    return package


def note_download(*, by: User, package: Package) -> None:
    """Put on the trail that somebody took the file away."""
    with in_turn(), transaction.atomic():
        _record(package, "package.downloaded", {"sha256": package.sha256}, by)


def _make(package: Package) -> None:
    listen = _progress(package)
    is_pack = package.kind == PackageKind.PACK
    report = _report(package, listen) if is_pack else None
    # The proofs in it lead to a signed checkpoint, so there has to be a new one.
    checkpoints.checkpoint_safely(package.assessment.organisation_id)
    record = outgoing.read(package.assessment_id)
    with TemporaryDirectory(prefix=".part-", dir=shelf.folder()) as name:
        bundle = Path(name) / "bundle"
        made = _write_bundle(record, bundle, listen, share=0.5 if is_pack else 1.0)
        if report:
            made = Path(name) / "pack"
            with made.open("w+b") as file:
                write_pack(record, report, bundle, file, listen)
        sha256, size_bytes = sha256_of(made), made.stat().st_size
        shelf.keep(made, sha256)
    _end(
        package,
        PackageStatus.DONE,
        sha256=sha256,
        size_bytes=size_bytes,
        content_hash=record.content.content_hash,
    )


def _write_bundle(record: Record, path: Path, listen: Listen, *, share: float) -> Path:
    with path.open("w+b") as file:
        outgoing.write(record, file, lambda step, done: listen(step, int(done * share)))
    return path


def _report(package: Package, listen: Listen) -> Report:
    """The newest whole report that says what stands now; made where there is none."""
    with one_moment():
        content_hash = content_of(to_read(package.assessment_id)).content_hash
    made = package.assessment.reports.filter(
        status=ReportStatus.DONE,
        kind=ReportKind.FULL,
        extract="",
        content_hash=content_hash,
    ).first()
    if made:
        return made
    listen("Making the report", 1)
    asked = actions.ask_report(by=package.asked_by, assessment=package.assessment)
    report = actions.make_report(asked.pk)
    if report.status != ReportStatus.DONE:
        msg = f"The report of the pack was not made. {report.problem}"
        raise ValidationError(msg)
    return report


def _progress(package: Package) -> Listen:
    """Writes a step down."""

    def listen(step: str, percent: int) -> None:
        Package.objects.filter(pk=package.pk, status=PackageStatus.RUNNING).update(
            step=step[:80], done_percent=percent
        )

    return paced(listen)


def _end(package: Package, status: PackageStatus, **values: Any) -> None:
    package.status, package.step, package.finished_at = status, "", timezone.now()
    for name, value in values.items():
        setattr(package, name, value)
    is_done = status == PackageStatus.DONE
    with in_turn(), transaction.atomic():
        package.save()
        _record(package, "package.made" if is_done else "package.failed", values)


def _record(
    package: Package, action: str, after: dict[str, Any], by: User | None = None
) -> None:
    trail.record(
        by=by or package.asked_by,
        organisation_id=package.assessment.organisation_id,
        action=action,
        subject=package,
        scope_id=package.assessment_id,
        after={"kind": package.kind} | after,
    )
