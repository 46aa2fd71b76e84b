"""Addresses of the room."""

from django.urls import path

from compliance.content.evidence.views import adding, detail, library

app_name = "evidence"
prefix = "o/<slug:org>/evidence/"
one = "<uuid:evidence_id>/"
urlpatterns = [
    path("", library.library, name="list"),
    path("add/", adding.add, name="add"),
    path(one, detail.detail, name="detail"),
    path(f"{one}edit/", detail.edit, name="edit"),
    path(f"{one}check/", detail.check, name="check"),
    path(f"{one}file/", detail.download, name="download"),
    path(f"{one}preview/", detail.preview, name="preview"),
]
