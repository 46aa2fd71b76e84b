"""Addresses of the room."""

from django.urls import path

from compliance.programs.exports.views import packages

app_name = "exports"
prefix = "o/<slug:org>/"
of = "exports/of/<uuid:assessment_id>/"
one = "exports/<uuid:package_id>/"
urlpatterns = [
    path(of, packages.package_list, name="list"),
    path(f"{of}bundle/", packages.ask_bundle, name="ask_bundle"),
    path(f"{of}pack/", packages.ask_pack, name="ask_pack"),
    path(one, packages.package, name="package"),
    path(f"{one}cancel/", packages.cancel, name="cancel"),
    path(f"{one}file/", packages.file, name="file"),
]
