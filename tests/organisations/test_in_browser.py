"""Every page of the room in Chromium: no accessibility fault, nothing blocked."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from compliance.organisations import actions
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OUTSIDE = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/sent/",
    "/accounts/password/reset/1-used-up/",
    "/accounts/password/reset/done/",
    "/accounts/confirm/nonsense/",
    "/nothing/here/",
]
INSIDE = ["/o/acme/members/", "/accounts/password/", "/accounts/logout/"]
SIZES = [(1280, 720), (390, 800), (320, 600)]


@pytest.fixture
def site(db):
    """A server in the test's own transaction: the trail cannot be emptied after it."""
    if connection.vendor != "sqlite":
        pytest.skip("shares a connection in memory")
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def lone(db):
    return make_user("Lone", "lone@example.org")


@pytest.fixture
def places(cast):
    """A member, an invitation to send again, and the way out."""
    row = cast.acme.memberships.get(user=cast.con)
    who = {"email": "new@example.org", "name": "New", "role": "reader"}
    made = actions.invite(by=cast.ada, organisation=cast.acme, **who)
    paths = [f"members/{row.pk}/", f"invitations/{made.pk}/again/", "leave/"]
    return [f"/o/acme/{path}" for path in paths]


@pytest.fixture
def page(site, monkeypatch):
    """A page whose console is collected in ``page.faults``.

    Rows are made before it: Playwright's loop has a database connection of its own.
    """
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    cache.clear()
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(base_url=site, reduced_motion="reduce")
        page.faults = []
        page.on("console", lambda said: page.faults.append(said.text))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        yield page
        browser.close()


def sign_in(page, email):
    page.goto("/accounts/login/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.click("main button.btn-primary")


def looks(page, path):
    """What is wrong with a page, light and dark, on a desk and on a phone."""
    wrong = []
    for (width, height), scheme in itertools.product(SIZES, ("light", "dark")):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        if path:
            page.goto(path)
        found = Axe().run(page).response["violations"]
        wrong += [(path, width, scheme, v["id"], v["nodes"][0]["html"]) for v in found]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append((path, width, "scrolls sideways"))
    return wrong


def real(faults):
    """Faults but for the 404 that a test asks for, and Chromium's own advice."""
    mere = ("Failed to load resource", "[DOM]")
    return [fault for fault in faults if not fault.startswith(mere)]


def test_pages_outside_are_accessible(page, settings):
    settings.SIGN_UP = True
    assert [fault for path in OUTSIDE for fault in looks(page, path)] == []
    assert real(page.faults) == []


def test_pages_inside_are_accessible(cast, page):
    sign_in(page, "ada@example.org")
    assert [fault for path in INSIDE for fault in looks(page, path)] == []
    assert real(page.faults) == []


def test_pages_without_an_organisation_are_accessible(lone, page, settings):
    settings.SIGN_UP = True
    sign_in(page, "lone@example.org")
    paths = ["/", "/organisations/new/"]
    assert [fault for path in paths for fault in looks(page, path)] == []


def test_refused_form_takes_the_focus_and_says_why(db, page):
    sign_in(page, "nobody@example.org")
    told = page.locator("[role=alert]")
    assert "This email and password do not go together." in told.inner_text()
    assert told.evaluate("node => node === document.activeElement")
    assert looks(page, "") == []


def test_link_to_hand_over_is_copied(cast, page, settings):
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, "ada@example.org")
    page.goto("/o/acme/members/")
    page.fill("#invite-email", "new@example.org")
    page.fill("#invite-name", "New Person")
    page.fill("#invite-password", PASSWORD)
    page.click("button:has-text('Invite')")
    page.click("text=Copy")
    page.get_by_text("Copied").wait_for()
    link = page.input_value("#link")
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert "/invitation/" in link
    assert looks(page, "") == []


def test_pages_of_a_member_are_accessible(places, page):
    sign_in(page, "ada@example.org")
    assert [fault for path in places for fault in looks(page, path)] == []
    assert real(page.faults) == []


def test_menu_opens_and_closes_by_key_and_by_click(cast, page):
    sign_in(page, "ada@example.org")
    page.goto("/o/acme/members/")
    menu = page.locator("details.menu-end")
    menu.locator("summary").click()
    assert menu.get_attribute("open") == ""
    assert looks(page, "") == []
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert menu.locator("summary").evaluate("n => n === document.activeElement")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.click("details.org summary")
    page.mouse.click(1200, 700)
    assert page.locator("details.menu[open]").count() == 0


def test_password_can_be_shown(db, page):
    page.goto("/accounts/login/")
    page.fill("#id_password", PASSWORD)
    page.click("text=Show password")
    assert page.get_attribute("#id_password", "type") == "text"
    page.click("text=Show password")
    assert page.get_attribute("#id_password", "type") == "password"
