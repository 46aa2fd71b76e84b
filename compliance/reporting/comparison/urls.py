"""Addresses of the room."""

from django.urls import path

from compliance.reporting.comparison.views import compare

app_name = "comparison"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("compare/", compare.compare, name="compare"),
    path("compare/figures/", compare.figures, name="figures"),
]
