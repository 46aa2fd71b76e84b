"""Contexts that pages of the room share."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from compliance.assessments.actions import open_count
from compliance.audit import receipts
from compliance.bundles.models import Package, PackageStatus
from compliance.closing.forms import CloseForm
from compliance.closing.models import Archive
from compliance.evidence.actions import quotas
from compliance.organisations.access import MemberRequest
from compliance.organisations.actions import places_taken
from compliance.organisations.models import Organisation
from compliance.web.mail import absolute

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Use:
    """How much of something an organisation has, and the most allowed; None for any number."""

    what: str
    used: int
    limit: int | None = None
    is_bytes: bool = False
    is_part: bool = False
    """Of the one above it, which has the limit; or it goes by itself."""


def whole_told(request: MemberRequest) -> dict[str, Any]:
    """The newest archives of the organisation, and what its closing would mean."""
    organisation = request.organisation
    archives = organisation.archives.select_related("organisation", "asked_by")
    name = receipts.name_of(organisation.pk)
    return {
        "archives": archives[:SHOWN],
        "days": settings.ARCHIVE_DAYS,
        "grace": settings.GRACE_DAYS,
        "uses": _uses(organisation),
        "form": CloseForm(),
        "receipt_address": absolute(reverse("receipt", args=[name])),
    }


def _uses(organisation: Organisation) -> list[Use]:
    """What counts against the limits of the installation, and files that go by themselves."""
    kept = quotas.kept_by(organisation)
    passing = _size(Package.objects.filter(assessment__organisation=organisation))
    passing += _size(Archive.objects.filter(organisation=organisation))
    return [
        Use(
            "Members and people who are invited",
            places_taken(organisation),
            settings.ORGANISATION_MEMBERS or None,
        ),
        Use(
            "Assessments that are not archived",
            open_count(organisation),
            settings.ORGANISATION_ASSESSMENTS or None,
        ),
        Use("Files", sum(kept.values()), settings.ORGANISATION_BYTES, is_bytes=True),
        *(
            Use(f"{name}, of these", size, is_bytes=True, is_part=True)
            for name, size in kept.items()
        ),
        Use(
            "Exports and archives, deleted by themselves",
            passing,
            is_bytes=True,
            is_part=True,
        ),
    ]


def _size(rows: "QuerySet[Any]") -> int:
    """Bytes of those whose file may be taken away yet."""
    done = rows.filter(status=PackageStatus.DONE)
    return sum(row.size_bytes for row in done if row.is_there)
