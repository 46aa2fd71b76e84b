"""Contexts that pages of members and of invitations share."""

from typing import Any

from django.conf import settings

from compliance.organisations.access import MemberRequest
from compliance.organisations.models import Invitation
from compliance.web.mail import is_printed


def invitations(request: MemberRequest) -> dict[str, Any]:
    """Invitations that nobody used yet, the state of each mail, and the links of new ones."""
    return {
        "invitations": Invitation.list_in(request.organisation),
        "days": settings.INVITATION_DAYS,
        "is_printed": is_printed(),
    }
