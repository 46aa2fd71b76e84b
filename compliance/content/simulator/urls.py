"""Addresses of the room."""

from django.urls import path

from compliance.content.simulator import views

app_name = "simulator"
prefix = "o/<slug:org>/checklists/"
one = "<int:edition_id>/simulator/"
urlpatterns = [
    path(one, views.simulator, name="simulator"),
    path(f"{one}save/", views.organisation_save, name="organisation_save"),
    path(f"{one}remove/", views.organisation_remove, name="organisation_remove"),
]
