"""Contexts that pages of the room share."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from compliance.assurance.bundles.download_store import Store, package_store
from compliance.assurance.bundles.models import Package, PackageStatus
from compliance.content.evidence.actions import quotas
from compliance.ground.web.mail import absolute
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.actions import places_taken
from compliance.identity.organisations.models import Organisation
from compliance.operations.closing.archive_store import archive_store
from compliance.operations.closing.forms import CloseForm
from compliance.proof.audit import receipts
from compliance.work.assessments.actions import open_count

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Use:
    """How much of something an organisation uses, and its limit; None for no limit."""

    what: str
    used: int
    limit: int | None = None
    is_bytes: bool = False
    is_part: bool = False
    """Without a limit of its own: a part of the figure above, or files that Attest deletes."""


def organisation_context(request: MemberRequest) -> dict[str, Any]:
    """The newest archives of the organisation, its use of the limits, and its closing."""
    organisation = request.organisation
    archives = organisation.archives.select_related("organisation", "asked_by")
    name = receipts.name_of(organisation.pk)
    return {
        "archives": [(one, archive_store.is_wanted(one)) for one in archives[:SHOWN]],
        "days": settings.ARCHIVE_DAYS,
        "grace": settings.GRACE_DAYS,
        "uses": _uses(organisation),
        "form": CloseForm(),
        "receipt_address": absolute(reverse("receipt", args=[name])),
    }


def _uses(organisation: Organisation) -> list[Use]:
    """Figures that have a limit, their parts, and files that Attest deletes after some days."""
    kept = quotas.kept_by(organisation)
    packages = Package.objects.filter(assessment__organisation=organisation)
    passing = _size(package_store, packages)
    passing += _size(archive_store, organisation.archives.all())
    return [
        Use(
            "Members and open invitations",
            places_taken(organisation),
            settings.ORGANISATION_MEMBERS or None,
        ),
        Use(
            "Assessments that are not archived",
            open_count(organisation),
            settings.ORGANISATION_ASSESSMENTS or None,
        ),
        Use("Files", sum(kept.values()), settings.ORGANISATION_BYTES, is_bytes=True),
        *(Use(f"of which {name.lower()}", size, is_bytes=True, is_part=True) for name, size in kept.items()),
        Use(
            "Exports and archives, kept for some days only",
            passing,
            is_bytes=True,
            is_part=True,
        ),
    ]


def _size(store: Store, rows: "QuerySet[Any]") -> int:
    """Bytes of those whose file may be taken away yet."""
    done = rows.filter(status=PackageStatus.DONE)
    return sum(row.size_bytes for row in done if store.is_wanted(row))
