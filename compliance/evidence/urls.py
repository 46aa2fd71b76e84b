"""Addresses of the room."""

from django.urls import path

from compliance.evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.library, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:evidence_id>/", views.detail, name="detail"),
    path("<uuid:evidence_id>/edit/", views.edit, name="edit"),
    path("<uuid:evidence_id>/file/", views.download, name="download"),
]
