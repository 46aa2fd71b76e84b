"""Signing in at the provider of an organisation: there, and back."""

from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.ground.web.safe_redirect import is_local
from compliance.identity.organisations import signed_on
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    may,
    member_required,
)
from compliance.identity.organisations.rate_limits import too_many
from compliance.identity.organisations.reauthentication import StepUp
from compliance.identity.sign_on import actions, addresses, entrance, saml
from compliance.identity.sign_on.forms import FindForm
from compliance.identity.sign_on.models import SignOn
from compliance.identity.sign_on.pages import (
    is_unconnected,
    leaving,
    may_try,
    refused,
    standing,
)

_METHOD = "sign_on"
_ALONE = (
    "This session opens {} alone. Open your whole account, once and with your password, at"
    " “Sign-in and security”."
)
_FIELDS = ("SAMLResponse", "RelayState")


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def find(request: Any) -> HttpResponse:
    """The provider for an address. By its domain alone: it does not show whether an account is there."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        found = actions.claimant(form.cleaned_data["email"])
        if found:
            return redirect(entrance.page(found))
        domain = form.cleaned_data["email"].rpartition("@")[2]
        form.add_error(
            "email",
            f"No organisation signs people of {domain} in. Sign in with your password, or"
            " open your organisation's own address.",
        )
    status = 422 if form.is_bound else 200
    return render(request, "identity/sign_on/find.html", {"form": form}, status=status)


@require_safe
@login_not_required
def enter(request: Any, at: str) -> HttpResponse:
    """The organisation's own address: the way to its provider.

    Whoever came by it is asked again there; a member who did not may connect their
    account.
    """
    sign_on = standing(at)
    if sign_on is None or not sign_on.is_on:
        raise Http404
    if not may_try(request):
        return too_many(request)
    purpose = entrance.ENTER
    if request.user.is_authenticated:
        if signed_on.is_at(request, sign_on.pk):
            purpose = entrance.CONFIRM
        elif is_unconnected(request.user, sign_on):
            return render(request, "identity/sign_on/connect.html", {"sign_on": sign_on})
    next_ = request.GET.get("next", "")
    try:
        return leaving(request, sign_on, purpose, next_=next_ if is_local(next_) else "")
    except ValidationError as error:
        return refused(request, sign_on, error)


@require_POST
@member_required(Permission.LEAVE)
def connect(request: MemberRequest) -> HttpResponse:
    """To the provider, so that it names the person whom it knows this member as."""
    sign_on = standing(request.organisation.slug)
    if sign_on is None or not sign_on.is_on:
        raise Http404
    if not may_try(request):
        return too_many(request)
    try:
        return leaving(request, sign_on, entrance.CONNECT)
    except ValidationError as error:
        return refused(request, sign_on, error)


@require_POST
@member_required(Permission.LEAVE, StepUp.OWN)
def open_account(request: MemberRequest) -> HttpResponse:
    """The person lets the provider that signed them in open their whole account."""
    sign_on = standing(request.organisation.slug)
    if sign_on is None or not signed_on.is_at(request, sign_on.pk):
        raise Http404
    try:
        actions.open_account(by=request.user, sign_on=sign_on)
    except ValidationError as error:
        return refused(request, sign_on, error)
    signed_on.open_up(request)
    messages.success(request, f"{sign_on.host} opens your whole account from now on.")
    return redirect("organisations:front")


@require_safe
@login_not_required
def callback(request: Any, at: str) -> HttpResponse:
    """Back from a provider of OpenID Connect."""
    sign_on = standing(at)
    if sign_on is None or sign_on.is_saml:
        raise Http404
    return _back(request, sign_on, request.GET.dict())


@require_POST
@login_not_required
@csrf_exempt  # the answer names a try that this browser began, as a token would
def answer(request: Any, at: str) -> HttpResponse:
    """Back from a provider of SAML, whose page posts the answer.

    A browser sends no cookie with what another site posts (SameSite). So the first time a
    page of this one posts it once more; nothing is read before.
    """
    sign_on = standing(at)
    if sign_on is None or not sign_on.is_saml:
        raise Http404
    posted = {name: request.POST[name] for name in _FIELDS if name in request.POST}
    if "carried" in request.POST or entrance.is_begun(request, posted):
        return _back(request, sign_on, posted)
    if sum(map(len, posted.values())) > saml.MOST_BYTES:
        return HttpResponse(status=413)
    context = {"sign_on": sign_on, "posted": posted}
    return render(request, "identity/sign_on/carry.html", context)


def _back(request: Any, sign_on: SignOn, posted: dict[str, str]) -> HttpResponse:
    if not may_try(request):
        return too_many(request)
    try:
        came = entrance.come_back(request, sign_on, posted)
        return _DONE[came.purpose](request, sign_on, came)
    except ValidationError as error:
        return refused(request, sign_on, error)


def _entered(request: Any, sign_on: SignOn, came: entrance.Return) -> HttpResponse:
    user = actions.enter(sign_on=sign_on, person=came.person)
    if request.user.is_authenticated:
        logout(request)
    organisation = sign_on.organisation
    owned_since = addresses.owned_since(organisation, user.email)
    is_limited = not actions.opens_account(sign_on, user)
    signed_on.remember(
        request,
        user,
        organisation,
        issuer=sign_on.issuer,
        tested_at=sign_on.tested_at,
        owned_since=owned_since,
        is_limited=is_limited,
    )
    if owned_since and is_limited and user.has_usable_password():
        messages.info(request, _ALONE.format(organisation))
    record_authentication(request, user, _METHOD, provider=sign_on.issuer, at=came.person.asked_at)
    login = Login(
        user=user,
        email_verification="none",
        redirect_url=came.next or organisation.get_absolute_url(),
        signal_kwargs={"signed_on": str(organisation.pk)},
    )
    reply: HttpResponse = perform_login(request, login)
    return reply


def _confirmed(request: Any, sign_on: SignOn, came: entrance.Return) -> HttpResponse:
    if actions.known(sign_on.organisation, came.person) != request.user:
        msg = "The provider says that you are somebody else. Nothing was confirmed."
        raise ValidationError(msg)
    record_authentication(request, request.user, _METHOD, provider=sign_on.issuer, reauthenticated=True)
    request.session.cycle_key()
    if came.next:
        signed_on.prove(request, came.next, sign_on.host)
    return render(request, "identity/sign_on/confirmed.html", {"sign_on": sign_on})


def _connected(request: Any, sign_on: SignOn, came: entrance.Return) -> HttpResponse:
    organisation = sign_on.organisation
    actions.connect(by=request.user, organisation=organisation, person=came.person)
    messages.success(request, f"{sign_on.host} signs you in from now on, too.")
    return redirect(organisation)


def _tested(request: Any, sign_on: SignOn, came: entrance.Return) -> HttpResponse:
    own = sign_on.organisation.memberships.filter(user=request.user).first()
    if own is None or not may(own, Permission.MEMBERS):
        raise Http404
    actions.mark_tested(by=request.user, sign_on=sign_on)
    context = {
        "sign_on": sign_on,
        "person": came.person,
        "is_own": addresses.owns_address(sign_on.organisation, came.person.email),
    }
    return render(request, "identity/sign_on/tested.html", context)


_DONE = {
    entrance.ENTER: _entered,
    entrance.CONFIRM: _confirmed,
    entrance.CONNECT: _connected,
    entrance.TEST: _tested,
}
