"""Addresses of the room."""

from django.urls import path

from compliance.samples import views

app_name = "samples"
urlpatterns = [
    path("sample/", views.sample, name="sample"),
    path("sample/throw-away/", views.throw, name="throw"),
]
