"""The page of owners: provider, test, switch, domains, groups."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.rate_limits import too_many
from compliance.identity.sign_on import actions, entrance, saml_metadata
from compliance.identity.sign_on.choices import Protocol
from compliance.identity.sign_on.events import DOMAIN_REMOVED, GROUP_REMOVED
from compliance.identity.sign_on.forms import DomainForm, GroupForm, ProviderForm, SamlForm
from compliance.identity.sign_on.models import SignOn
from compliance.identity.sign_on.pages import leaving, may_try, settings_page
from compliance.proof.audit import trail


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.MEMBERS)
def provider(request: MemberRequest) -> HttpResponse:
    if request.method != "POST":
        return settings_page(request)
    if not may_try(request):  # metadata are looked for
        return too_many(request)
    is_saml = request.POST.get("protocol") == Protocol.SAML
    kind = SamlForm if is_saml else ProviderForm
    form = kind(request.POST, organisation=request.organisation)
    act = actions.set_saml if is_saml else actions.set_provider
    if _is_done(request, form, act):
        messages.success(request, "The provider is kept.")
        return _back(request)
    return settings_page(request, 422, form=form)


@require_safe
@member_required(Permission.MEMBERS)
def metadata(request: MemberRequest) -> HttpResponse:
    """Attest's own metadata for the provider of this organisation, as a file."""
    text = saml_metadata.written(entrance.service(request.organisation))
    reply = HttpResponse(text, content_type="application/samlmetadata+xml")
    name = f"attest-{request.organisation.slug}.xml"
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return reply


@require_POST
@member_required(Permission.MEMBERS)
def test(request: MemberRequest) -> HttpResponse:
    """To the provider, as people will go; the reply shows what it says of them."""
    if not may_try(request):
        return too_many(request)
    sign_on = _sign_on(request)
    return _tried(request, lambda: leaving(request, sign_on, entrance.TEST))


@require_POST
@member_required(Permission.MEMBERS)
def switch(request: MemberRequest) -> HttpResponse:
    is_on = request.POST.get("is_on") == "yes"

    def act() -> HttpResponse:
        actions.switch(by=request.user, organisation=request.organisation, is_on=is_on)
        messages.success(request, f"Sign-on is {'on' if is_on else 'off'}.")
        return _back(request)

    return _tried(request, act)


@require_POST
@member_required(Permission.MEMBERS)
def require(request: MemberRequest) -> HttpResponse:
    """Members come by the provider alone, or as they like."""
    is_only = request.POST.get("is_only") == "yes"

    def act() -> HttpResponse:
        actions.require(by=request.user, organisation=request.organisation, is_only=is_only)
        said = "by the provider alone" if is_only else "in each way they have"
        messages.success(request, f"Members come {said}.")
        return _back(request)

    return _tried(request, act)


@require_POST
@member_required(Permission.MEMBERS)
def domain_add(request: MemberRequest) -> HttpResponse:
    form = DomainForm(request.POST, auto_id="domain-%s")
    if _is_done(request, form, actions.add_domain, field="name"):
        messages.success(request, "Publish its record, then have it looked for.")
        return _back(request)
    return settings_page(request, 422, domain_form=form)


@require_POST
@member_required(Permission.MEMBERS)
def domain_verify(request: MemberRequest, domain_id: int) -> HttpResponse:
    domain = get_object_or_404(request.organisation.domains, pk=domain_id)

    def act() -> HttpResponse:
        actions.verify_domain(by=request.user, domain=domain)
        messages.success(request, f"{domain} is verified.")
        return _back(request)

    return _tried(request, act) if may_try(request) else too_many(request)


@require_POST
@member_required(Permission.MEMBERS)
def domain_remove(request: MemberRequest, domain_id: int) -> HttpResponse:
    rows = request.organisation.domains
    if name := _taken_away(request, DOMAIN_REMOVED, rows, domain_id):
        messages.success(request, f"{name} is taken away.")
        return _back(request)
    domain = get_object_or_404(rows, pk=domain_id)

    def act() -> HttpResponse:
        actions.remove_domain(by=request.user, domain=domain)
        messages.success(request, f"{domain} is taken away.")
        return _back(request)

    return _tried(request, act)


@require_POST
@member_required(Permission.MEMBERS)
def group_add(request: MemberRequest) -> HttpResponse:
    form = GroupForm(request.POST, auto_id="group-%s")
    if _is_done(request, form, actions.add_group, field="group"):
        messages.success(request, "It counts from the next sign-in, and for the directory at once.")
        return _back(request)
    return settings_page(request, 422, group_form=form)


@require_POST
@member_required(Permission.MEMBERS)
def group_remove(request: MemberRequest, group_id: int) -> HttpResponse:
    rows = request.organisation.group_roles
    group = _taken_away(request, GROUP_REMOVED, rows, group_id)
    if not group:
        row = get_object_or_404(rows, pk=group_id)
        actions.remove_group(by=request.user, row=row)
        group = row.group
    messages.success(request, f"{group} gives no role any more.")
    return _back(request)


def _taken_away(request: MemberRequest, action: str, rows: Any, pk: int) -> str:
    """The name of a row that this person took away before, in a press that is sent twice."""
    done = trail.removed(
        rows,
        pk,
        by=request.user,
        organisation_id=request.organisation.pk,
        action=action,
    )
    before = trail.changes(done)[0] if done else {}
    return str(before.get("domain") or before.get("group") or "")


def _sign_on(request: MemberRequest) -> SignOn:
    try:
        found: SignOn = request.organisation.sign_on
    except SignOn.DoesNotExist:
        raise Http404 from None
    return found


def _is_done(request: MemberRequest, form: Form, act: Callable[..., object], field: str = "") -> bool:
    """Whether the action took what the form holds; else the form says why, at ``field``."""
    if form.is_valid():
        try:
            act(by=request.user, organisation=request.organisation, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(field or None, error.messages if field else error)
    return form.is_valid()


def _tried(request: MemberRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """The reply of what is tried, or the page with why it is refused."""
    try:
        return act()
    except ValidationError as error:
        return settings_page(request, 422, problems=error.messages)


def _back(request: MemberRequest) -> HttpResponse:
    return redirect("sign_on:provider", request.organisation.slug)
