"""How often something may be tried, and how often people may cause mail or ask for passkeys."""

from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.identity.organisations.models import Organisation
from compliance.identity.organisations.sign_in_log import log_refusal

MAILS = {"mails": "100/h/user"}
MAILS_OF_ALL = {"mails_of_all": "1000/h/key"}
"""Of all people of an organisation together: whoever invites a hundred helpers sends no more."""
PROGRAM_MAILS = {"program_mails": "1/h/key"}
"""Of a program, which may do the same again and again."""
PASSKEYS = {"passkeys": "30/15m/user"}
TOO_MANY = (
    "You have sent 100 invitations and questions within an hour, or your organisation"
    " 1,000. Wait a while, then go on."
)


def within(request: HttpRequest, limit: dict[str, str], **more: Any) -> bool:
    """Whether a request keeps to a limit such as ``{"share": "20/m/ip"}``; it is counted then.

    ``more`` says what else counts: ``key`` of the rate, ``limit_get``, ``dry_run``.
    """
    [action] = limit
    used = ratelimit.consume(request, app="compliance", action=action, config=limit, **more)
    return used is not None


def too_many(request: HttpRequest, _: Exception | None = None) -> HttpResponse:
    """The page of whoever asks too often, of ours and of allauth's; the log has a line."""
    log_too_many(request)
    return render(request, "429.html", status=429)


def log_too_many(request: HttpRequest) -> None:
    """The line alone, for replies that are no page. It names no address: some hold secrets."""
    match, user = request.resolver_match, getattr(request, "user", None)
    log_refusal(
        request,
        f"too many requests to {match.view_name if match else 'Attest'}",
        user=user if user and user.is_authenticated else None,
    )


def may_send(request: HttpRequest) -> bool:
    """Whether whoever is signed in may send one mail more; it is counted then."""
    return person_may_send(request.user, getattr(request, "organisation", None))


def person_may_send(person: Any, organisation: Organisation | None) -> bool:
    """Whether a person may send one mail more this hour, by a page or by a program, and the
    organisation in which they do; it is counted then.
    """
    return within(_act(), MAILS, user=person) and (organisation is None or _is_of_all(organisation))


def program_may_send(organisation: Organisation, what: str) -> bool:
    """Whether a program may send one mail more for an organisation this hour, and one about
    ``what`` only once; it is counted then.
    """
    key = f"{organisation.pk} {what}"
    return within(_act(), PROGRAM_MAILS, key=key) and _is_of_all(organisation)


def program_has_not_sent(organisation: Organisation, what: str) -> None:
    """The mail about ``what`` was dropped before it went out: it does not count."""
    ratelimit.clear(
        _act(),
        app="compliance",
        action="program_mails",
        config=PROGRAM_MAILS,
        key=f"{organisation.pk} {what}",
    )


def _is_of_all(organisation: Organisation) -> bool:
    return within(_act(), MAILS_OF_ALL, key=str(organisation.pk))


def _act() -> HttpRequest:
    """What is counted of somebody who may have no session: allauth counts requests."""
    act = HttpRequest()
    act.method = "POST"
    return act


def may_ask(request: HttpRequest) -> bool:
    """Whether a person may have a passkey asked once more; it is counted then."""
    return within(request, PASSKEYS)


def hindered(request: HttpRequest, form: forms.Form) -> int:
    """0 when a form may cause its mail, else 429, with words in the form."""
    if may_send(request):
        return 0
    form.add_error(None, TOO_MANY)
    return 429
