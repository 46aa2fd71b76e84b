"""Addresses of the room. No session opens them, so nothing here asks to sign in."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from compliance.api import document, refusals
from compliance.api.resources import (
    actions,
    answers,
    assessments,
    checklists,
    evidence,
    organisations,
    proposals,
    reports,
    search,
    trail,
    uploads,
)

api = NinjaAPI(
    title="Attest",
    version="1",
    description=document.DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
refusals.handle(api)
for room in (
    organisations,
    checklists,
    assessments,
    answers,
    proposals,
    evidence,
    uploads,
    actions,
    reports,
    trail,
    search,
):
    api.add_router("", room.router)


@require_safe
@login_not_required
def openapi(request):  # type: ignore[no-untyped-def]
    return document.serve(api, request)


app_name = "api"
_own, *_ = api.urls
for pattern in _own:
    vars(pattern.callback)["login_required"] = False
urlpatterns = [path("openapi.json", openapi, name="openapi"), *_own]
