"""An invitation that was made: its mail is on its way, or its link is handed over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from compliance.organisations.access import MemberRequest
from compliance.organisations.models import Invitation


def handed(
    request: MemberRequest, invitation: Invitation, said: str, back: str
) -> HttpResponse:
    """The page ``back`` with what was done; without a mail server the link, this once.

    The link stands in this reply only: it is kept nowhere, not in the session.
    """
    if invitation.link:
        request.is_saved = True
        context = {"invitation": invitation, "said": said, "back": back}
        return render(request, "organisations/handed.html", context)
    messages.success(request, said)
    return redirect(back)
