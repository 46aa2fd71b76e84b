"""Addresses of the room."""

from django.urls import path

from compliance.work.law_changes.views import law, legal_index

app_name = "law_changes"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("checklists/law/", law.law, name="law"),
    path("checklists/law/index/", legal_index.instruments, name="instruments"),
    path(
        "checklists/law/index/<slug:instrument_key>/",
        legal_index.provisions,
        name="provisions",
    ),
    path(
        "checklists/law/provision/<int:provision_id>/",
        legal_index.provision,
        name="provision",
    ),
    path(
        "checklists/law/provision/<int:provision_id>/release/",
        legal_index.provision_release,
        name="provision_release",
    ),
]
