"""Webhooks of an organisation: their list, a new one, and the log of one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.ground.web.sendings import sending_of
from compliance.ground.web.text import number_in
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.rate_limits import within
from compliance.identity.organisations.reauthentication import StepUp
from compliance.identity.webhooks import actions
from compliance.identity.webhooks.choices import State
from compliance.identity.webhooks.forms import WebhookForm
from compliance.identity.webhooks.models import Webhook

ONCE = (
    "This webhook was made already, and Attest showed its secret only once. Change the"
    " secret if the receiver does not have it."
)
_ON_PAGE = 50
_TESTS = {"webhook_test": "20/10m/key"}


@require_safe
@member_required(Permission.MEMBERS)
def webhooks(request: MemberRequest) -> HttpResponse:
    """The addresses that events are sent to, and a form for one more."""
    return _list(request, WebhookForm())


@require_POST
@member_required(Permission.MEMBERS)
def webhook_new(request: MemberRequest) -> HttpResponse:
    """Make a webhook; the page that comes is the only one that shows its secret."""
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _list(request, form, 422)
    try:
        made, secret = actions.make_webhook(
            by=request.user,
            organisation=request.organisation,
            sending=sending_of(request),
            **form.cleaned_data,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _list(request, form, 422)
    request.is_saved = True
    if not secret:
        messages.info(request, ONCE)
        return _back(request, made)
    return _log(request, made, secret=secret)


@require_safe
@member_required(Permission.MEMBERS)
def webhook(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    """One webhook, and the log of its deliveries."""
    return _log(request, _found(request, webhook_id))


@require_POST
@member_required(Permission.MEMBERS, StepUp.SESSION)
def webhook_test(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    """Send a test, and say what came of it."""
    found = _found(request, webhook_id)
    if not _may_test(request):
        messages.error(request, "20 tests went out within ten minutes. Wait a while.")
        return _back(request, found)
    try:
        delivery = actions.send_test(webhook=found)
    except ValidationError as error:
        messages.error(request, error.message)
        return _back(request, found)
    if delivery.state == State.DELIVERED:
        messages.success(request, f"{found} took the test ({delivery.status}).")
    elif delivery.status:
        messages.error(
            request,
            f"{found} answered {delivery.status}. A receiver answers 200 to 299.",
        )
    else:
        messages.error(request, delivery.problem)
    return _back(request, found)


@require_POST
@member_required(Permission.MEMBERS, StepUp.SESSION)
def webhook_again(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    """Send again what was given up: the one that ``delivery`` names, or all."""
    found, named = _found(request, webhook_id), request.POST.get("delivery", "")
    try:
        queued = actions.send_again(webhook=found, delivery_id=(number_in(named) or 0) if named else None)
    except ValidationError as error:
        messages.error(request, error.message)
        return _back(request, found)
    messages.success(request, f"Queued to be sent again: {queued}.")
    return _back(request, found)


@require_POST
@member_required(Permission.MEMBERS)
def webhook_secret(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    """Change the secret; the page that comes is the only one that shows the new one."""
    found = _found(request, webhook_id)
    try:
        secret = actions.change_secret(by=request.user, webhook=found)
    except ValidationError as error:
        messages.error(request, error.message)
        return _back(request, found)
    return _log(request, found, secret=secret, is_changed=True)


@require_POST
@member_required(Permission.MEMBERS, StepUp.SESSION)
def webhook_end(request: MemberRequest, webhook_id: UUID) -> HttpResponse:
    """Send nothing more to a webhook."""
    found = _found(request, webhook_id)
    actions.end_webhook(by=request.user, webhook=found)
    messages.success(request, f"Nothing is sent to {found} any more.")
    return redirect("webhooks:webhooks", request.organisation.slug)


def _may_test(request: MemberRequest) -> bool:
    """Whether the organisation may send one more test; it is counted then."""
    return within(request, _TESTS, key=str(request.organisation.pk))


def _found(request: MemberRequest, webhook_id: UUID) -> Webhook:
    return get_object_or_404(request.organisation.webhooks, pk=webhook_id)


def _back(request: MemberRequest, webhook: Webhook) -> HttpResponse:
    return redirect("webhooks:webhook", request.organisation.slug, webhook.pk)


def _list(request: MemberRequest, form: WebhookForm, status: int = 200) -> HttpResponse:
    own = request.organisation.webhooks.select_related("made_by")
    rows = list(own.order_by("-made_at", "pk"))
    context = {
        "standing": [one for one in rows if not one.state],
        "over": [one for one in rows if one.state],
        "form": form,
    }
    return render(request, "identity/webhooks/webhooks.html", context, status=status)


def _log(request: MemberRequest, webhook: Webhook, **more: Any) -> HttpResponse:
    rows = webhook.deliveries.select_related("webhook").order_by("-queued_at", "-pk")
    given_up = webhook.deliveries.filter(state=State.GIVEN_UP, seq__isnull=False)
    context = more | {
        "webhook": webhook,
        "page": Paginator(rows, _ON_PAGE).get_page(request.GET.get("page")),
        "given_up": given_up.count(),
    }
    return render(request, "identity/webhooks/webhook.html", context)
