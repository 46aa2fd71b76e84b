"""Addresses of the room."""

from django.urls import path

from compliance.identity.organisations.views import (
    front,
    invitations,
    members,
    policy,
)

app_name = "organisations"
prefix = ""
urlpatterns = [
    path("", front.front, name="front"),
    path("organisations/new/", front.create, name="create"),
    path("invitation/", invitations.invitation, name="invitation"),
    path("invitation/<str:token>/", invitations.invited, name="invited"),
    path("o/<slug:org>/invitations/", invitations.invite, name="invite"),
    path(
        "o/<slug:org>/invitations/<int:invitation_id>/again/",
        invitations.invitation_again,
        name="invitation_again",
    ),
    path(
        "o/<slug:org>/invitations/<int:invitation_id>/end/",
        invitations.invitation_end,
        name="invitation_end",
    ),
    path("o/<slug:org>/members/", members.members, name="members"),
    path("o/<slug:org>/policy/", policy.policy, name="policy"),
    path("o/<slug:org>/members/back/", members.member_back, name="member_back"),
    path("o/<slug:org>/leave/", members.leave, name="leave"),
    path("o/<slug:org>/members/<int:membership_id>/", members.member, name="member"),
    path(
        "o/<slug:org>/members/<int:membership_id>/role/",
        members.member_role,
        name="member_role",
    ),
    path(
        "o/<slug:org>/members/<int:membership_id>/remove/",
        members.member_remove,
        name="member_remove",
    ),
    path(
        "o/<slug:org>/members/<int:membership_id>/sign-out/",
        members.member_sign_out,
        name="member_sign_out",
    ),
]
