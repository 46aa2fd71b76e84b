"""One walk over every kind of reply: each carries the headers of safety.md."""

import pytest
from django.core.cache import cache
from django.template.loader import get_template
from django.test import Client

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " object-src 'none'; frame-ancestors 'none'"
)
OFF = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def faults(response):
    """Header to what it says, where it does not say what it must."""
    sent = {name: response.get(name) for name in HEADERS}
    wrong = {name: value for name, value in sent.items() if value != HEADERS[name]}
    if not response.get("Permissions-Policy", "").startswith(OFF):
        wrong["Permissions-Policy"] = response.get("Permissions-Policy")
    for name in ("Access-Control-Allow-Origin", "Server", "X-Powered-By"):
        if name in response.headers:
            wrong[name] = response[name]
    return wrong


def page_faults(response):
    """The same for everything that is not a static file."""
    wrong = faults(response)
    if response.get("X-Frame-Options") != "DENY":
        wrong["X-Frame-Options"] = response.get("X-Frame-Options")
    if "no-store" not in response.get("Cache-Control", ""):
        wrong["Cache-Control"] = response.get("Cache-Control")
    vary = {part.strip().lower() for part in response.get("Vary", "").split(",")}
    if not {"hx-request", "cookie"} <= vary:
        wrong["Vary"] = response.get("Vary")
    return wrong


def replies(cast, sign_in, monkeypatch):
    """Status to a reply of that kind, as (expected status, response)."""
    cache.clear()
    nobody, ada, rob = Client(), sign_in(cast.ada), sign_in(cast.rob)
    members, htmx = "/o/acme/members/", {"HX-Request": "true"}
    yield 200, nobody.get("/accounts/login/")
    yield 200, nobody.get("/accounts/signup/")
    yield 200, ada.get(members)
    yield 302, ada.get("/")
    yield 302, nobody.get(members)
    yield 401, nobody.get(members, headers=htmx)
    yield 403, rob.get(members)
    yield 403, Client(enforce_csrf_checks=True).post("/accounts/login/")
    yield 404, ada.get("/o/nowhere/members/")
    yield 404, nobody.get("/nothing/here.css")
    yield 404, nobody.get("/static/nothing.css")
    yield 405, ada.delete(members)
    yield 422, ada.post("/o/acme/invitations/")
    yield 400, nobody.get("/", headers={"host": "evil.example"})
    for _ in range(61):
        last = nobody.post("/accounts/login/")
    yield 429, last
    ada.raise_request_exception = False
    monkeypatch.setattr("compliance.identity.organisations.views.members.InviteForm", None)
    yield 500, ada.get(members)


@pytest.mark.slow
@pytest.mark.django_db
def test_every_kind_of_reply_carries_the_headers(cast, sign_in, monkeypatch):
    wrong = []
    for status, response in replies(cast, sign_in, monkeypatch):
        path, found = response.request["PATH_INFO"], page_faults(response)
        if found or response.status_code != status:
            wrong.append((path, status, response.status_code, found))
    assert wrong == []


@pytest.mark.parametrize("name", ["css/base.css", "js/ui.js", "img/icons.svg"])
def test_static_file_carries_the_headers(name, db):
    response = Client().get(f"/static/{name}")
    response.getvalue()  # to its end, which closes the file
    assert (response.status_code, faults(response)) == (200, {})


@pytest.mark.parametrize(
    "name",
    ["next=/%0d%0aSet-Cookie:a=b", "next=/a%0d%0a%0d%0a<html>", "next=%0d%0aX:1"],
)
def test_line_end_in_an_address_splits_no_header(name, cast, sign_in):
    response = sign_in(cast.ada).get(f"/accounts/login/?{name}")
    assert response.status_code == 302
    assert not any("\n" in value or "\r" in value for _, value in response.items())
    assert set(response.cookies) <= {"sessionid", "csrftoken", "messages", "kept"}


@pytest.mark.django_db
def test_session_and_form_cookies_are_out_of_reach_of_script(client):
    cookie = client.get("/accounts/login/").cookies["csrftoken"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b", "@"],
)
def test_host_that_is_not_ours_is_refused(host, db, mailoutbox):
    form = {"email": "ada@example.org"}
    response = Client().post("/accounts/password/reset/", form, headers={"host": host})
    assert (response.status_code, mailoutbox) == (400, [])


def test_500_page_needs_neither_request_nor_database():
    assert "Something failed here" in get_template("500.html").render()
