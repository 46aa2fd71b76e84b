"""Places that keep a person's name: signed contents, and files made earlier that may print it."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import models
from django.utils import timezone

from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.bundles.erasing import naming
from compliance.assurance.bundles.models import Package, PackageStatus
from compliance.assurance.reviews.models import SignOff
from compliance.ground.web import file_store
from compliance.identity.organisations.models import User
from compliance.proof.audit.models import Event
from compliance.proof.audit.text_erasure import holding
from compliance.reporting.reports import storage
from compliance.reporting.reports.models import Report, ReportStatus
from compliance.work.assessments.models import Assessment


def files_naming(person: User, texts: list[str], organisations: set[UUID]) -> tuple[str, ...]:
    """Each file that was made after its assessment first named the person, in words.

    Files are not searched; the trail and imported content decide: an assessment names
    who acted in it and who is spoken of. A summary is listed even if it prints less.
    """
    found: list[str] = []
    for organisation_id in sorted(organisations):
        since = _first_named(person, texts, organisation_id)
        if since:
            found += _reports(since)
            found += _packages(since)
    return tuple(found)


def signed_naming(texts: list[str], organisations: set[UUID]) -> tuple[str, ...]:
    """Each signed content, sign-off and list of rows that names the person, in words.

    Nothing signed changes, so what is made of it later prints the name again.
    """
    named = holding(texts, "snapshot__text") | holding(texts, "snapshot__rows")
    named |= holding(texts, "signer") | holding(texts, "reservations")
    found = SignOff.objects.filter(named, assessment__organisation__in=organisations)
    rows = found.select_related("assessment__organisation", "assessment__edition__checklist")
    return tuple(
        f"{row.assessment.organisation}: {row.assessment}, revision {row.revision},"
        f" signed {timezone.localdate(row.signed_at)}"
        for row in rows.order_by("signed_at")
    )


def _first_named(person: User, texts: list[str], organisation_id: UUID) -> dict[UUID, tuple[datetime, int]]:
    """Assessment to the moment, and the event, from which on it names the person."""
    named = models.Q(actor=person) | holding(texts)
    events = Event.objects.filter(named, organisation_id=organisation_id)
    about = events.exclude(scope_id=None).order_by("-seq")
    found = {scope: (at, seq) for scope, at, seq in about.values_list("scope_id", "at", "seq") if scope}
    came = naming(person, texts).filter(organisation_id=organisation_id)
    for origin in came:
        found[origin.assessment_id] = (origin.brought_at, 0)
    return found


def _reports(since: dict[UUID, tuple[datetime, int]]) -> Iterator[str]:
    rows = Report.objects.filter(assessment__in=since, status=ReportStatus.DONE)
    for row in rows.for_page().order_by("finished_at"):
        at, seq = since[row.assessment_id]
        is_before = row.as_of_seq is not None and row.as_of_seq < seq
        if is_before or row.finished_at is None or row.finished_at < at:
            continue
        path = storage.path_of(row.sha256)
        if file_store.is_there(path):
            signed = f", signed as revision {row.signoff.revision}" if row.signoff else ""
            what = f"report {row.number}, {row.get_kind_display()}{signed}"
            yield _file_line(row.assessment, what, row.finished_at, file_store.place_of(path))


def _packages(since: dict[UUID, tuple[datetime, int]]) -> Iterator[str]:
    rows = Package.objects.filter(assessment__in=since, status=PackageStatus.DONE)
    joined = rows.select_related("assessment__organisation", "assessment__edition__checklist")
    for row in joined.order_by("finished_at"):
        path = package_store.path_of(row.sha256)
        if row.finished_at and row.finished_at >= since[row.assessment_id][0] and file_store.is_there(path):
            what = row.get_kind_display()
            yield _file_line(row.assessment, what, row.finished_at, file_store.place_of(path))


def _file_line(assessment: Assessment, what: str, at: datetime, path: str) -> str:
    place = f"{assessment.organisation}: {assessment}"
    return f"{place}: {what}, {timezone.localdate(at)}, {path}"
