"""An invitation that was made: its mail is on its way, or its link is handed over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from compliance.ground.web.mail import is_printed
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.models import Invitation


def handed(request: MemberRequest, invitation: Invitation, said: str, back: str) -> HttpResponse:
    """The page ``back`` with what was done; without a mail server the link, this once.

    The link stands in this reply only: it is kept nowhere, not in the session. Where the
    form was sent twice, the page says where a new one is made.
    """
    if invitation.link:
        request.is_saved = True
        context = {"invitation": invitation, "said": said, "back": back}
        return render(request, "identity/organisations/handed.html", context)
    if is_printed():
        said += " Its link was shown only once: make a new one under Invitations."
    messages.success(request, said)
    return redirect(back)
