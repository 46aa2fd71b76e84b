"""Addresses of the room. No session opens them, so nothing here asks to sign in."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.urls import path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.parser import Parser

from compliance.ground.web import json_bodies
from compliance.programs.api import document, refusals
from compliance.programs.api.resources import (
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


class _Bounded(Parser):
    """Reads bodies of bounded size."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json_bodies.parsed(request.body)


api = NinjaAPI(
    title="Attest",
    version="1",
    description=document.DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    parser=_Bounded(),
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
prefix = "api/v1/"
_own, *_ = api.urls
for pattern in _own:
    vars(pattern.callback)["login_required"] = False
urlpatterns = [path("openapi.json", openapi, name="openapi"), *_own]
