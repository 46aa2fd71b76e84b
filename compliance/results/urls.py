"""Addresses of the room."""

from django.urls import path

from compliance.results.views import result

app_name = "results"
one = "<uuid:assessment_id>/result/"
urlpatterns = [
    path(one, result.result, name="result"),
    path(f"{one}figures/", result.figures, name="figures"),
    path(f"{one}targets/<slug:scale>/", result.targets, name="targets"),
]
