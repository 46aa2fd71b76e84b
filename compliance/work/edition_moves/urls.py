"""Addresses of the room."""

from django.urls import path

from compliance.work.edition_moves import views

app_name = "edition_moves"
prefix = "o/<slug:org>/"
one = "<uuid:assessment_id>/"
urlpatterns = [
    path(f"assessments/{one}upgrade/", views.upgrade, name="upgrade"),
    path(
        f"assessments/{one}upgrade/<int:upgrade_id>/undo/",
        views.upgrade_undo,
        name="upgrade_undo",
    ),
    path(f"assessments/{one}archived/", views.archived, name="archived"),
]
