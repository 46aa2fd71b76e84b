"""Addresses of the room."""

from django.urls import path

from compliance.content.checklists import views

app_name = "checklists"
prefix = "o/<slug:org>/checklists/"
urlpatterns = [
    path("", views.list, name="list"),
    path("about/", views.about, name="about"),
    path("editors/", views.editors, name="editors"),
    path("<int:edition_id>/", views.detail, name="detail"),
    path("<int:edition_id>/to/<int:other_id>/", views.diff, name="diff"),
]
