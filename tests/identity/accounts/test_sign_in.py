"""Sign-in: the same words for everybody, no way off the site, no session left."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account import app_settings as of_accounts
from allauth.mfa import app_settings as of_factors
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django_tasks_db.models import DBTaskResult

from compliance.models import User
from tests.support.factories import PASSWORD, make_user
from tests.support.mail_queue import queued, refuse_with, send_queued

SIGN_IN = "/accounts/login/"
OFF_SITE = [
    "https://evil.example",
    "http://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    " https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https:\\\\evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "http://testserver@evil.example/",
    "http://testserver:80@evil.example/",
    "http://evil.example#testserver",
    "http://evil.example?testserver",
    "http://evil.example\\@testserver/",
    "http://testserver.evil.example/",
    "http://localhost:8001/",
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://testserver:9999/",
    "ftp://testserver/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil%E3%80%82example",
]


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()


def submit(client, email, password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"login": email, "password": password}, **extra)


def words(response):
    """The text that a person reads, without the parts that differ in every reply."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", response.text)
    return response.status_code, re.sub(r"[\w.]+@example\.org", "", text)


def test_right_password_signs_in_under_a_new_session(cast):
    client = Client()
    client.get(SIGN_IN)
    client.cookies["sessionid"] = "planted0planted0planted0planted0"
    response = submit(client, "ADA@example.org")
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(cast.ada.pk)
    assert client.session.session_key != "planted0planted0planted0planted0"


def test_wrong_unknown_and_closed_accounts_read_the_same(cast):
    closed = make_user("Gone", "gone@example.org")
    closed.is_active = False
    closed.save()
    replies = [
        submit(Client(), "ada@example.org", "not the password"),
        submit(Client(), "nobody@example.org", "not the password"),
        submit(Client(), "gone@example.org", "not the password"),
        submit(Client(), "gone@example.org", PASSWORD),
    ]
    assert len({words(reply) for reply in replies}) == 1
    assert "This email and password do not go together." in replies[0].text


def test_reset_reads_the_same_for_known_unknown_and_closed(cast, mailoutbox):
    closed = make_user("Gone", "gone@example.org")
    closed.is_active = False
    closed.save()
    emails = ["ada@example.org", "nobody@example.org", "gone@example.org"]
    replies = [Client().post(reverse("account_reset_password"), {"email": email}) for email in emails]
    assert {(r.status_code, r.url) for r in replies} == {(302, "/accounts/password/reset/sent/")}
    assert (mailoutbox, queued().count()) == ([], 3)  # equal work in the request
    send_queued()
    assert [mail.to for mail in mailoutbox] == [[email] for email in emails]
    assert [mail.subject for mail in mailoutbox] == [
        "Attest: choose a new password",
        "Attest: no account with this address",
        "Attest: no account with this address",
    ]
    kept = DBTaskResult.objects.values_list("args_kwargs", flat=True)
    assert "example.org" not in str(list(kept))


def test_fault_reads_the_same_above_the_form_and_at_its_field(db, settings):
    """The names that allauth gives its fields are not those on the page."""
    settings.SIGN_UP = True
    typed = {"name": "New", "email": "new@example.org"}
    words = {"password1": PASSWORD, "password2": f"{PASSWORD}?"}
    page = Client().post(reverse("account_signup"), typed | words).text
    assert page.count("You must type the same password each time.") == 2
    assert "(again)" not in page


def test_page_promises_no_link_by_mail_where_none_goes_out(db, settings):
    page = Client().get(reverse("account_reset_password"))
    assert "Attest sends a link" in page.text
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    page = Client().get(reverse("account_reset_password"))
    assert "Attest sends a link" not in page.text
    assert "No mail server is set" in page.text


def test_request_for_a_reset_asks_the_database_the_same_for_everybody(cast):
    asked = []
    for email in ("ada@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            Client().post(reverse("account_reset_password"), {"email": email})
        asked.append([query["sql"].split(" VALUES ")[0] for query in queries])
    assert asked[0] == asked[1]
    assert not any("compliance_user" in sql for sql in asked[0])


def test_ten_failures_stop_an_account_here_and_nobody_elsewhere(cast, monkeypatch):
    for _ in range(10):
        submit(Client(), "ada@example.org", "not the password")
    hashed = []
    monkeypatch.setattr(
        "compliance.identity.organisations.models.User.check_password",
        lambda user, raw: hashed.append(raw) or raw == PASSWORD,
    )
    refused = submit(Client(), "ada@example.org")
    assert "Too many tries. Wait 15 minutes" in refused.text
    spoofed = submit(Client(), "ada@example.org", HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert "Too many tries. Wait 15 minutes" in spoofed.text
    assert hashed == []
    assert submit(Client(), "con@example.org").status_code == 302
    elsewhere = submit(Client(), "ada@example.org", REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 302


@pytest.mark.slow
def test_sixty_requests_a_minute_stop_a_network(db):
    for _ in range(60):
        Client().post(SIGN_IN, {})
    assert Client().post(SIGN_IN, {}).status_code == 429


def test_network_signs_in_by_passkey_as_often_as_by_password(db):
    """An office behind one address comes to work in the same minute."""
    step = reverse("mfa_login_webauthn")
    replies = [Client().post(step, {"credential": "{}"}) for _ in range(61)]
    assert {reply.status_code for reply in replies[:60]} == {302}
    assert replies[60].status_code == 429


@pytest.mark.parametrize("target", OFF_SITE)
def test_next_stays_on_the_origin(target, cast, sign_in):
    client = Client()
    form = {"login": "ada@example.org", "password": PASSWORD, "next": target}
    assert client.post(SIGN_IN, form).url in {"/accounts/password/", "/"}
    assert client.post("/accounts/logout/", {"next": target}).url == "/"
    known = sign_in(cast.con)
    assert known.get(SIGN_IN, {"next": target}).url == "/"


def test_next_returns_to_the_page_that_was_asked_for(cast):
    form = {"login": "ada@example.org", "password": PASSWORD}
    asked = "/o/acme/members/?a=1#member-3"
    assert Client().post(SIGN_IN, form | {"next": asked}).url == asked


def test_changed_password_ends_every_session(cast, sign_in):
    here, there = sign_in(cast.ada), sign_in(cast.ada)
    form = {
        "oldpassword": PASSWORD,
        "password1": "another fine phrase",
        "password2": "another fine phrase",
    }
    changed = here.post("/accounts/password/", form)
    assert changed.url == SIGN_IN
    for client in (here, there):
        assert client.get("/o/acme/members/").status_code == 302
    cast.ada.refresh_from_db()
    assert cast.ada.check_password("another fine phrase")


def test_weak_and_mistyped_passwords_are_refused_beside_their_field(cast, sign_in):
    form = {"oldpassword": "wrong", "password1": "short", "password2": "other"}
    page = sign_in(cast.ada).post("/accounts/password/", form).text
    assert "This is not your current password." in page
    assert "too short" in page
    cast.ada.refresh_from_db()
    assert cast.ada.check_password(PASSWORD)


@pytest.fixture
def without(cast):
    """Somebody who came by sign-on or the directory."""
    cast.rob.set_unusable_password()
    cast.rob.save()
    return cast.rob


def test_person_without_a_password_chooses_one_by_mail(without, sign_in):
    client = sign_in(without)
    for ask in (client.get, client.post):
        page = ask("/accounts/password/", follow=True)
        assert page.redirect_chain == [(reverse("account_reset_password"), 302)]
        assert "You have no password yet." in page.text
    client.post(reverse("account_reset_password"), {"email": without.email})
    assert [one.subject for one in send_queued()] == ["Attest: choose a new password"]


def test_page_of_security_says_nothing_of_a_password_that_nobody_has(cast, without, sign_in):
    theirs = sign_in(without).get("/security/").text
    assert 'href="/accounts/password/"' not in theirs
    assert "The only thing that Attest asks" not in theirs
    assert "your password alone" not in theirs
    assert "You have no password here." in theirs
    assert 'href="/accounts/password/"' in sign_in(cast.ada).get("/security/").text


def test_reset_link_works_once(cast, sign_in, mailoutbox):
    open_session = sign_in(cast.ada)
    Client().post(reverse("account_reset_password"), {"email": "ada@example.org"})
    send_queued()
    link = re.search(r"http://127.0.0.1:8000(\S+)", mailoutbox[0].body)[1]
    form = {"password1": "another fine phrase", "password2": "another fine phrase"}
    client = Client()
    page = client.get(link, follow=True)
    assert client.post(page.request["PATH_INFO"], form).status_code == 302
    assert open_session.get("/o/acme/members/").status_code == 302
    assert "This link no longer works" in Client().get(link).text
    again = submit(Client(), "ada@example.org", form["password1"])
    assert again.status_code == 302


def test_sign_out_ends_the_session_and_empties_the_browser(cast, sign_in):
    client = sign_in(cast.ada)
    old = client.session.session_key
    response = client.post("/accounts/logout/")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert response.cookies["signed-out"].value == "1"
    client.cookies["sessionid"] = old
    assert client.get("/o/acme/members/").status_code == 302


def test_sign_up_is_closed_by_default(db, settings):
    page = Client().get("/accounts/signup/")
    assert "Sign-up is by invitation only" in page.text
    form = {
        "name": "New Person",
        "email": "new@example.org",
        "password1": "another fine phrase",
        "password2": "another fine phrase",
    }
    assert "Sign-up is by invitation only" in Client().post("/accounts/signup/", form).text
    settings.SIGN_UP = True
    assert Client().post("/accounts/signup/", form).status_code == 302
    assert submit(Client(), "new@example.org", form["password1"]).status_code == 302


def sign_up(settings, email="new@example.org"):
    settings.SIGN_UP = True
    form = {
        "name": "New Person",
        "email": email,
        "password1": "another fine phrase",
        "password2": "another fine phrase",
    }
    client = Client()
    assert client.post("/accounts/signup/", form).status_code == 302
    return client


def test_confirmation_link_confirms_the_address(db, settings):
    client = sign_up(settings)
    (mail,) = send_queued()
    assert mail.to == ["new@example.org"]
    link = re.search(rf"{settings.URL}(\S+)", mail.body)[1]
    assert "Is <bdi>new@example.org</bdi> your address?" in client.get(link).text
    assert client.post(link).status_code == 302
    assert "already been used" in client.get("/accounts/confirm/nonsense/").text


def test_mail_of_a_sign_up_waits_while_the_server_is_down(db, settings, monkeypatch):
    refuse_with(monkeypatch, ConnectionRefusedError())
    assert "new@example.org" in sign_up(settings).get("/").text
    assert send_queued() == []
    assert queued().get().args_kwargs["args"][0] == "new@example.org"


def test_sign_up_promises_no_mail_where_there_is_no_mail_server(db, settings):
    promise = "A link to confirm your address is on its way."
    assert promise in sign_up(settings).get("/").text
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    page = sign_up(settings, "other@example.org").get("/").text
    assert promise not in page
    assert "No mail server is set, so Attest mails nobody." in page


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/email/",
        "/accounts/login/code/",
        "/accounts/login/code/confirm/",
        "/accounts/reauthenticate/",
        "/accounts/inactive/",
        "/accounts/password/set/",
        "/accounts/signup/passkey/",
        "/accounts/",
    ],
)
def test_other_pages_of_the_library_are_shut(path, cast, sign_in):
    assert sign_in(cast.ada).get(path).status_code == 404


LEADS = re.compile(r'(?:reverse(?:_lazy)?|redirect_response)\(\s*"(\w+)"|urlname\w*\s*=\s*"(\w+)"')
"""Where code of allauth leads to a page by its name."""
UNREACHED = {
    # only their own pages lead there, and none is routed
    "account_change_phone", "account_complete_password_reset", "account_email",
    "account_password_reset_completed", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_index", "mfa_list_webauthn", "mfa_view_recovery_codes",
    # where a page asks who they are by allauth: here a door of its own does
    "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "account_inactive",  # a closed account is refused before
    "account_set_password",  # who has no password is sent away before
    # a setting is off, as the test below says
    "account_confirm_login_code", "account_confirm_password_reset_code",
    "account_email_verification_sent", "account_request_login_code",
    "account_signup_by_passkey", "account_verify_phone", "mfa_signup_webauthn",
    "mfa_trust",
}  # fmt: skip


def test_library_leads_to_no_page_that_is_not_there():
    """A new version that leads elsewhere has to be looked at."""
    place = Path(allauth.__file__).parent
    named = {
        found[1] or found[2]
        for room in ("account", "mfa")
        for file in (place / room).rglob("*.py")
        for found in LEADS.finditer(file.read_text())
        if "tests" not in file.parts
    }
    routed = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert named - routed == UNREACHED


def test_settings_that_lead_to_other_pages_are_off():
    assert not of_accounts.LOGIN_BY_CODE_ENABLED
    assert not of_accounts.LOGIN_BY_CODE_REQUIRED
    assert not of_accounts.PASSWORD_RESET_BY_CODE_ENABLED
    assert not of_accounts.EMAIL_VERIFICATION_BY_CODE_ENABLED
    assert not of_accounts.SIGNUP_FORM_HONEYPOT_FIELD
    assert of_accounts.EMAIL_VERIFICATION == "optional"
    assert "phone" not in of_accounts.SIGNUP_FIELDS
    assert not of_factors.PASSKEY_SIGNUP_ENABLED
    assert not of_factors.TRUST_ENABLED


def test_sign_up_with_an_address_that_is_taken_is_refused_on_its_page(cast, settings):
    settings.SIGN_UP = True
    form = {"name": "Ada", "email": cast.ada.email}
    form |= {"password1": "another fine phrase", "password2": "another fine phrase"}
    assert Client().post("/accounts/signup/", form).status_code == 422


SIGN_UP = {
    "name": "Ada Lovelace",
    "email": "new@example.org",
    "password1": "another fine phrase",
    "password2": "another fine phrase",
}


def test_address_that_is_too_long_is_refused_at_sign_up(db, settings):
    settings.SIGN_UP = True
    label = "x" * 60
    email = f"{label}@{label}.{label}.{label}.{label}.example"
    assert len(email) > 254
    page = Client().post("/accounts/signup/", SIGN_UP | {"email": email})
    assert (page.status_code, "at most 254 characters" in page.text) == (422, True)
    assert not User.objects.exists()


def test_password_like_the_own_name_is_refused_at_sign_up(db, settings):
    settings.SIGN_UP = True
    own = dict.fromkeys(("password1", "password2"), "adalovelace1")
    page = Client().post("/accounts/signup/", SIGN_UP | own)
    assert (page.status_code, "too similar" in page.text) == (422, True)
    assert not User.objects.exists()


def test_sign_up_that_is_sent_twice_at_once_leads_to_signing_in(cast, settings, monkeypatch):
    """Both looked whether the address is taken before either had it."""
    settings.SIGN_UP = True
    monkeypatch.setattr(
        "allauth.account.forms.BaseSignupForm.validate_unique_email",
        lambda form, email: setattr(form, "account_already_exists", False) or email,
    )
    typed = SIGN_UP | {"email": cast.ada.email}
    page = Client().post("/accounts/signup/", typed, follow=True)
    assert page.redirect_chain == [(SIGN_IN, 302)]
    assert "This address has an account now. Sign in." in page.text
