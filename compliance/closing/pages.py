"""Contexts that pages of the room share."""

from typing import Any

from django.conf import settings

from compliance.organisations.access import MemberRequest

SHOWN = 10


def whole_told(request: MemberRequest) -> dict[str, Any]:
    """The newest archives of the organisation, and how long each is kept."""
    archives = request.organisation.archives.select_related("organisation", "asked_by")
    return {"archives": archives[:SHOWN], "days": settings.ARCHIVE_DAYS}
