"""Addresses of the room."""

from django.urls import path

from compliance.content.publishing.views import ending, merging, publishing

app_name = "publishing"
prefix = "o/<slug:org>/checklists/"
urlpatterns = [
    path("<int:edition_id>/clone/", publishing.clone, name="clone"),
    path("<int:edition_id>/next/", publishing.draft_next, name="draft_next"),
    path("<int:edition_id>/merge/", merging.merge, name="merge"),
    path("<int:edition_id>/check/", publishing.check, name="check"),
    path("<int:edition_id>/send/", publishing.send, name="send"),
    path("<int:edition_id>/back/", publishing.send_back, name="send_back"),
    path("<int:edition_id>/publish/", publishing.publish, name="publish"),
    path("<int:edition_id>/discard/", ending.discard, name="discard"),
    path("<int:edition_id>/retire/", ending.retire, name="retire"),
]
