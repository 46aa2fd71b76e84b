"""Every address. Those of a room are in its ``urls.py``, behind its ``prefix``."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as mfa_webauthn
from django.urls import include, path, re_path

from compliance.assurance.reviews.views import signing
from compliance.identity.accounts.views import security
from compliance.identity.accounts.views.refusals import unprocessable
from compliance.identity.organisations.views import front
from compliance.operations.closing.views import closing
from compliance.programs.directory.urls import endpoints
from compliance.reporting.reports.views import verify
from compliance.rooms import modules

# Only these pages of allauth are open; it finds them by their names.
accounts = [
    path("login/", unprocessable(account.login), name="account_login"),
    path("login/second-step/", unprocessable(mfa.authenticate), name="mfa_authenticate"),
    path(
        "login/passkey/",
        unprocessable(mfa_webauthn.login_webauthn),
        name="mfa_login_webauthn",
    ),
    path("logout/", front.sign_out, name="account_logout"),
    path("signup/", unprocessable(account.signup), name="account_signup"),
    path("confirm/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("password/", security.password_change, name="account_change_password"),
    path(
        "password/reset/",
        unprocessable(account.password_reset),
        name="account_reset_password",
    ),
    path(
        "password/reset/sent/",
        account.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        unprocessable(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

urlpatterns = [
    path("accounts/", include(accounts)),
    path("scim/v2/", include((endpoints, "scim"))),
    path("verify/", verify.verify, name="verify"),
    path("verify/certificate.pem", verify.certificate, name="verify_certificate"),
    path("receipt/<str:receipt_name>/", closing.receipt, name="receipt"),
    path("receipt/<str:receipt_name>/file/", closing.receipt_file, name="receipt_file"),
    path("security/signed/", signing.signed_by_me, name="signed_by_me"),
    *(path(room.prefix, include(room)) for room in modules("urls")),
]
handler429 = "compliance.identity.organisations.rate_limits.too_many"
"""The page of allauth's limits, which looks for it by this name."""
