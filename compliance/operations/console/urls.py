"""Addresses of the room."""

from django.urls import path

from compliance.operations.console import views

app_name = "console"
prefix = "console/"
urlpatterns = [path("", views.console, name="console")]
