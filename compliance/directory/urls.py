"""Addresses of the room: pages of owners, and those of SCIM, which no session opens."""

from typing import Any

from django.urls import path

from compliance.directory.door import Handler, endpoint
from compliance.directory.resources import discovery, groups, users
from compliance.directory.views import owning

app_name = "directory"
urlpatterns = [
    path("", owning.page, name="page"),
    path("token/", owning.token_renew, name="token_renew"),
    path("token/end/", owning.token_end, name="token_end"),
]


def _one(room: Any) -> Handler:
    return endpoint(
        get=room.read, put=room.replace, patch=room.patch, delete=room.delete
    )


endpoints = [
    path("ServiceProviderConfig", endpoint(get=discovery.config), name="config"),
    path("Schemas", endpoint(get=discovery.schemas), name="schemas"),
    path("Schemas/<str:key>", endpoint(get=discovery.schema), name="schema"),
    path("ResourceTypes", endpoint(get=discovery.types), name="types"),
    path("ResourceTypes/<str:key>", endpoint(get=discovery.type_), name="type"),
    path("Users", endpoint(get=users.found, post=users.create), name="users"),
    path("Users/<str:key>", _one(users), name="user"),
    path("Groups", endpoint(get=groups.found, post=groups.create), name="groups"),
    path("Groups/<str:key>", _one(groups), name="group"),
    path("<path:rest>", endpoint(), name="nothing"),
]
