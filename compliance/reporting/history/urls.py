"""Addresses of the room."""

from django.urls import path

from compliance.reporting.history.views import looking_back, trail

app_name = "history"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("trail/", trail.trail, name="trail"),
    path("trail/export/", trail.trail_export, name="trail_export"),
    path("reports/as-of/<uuid:assessment_id>/", looking_back.as_of, name="as_of"),
]
