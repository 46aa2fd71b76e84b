"""Addresses of the room."""

from django.urls import path

from compliance.work.evidence_use import views

app_name = "evidence_use"
prefix = "o/<slug:org>/"
one = "assessments/evidence/<uuid:evidence_id>/"
urlpatterns = [
    path(f"{one}uses/", views.uses, name="uses"),
    path(f"{one}use/", views.use, name="use"),
    path(f"{one}replace/", views.replace, name="replace"),
    path(f"{one}swap/", views.swap, name="swap"),
]
