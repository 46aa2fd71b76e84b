"""Share links: made and taken back inside, opened from outside."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.assurance.seats import actions
from compliance.assurance.seats.forms import ShareForm
from compliance.assurance.seats.models import ShareLink
from compliance.assurance.seats.pages import find, seats_context
from compliance.assurance.seats.queries import beside, facts, links_in, opened_by, page_of, parts
from compliance.ground.web.mail import absolute
from compliance.ground.web.sendings import sending_of
from compliance.ground.web.text import number_in
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.rate_limits import hindered, too_many, within
from compliance.identity.organisations.reauthentication import StepUp
from compliance.work.assessments.models import Assessment
from compliance.work.signatures.validity import void_of

WRONG = {"share": "20/m/ip"}
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
OPENED = "shares"
"""Its place in the session: link id to the hash of the token that opened it."""


@require_POST
@member_required(Permission.SEATS)
def share(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Make a link; the page that comes is the only one that ever shows it.

    Sent again, it offers a new one in its place: the first page may never have come.
    """
    assessment = find(request, assessment_id)
    form = ShareForm(request.POST)
    status = 0 if form.is_valid() else 422
    email = "" if status else form.cleaned_data.get("email", "")
    if email:
        status = hindered(request, form)
    extra: dict[str, Any] = {"share": form}
    if not status:
        try:
            link, token = actions.share(
                by=request.user,
                assessment=assessment,
                label=form.cleaned_data["label"],
                days=form.cleaned_data["days"],
                email=email,
                sending=sending_of(request),
                instead=_replaced(request, assessment),
            )
        except ValidationError as error:
            form.add_error(None, error)
            status = 422
        else:
            extra = {"fresh": link, "mailed": email}
            if token:
                extra["address"] = absolute(reverse("seats:shared", args=[token]))
            else:
                extra["again"] = form
            request.is_saved = True
    context = seats_context(request, assessment, **extra)
    return render(request, "assurance/seats/list.html", context, status=status or 200)


def _replaced(request: MemberRequest, assessment: Assessment) -> ShareLink | None:
    """The link in whose place the new one is made, if the form names one."""
    named = number_in(request.POST.get("instead", ""))
    links = links_in(request.organisation).filter(assessment=assessment)
    return links.filter(pk=named).first() if named else None


@require_POST
@member_required(Permission.SEATS, StepUp.SESSION)
def revoke(request: MemberRequest, link_id: int) -> HttpResponse:
    link = get_object_or_404(links_in(request.organisation), pk=link_id)
    actions.revoke(by=request.user, link=link)
    messages.success(request, "The link no longer works.")
    return redirect("seats:list", request.organisation.slug, link.assessment_id)


@require_safe
@login_not_required
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself: the token leaves the address, the page comes without it.

    So it stands in no history, no screenshot and no address that leads on.
    """
    if request.method != "GET":
        return _refusal(request, "assurance/seats/unshared.html", 404)
    link = actions.open_share(token=token)
    if link is None:  # a right link works all the same: others share the network
        if not within(request, WRONG, limit_get=True):
            return _headed(too_many(request))
        return _refusal(request, "assurance/seats/unshared.html", 404)
    opened = dict(request.session.get(OPENED, {}))
    request.session[OPENED] = opened | {str(link.pk): link.token_hash}
    return _headed(redirect("seats:shared_page", link.pk))


@require_safe
@login_not_required
def shared_page(request: HttpRequest, link_id: int) -> HttpResponse:
    """One assessment, to read, a section at a time: no files, no names, no forms."""
    token_hash = request.session.get(OPENED, {}).get(str(link_id), "")
    link = opened_by(link_id, token_hash)
    if link is None:
        return _refusal(request, "assurance/seats/unshared.html", 404)
    assessment = link.assessment
    every = parts(assessment)
    wanted = request.GET.get("section", "")
    part = next((one for one in every if str(one.id) == wanted), None)
    context: dict[str, Any] = {
        "link": link,
        "assessment": assessment,
        "parts": every,
        "part": part,
        "facts": facts(assessment),
        "void": None if part else void_of(assessment),
        "today": timezone.localdate(),
    }
    if part:
        context["page"] = page_of(assessment, part, request.GET.get("page"))
        context["query"] = f"section={part.id}&"
        context |= beside(every, part)
    return _headed(render(request, "assurance/seats/shared.html", context))


def _refusal(request: HttpRequest, template: str, status: int) -> HttpResponse:
    return _headed(render(request, template, status=status))


def _headed(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
