"""Addresses of the room."""

from django.urls import path

from compliance.reporting.home import views

app_name = "home"
prefix = "o/<slug:org>/"
urlpatterns = [
    path("", views.home, name="home"),
    path("work/", views.work, name="work"),
    path("work/away/", views.away, name="away"),
    path("work/back/", views.back, name="back"),
]
