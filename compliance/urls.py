"""Every address. Those of a room are in its ``urls.py``."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as mfa_webauthn
from django.urls import include, path, re_path

from compliance.accounts.views import security
from compliance.accounts.views.refusals import unprocessable
from compliance.closing.views import closing
from compliance.directory.urls import endpoints
from compliance.organisations.views import front
from compliance.reports.views import verify
from compliance.reviews.views import signing

# Only these pages of allauth are open; it finds them by their names.
accounts = [
    path("login/", unprocessable(account.login), name="account_login"),
    path(
        "login/second-step/", unprocessable(mfa.authenticate), name="mfa_authenticate"
    ),
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
    path("api/v1/", include("compliance.api.urls")),
    path("scim/v2/", include((endpoints, "scim"))),
    path("", include("compliance.monitoring.urls")),
    path("console/", include("compliance.console.urls")),
    path("verify/", verify.verify, name="verify"),
    path("verify/certificate.pem", verify.certificate, name="verify_certificate"),
    path("", include("compliance.accounts.urls")),
    path("", include("compliance.organisations.urls")),
    path("", include("compliance.sign_on.urls")),
    path("o/<slug:org>/directory/", include("compliance.directory.urls")),
    path("receipt/<str:receipt_name>/", closing.receipt, name="receipt"),
    path("receipt/<str:receipt_name>/file/", closing.receipt_file, name="receipt_file"),
    path("security/signed/", signing.signed_by_me, name="signed_by_me"),
    path("", include("compliance.tokens.urls")),
    path("o/<slug:org>/", include("compliance.webhooks.urls")),
    path("o/<slug:org>/", include("compliance.search.urls")),
    path("o/<slug:org>/", include("compliance.law_changes.urls")),
    path("o/<slug:org>/", include("compliance.workspace.urls")),
    path("o/<slug:org>/", include("compliance.scoping.urls")),
    path("o/<slug:org>/", include("compliance.bulk.urls")),
    path("o/<slug:org>/", include("compliance.evidence_use.urls")),
    path("o/<slug:org>/", include("compliance.assignments.urls")),
    path("o/<slug:org>/", include("compliance.remediation.urls")),
    path("o/<slug:org>/", include("compliance.edition_moves.urls")),
    path("o/<slug:org>/evidence/", include("compliance.evidence.urls")),
    path("o/<slug:org>/checklists/", include("compliance.checklists.urls")),
    path("o/<slug:org>/checklists/", include("compliance.publishing.urls")),
    path("o/<slug:org>/checklists/", include("compliance.editor.urls")),
    path("o/<slug:org>/checklists/", include("compliance.simulator.urls")),
    path("o/<slug:org>/checklists/", include("compliance.checklist_translations.urls")),
    path("o/<slug:org>/", include("compliance.reviews.urls")),
    path("o/<slug:org>/", include("compliance.results.urls")),
    path("o/<slug:org>/", include("compliance.comparison.urls")),
    path("o/<slug:org>/", include("compliance.gaps.urls")),
    path("", include("compliance.seats.urls")),
    path("o/<slug:org>/checklists/", include("compliance.checklist_files.urls")),
    path("o/<slug:org>/sheets/", include("compliance.answer_sheets.urls")),
    path("o/<slug:org>/bundles/", include("compliance.bundles.urls")),
    path("o/<slug:org>/", include("compliance.history.urls")),
    path("", include("compliance.calendar.urls")),
    path("o/<slug:org>/", include("compliance.home.urls")),
    path("o/<slug:org>/", include("compliance.reports.urls")),
    path("o/<slug:org>/", include("compliance.exports.urls")),
    path("o/<slug:org>/", include("compliance.letterhead.urls")),
    path("o/<slug:org>/", include("compliance.closing.urls")),
    path("o/<slug:org>/", include("compliance.samples.urls")),
]
handler429 = "compliance.organisations.rate_limits.too_many"
"""The page of allauth's limits, which looks for it by this name."""
