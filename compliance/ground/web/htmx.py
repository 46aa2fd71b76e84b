"""Helpers for HTMX: is a partial wanted, render page or partial, refuse a form."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails


def wants_partial(htmx: HtmxDetails) -> bool:
    """Whether htmx will swap the reply into a page that is already there."""
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: Any,
    template: str,
    context: dict[str, Any],
    *,
    partial: str,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or only its ``partial`` for an htmx swap."""
    if wants_partial(request.htmx):
        template = f"{template}#{partial}"
    return render(request, template, context, status=status)


def invalid(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    """The form with its faults and everything that was typed; status 422."""
    return render_page(request, template, {"form": form, **context}, partial="form", status=422)
