"""Addresses of the room."""

from django.urls import path

from compliance.reporting.gaps.views import listing

app_name = "gaps"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("gaps/", listing.gap_list, name="list"),
    path("gaps/plan/", listing.plan, name="plan"),
    path("gaps/actions/<int:number>/", listing.action, name="action"),
    path("gaps/figures/", listing.figures, name="figures"),
]
