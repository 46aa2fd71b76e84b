"""Addresses of the room."""

from django.urls import path

from compliance.identity.accounts.views import factors, passkeys, security, sessions

app_name = "accounts"
prefix = ""
urlpatterns = [
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
]
