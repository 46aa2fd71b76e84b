"""Addresses of the room."""

from django.urls import path

from compliance.organisations.views import (
    factors,
    front,
    invitations,
    members,
    passkeys,
    policy,
    security,
    sessions,
)

app_name = "organisations"
urlpatterns = [
    path("", front.front, name="front"),
    path("organisations/new/", front.create, name="create"),
    path("security/", security.security, name="security"),
    path("security/address/", security.address_confirm, name="address_confirm"),
    path("security/app/", factors.app_new, name="app_new"),
    path("security/app/remove/", factors.app_remove, name="app_remove"),
    path("security/codes/", factors.codes_new, name="codes_new"),
    path("security/sessions/end/", sessions.sessions_end, name="sessions_end"),
    path(
        "security/sessions/<int:session_id>/end/",
        sessions.session_end,
        name="session_end",
    ),
    path("passkeys/new/", passkeys.passkey_new, name="passkey_new"),
    path("passkeys/add/", passkeys.passkey_add, name="passkey_add"),
    path("passkeys/ask/", passkeys.passkey_ask, name="passkey_ask"),
    path("passkeys/<int:passkey_id>/", passkeys.passkey, name="passkey"),
    path(
        "passkeys/<int:passkey_id>/remove/",
        passkeys.passkey_remove,
        name="passkey_remove",
    ),
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
