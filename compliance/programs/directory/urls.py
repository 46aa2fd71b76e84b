"""Addresses of the room: pages of owners, and those of SCIM, which no session opens."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from compliance.programs.directory.views import owning

app_name = "directory"
prefix = "o/<slug:org>/directory/"
urlpatterns = [
    path("", owning.page, name="page"),
    path("token/", owning.token_renew, name="token_renew"),
    path("token/end/", owning.token_end, name="token_end"),
]


def scim(resource: str = "", **handlers: str) -> Callable[..., HttpResponse]:
    """A view of SCIM: a module of ``resources``, and its function for each method.

    The first call loads them: few organisations have a directory, and the library for
    SCIM holds as much memory as a large room of Attest.
    """

    @csrf_exempt
    @login_not_required
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        from compliance.programs.directory import door, resources  # noqa: PLC0415 - large

        room = getattr(resources, resource, None)
        found = {method: getattr(room, name) for method, name in handlers.items()}
        return door.reply(found, request, **kwargs)

    return view


ALL = {"get": "found", "post": "create"}
ONE = {"get": "read", "put": "replace", "patch": "patch", "delete": "delete"}

endpoints = [
    path("ServiceProviderConfig", scim("discovery", get="config"), name="config"),
    path("Schemas", scim("discovery", get="schemas"), name="schemas"),
    path("Schemas/<str:key>", scim("discovery", get="schema"), name="schema"),
    path("ResourceTypes", scim("discovery", get="types"), name="types"),
    path("ResourceTypes/<str:key>", scim("discovery", get="type_"), name="type"),
    path("Users", scim("users", **ALL), name="users"),
    path("Users/<str:key>", scim("users", **ONE), name="user"),
    path("Groups", scim("groups", **ALL), name="groups"),
    path("Groups/<str:key>", scim("groups", **ONE), name="group"),
    path("<path:rest>", scim(), name="nothing"),
]
