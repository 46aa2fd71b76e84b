"""Addresses of the room."""

from django.urls import path

from compliance.reporting.results.views import frameworks, overview, result

app_name = "results"
prefix = "o/<slug:org>/"
one = "assessments/<uuid:assessment_id>/result/"
urlpatterns = [
    path("overview/", overview.overview, name="overview"),
    path("overview/figures/", overview.figures, name="overview_figures"),
    path(one, result.result, name="result"),
    path(f"{one}figures/", result.figures, name="figures"),
    path(f"{one}targets/<slug:scale>/", result.targets, name="targets"),
    path("frameworks/", frameworks.frameworks, name="frameworks"),
    path("frameworks/<slug:key>/", frameworks.framework, name="framework"),
    path("frameworks/<slug:key>/file/", frameworks.framework_file, name="framework_file"),
]
