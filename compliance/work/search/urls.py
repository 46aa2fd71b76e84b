"""Addresses of the room."""

from django.urls import path

from compliance.work.search import views

app_name = "search"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("search/", views.search, name="search"),
]
