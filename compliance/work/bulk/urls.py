"""Addresses of the room."""

from django.urls import path

from compliance.work.bulk import views

app_name = "bulk"
prefix = "o/<slug:org>/"
bulk = "assessments/<uuid:assessment_id>/bulk/"
done = f"{bulk}<int:first_seq>/"
urlpatterns = [
    path(bulk, views.change, name="change"),
    path(f"{bulk}picks/", views.picks, name="picks"),
    path(done, views.done, name="done"),
    path(f"{done}undo/", views.undo, name="undo"),
]
