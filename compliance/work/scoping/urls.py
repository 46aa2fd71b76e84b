"""Addresses of the room."""

from django.urls import path

from compliance.work.scoping.views import details, scope, starting

app_name = "scoping"
prefix = "o/<slug:org>/"
one = "<uuid:assessment_id>/"
urlpatterns = [
    path("assessments/new/", starting.choose, name="choose"),
    path("assessments/new/<int:edition_id>/", starting.start, name="start"),
    path("assessments/new/<int:edition_id>/applies/", starting.applies, name="applies"),
    path(f"assessments/{one}details/", details.details, name="details"),
    path(f"assessments/{one}facts/", scope.facts, name="facts"),
    path(f"assessments/{one}rest/", scope.rest, name="rest"),
    path(f"assessments/{one}applicability/", scope.applicability, name="applicability"),
]
