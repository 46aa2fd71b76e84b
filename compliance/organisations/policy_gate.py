"""The gate of an organisation's policy: a second factor, and coming by its own provider."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from compliance.organisations import signed_on
from compliance.organisations.choices import Role


def lacking(request: Any) -> HttpResponse | None:
    """The page for someone without the proof that the policy asks for; else None.

    An htmx call is refused: the page that made it keeps what was typed.
    """
    page = _asking(request)
    if not page:
        return None
    if request.htmx:
        return HttpResponse(status=403)
    return render(request, page, status=403)


def _asking(request: Any) -> str:
    """The template that asks for what the policy wants and the person lacks; or ""."""
    policy, today = request.organisation.policy, timezone.localdate()
    request.factor_by = None
    if policy.sign_on_only and not _came_right(request):
        return "organisations/sign_on_needed.html"
    if policy.second_factor_from is None or request.user.is_protected:
        return ""
    if signed_on.is_at(request, request.organisation.pk):
        return ""  # its provider says how its people prove who they are
    if not policy.asks_factor(today):
        request.factor_by = policy.second_factor_from
        return ""
    return "organisations/factor_needed.html"


def _came_right(request: Any) -> bool:
    """Whether the session may open an organisation whose people come by its provider.

    Auditors belong to another house. Owners with a second factor are let in past it.
    """
    role = request.membership.role
    return (
        role == Role.AUDITOR
        or (role == Role.OWNER and request.user.is_protected)
        or signed_on.is_at(request, request.organisation.pk)
    )
