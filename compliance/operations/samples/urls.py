"""Addresses of the room."""

from django.urls import path

from compliance.operations.samples import views

app_name = "samples"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("sample/", views.sample, name="sample"),
    path("sample/waiting/", views.waiting, name="waiting"),
    path("sample/cancel/", views.cancel, name="cancel"),
    path("sample/throw-away/", views.throw, name="throw"),
]
