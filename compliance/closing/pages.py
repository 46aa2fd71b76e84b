"""Contexts that pages of the room share."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from compliance.audit import receipts
from compliance.closing.forms import CloseForm
from compliance.organisations.access import MemberRequest
from compliance.web.mail import absolute

SHOWN = 10


def whole_told(request: MemberRequest) -> dict[str, Any]:
    """The newest archives of the organisation, and what its closing would mean."""
    organisation = request.organisation
    archives = organisation.archives.select_related("organisation", "asked_by")
    name = receipts.name_of(organisation.pk)
    return {
        "archives": archives[:SHOWN],
        "days": settings.ARCHIVE_DAYS,
        "grace": settings.GRACE_DAYS,
        "form": CloseForm(),
        "receipt_address": absolute(reverse("receipt", args=[name])),
    }
