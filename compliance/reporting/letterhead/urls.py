"""Addresses of the room."""

from django.urls import path

from compliance.reporting.letterhead.views import letterhead

app_name = "letterhead"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("reports/letterhead/", letterhead.letterhead, name="letterhead"),
]
