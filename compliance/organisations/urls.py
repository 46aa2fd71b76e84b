"""Addresses of the room."""

from django.urls import path

from compliance.organisations import views

app_name = "organisations"
urlpatterns = [
    path("", views.front, name="front"),
    path("organisations/new/", views.create, name="create"),
    path("o/<slug:org>/members/", views.members, name="members"),
    path(
        "o/<slug:org>/members/<int:membership_id>/role/",
        views.member_role,
        name="member_role",
    ),
    path(
        "o/<slug:org>/members/<int:membership_id>/remove/",
        views.member_remove,
        name="member_remove",
    ),
]
