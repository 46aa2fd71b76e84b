"""The front door: where to go, a first organisation, leaving."""

from allauth.account.views import logout
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from compliance.ground.web.script_cookies import tell_scripts
from compliance.identity.organisations import actions
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.forms import OrganisationForm
from compliance.identity.organisations.models import Membership, User
from compliance.identity.organisations.reauthentication import StepUp, stepped_up


@require_safe
def front(request: MemberRequest) -> HttpResponse:
    """The home of the organisation used last, or what to do without one.

    A contributor who was asked something goes straight to it.
    """
    own = request.user.came_with
    if own is None:
        own = list(request.user.memberships.of(request.user))
    last = [m for m in own if m.organisation_id == request.user.worked_in_id]
    first = min(last or own, key=lambda m: m.joined_at, default=None)
    if first and first.role == Role.CONTRIBUTOR and _is_asked(request.user, first):
        return redirect("assignments:mine", first.organisation.slug)
    if first:
        return redirect(first)
    context = {"form": OrganisationForm(), "may_create": settings.SIGN_UP}
    return render(request, "identity/organisations/front.html", context)


def _is_asked(user: User, membership: Membership) -> bool:
    """Whether a question of a running assessment is theirs."""
    return user.owned_answers.filter(
        assessment__organisation=membership.organisation,
        assessment__status="running",
        applies=True,
    ).exists()


@require_http_methods(["GET", "HEAD", "POST"])
@stepped_up(StepUp.SESSION)
def create(request: MemberRequest) -> HttpResponse:
    if not settings.SIGN_UP:
        raise Http404
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        organisation = actions.create_organisation(
            by=request.user, owner=request.user, name=form.cleaned_data["name"]
        )
        return redirect(organisation)
    status = 422 if form.is_bound else 200
    return render(request, "identity/organisations/create.html", {"form": form}, status=status)


@login_not_required
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, and leave nothing in the browser for the next person."""
    response: HttpResponse = logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        # the tab asks for it on its next page (ui.js)
        tell_scripts(request, response, "signed-out", "1", seconds=60)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A stale form: the page says so, an htmx call keeps what was typed."""
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=403)
        response.headers["HX-Trigger"] = "attest:stale-form"
        return response
    return render(request, "403_csrf.html", status=403)
