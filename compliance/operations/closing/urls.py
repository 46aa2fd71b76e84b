"""Addresses of the room."""

from django.urls import path

from compliance.operations.closing.views import archives, closing

app_name = "closing"
prefix = "o/<slug:org>/"
one = "organisation/archives/<uuid:archive_id>/"
urlpatterns = [
    path("organisation/", archives.whole, name="whole"),
    path("organisation/close/", closing.close, name="close"),
    path("organisation/keep/", closing.keep, name="keep"),
    path("organisation/archives/", archives.archive_ask, name="archive_ask"),
    path(one, archives.archive, name="archive"),
    path(f"{one}cancel/", archives.archive_cancel, name="archive_cancel"),
    path(f"{one}file/", archives.archive_file, name="archive_file"),
]
