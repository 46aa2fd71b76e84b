"""Signing in, and the pages about people: no accessibility fault, nothing blocked."""

import itertools
from types import SimpleNamespace

import pyotp
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.utils import timezone

from compliance.identity.organisations import actions
from tests.browser.authenticator import add_authenticator, begin_passkey, confirm
from tests.browser.conftest import new_context
from tests.browser.test_accessible import NARROW, WIDE, looks, loud
from tests.browser.test_kept_forms import KEPT
from tests.browser.window import Window, becomes, follow
from tests.support.factories import PASSWORD, make_assessment, make_user

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


@pytest.fixture
def site(server_here):
    return SimpleNamespace(url=server_here.url)


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
def page(site, chromium, monkeypatch):
    """A page whose faults are collected in ``page.faults``.

    Rows are made before it: Playwright's loop has a database connection.
    """
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    cache.clear()
    with chromium() as browser:
        context = new_context(browser, site)
        window = Window(context.new_page())
        window.page.faults = window.faults
        yield window.page
        context.close()


def sign_in(page, email):
    page.goto("/accounts/login/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    with page.expect_navigation():
        page.click("main button.btn-primary")


def looks_at(page, *paths):
    """Faults of pages."""
    wrong = []
    for path in paths:
        page.goto(path)
        wrong += looks(page)
    return wrong


def test_pages_outside_are_accessible(page, settings):
    settings.SIGN_UP = True
    assert looks_at(page, *OUTSIDE) == []
    assert loud(page) == []


def test_pages_inside_are_accessible(cast, page):
    sign_in(page, "ada@example.org")
    assert looks_at(page, *INSIDE) == []
    assert loud(page) == []


def test_pages_without_an_organisation_are_accessible(lone, page, settings):
    settings.SIGN_UP = True
    sign_in(page, "lone@example.org")
    paths = ["/", "/organisations/new/"]
    assert looks_at(page, *paths) == []


def test_refused_form_takes_the_focus_and_says_why(db, page):
    sign_in(page, "nobody@example.org")
    alert = page.locator("[role=alert]")
    assert "This email and password do not go together." in alert.inner_text()
    becomes(lambda: alert.evaluate("node => node === document.activeElement"), True)
    assert looks(page) == []


def test_link_to_hand_over_is_copied(cast, page, settings):
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, "ada@example.org")
    page.goto("/o/acme/members/")
    page.fill("#invite-email", "new@example.org")
    page.fill("#invite-name", "New Person")
    page.click("button:has-text('Invite')")
    confirm(page)
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    link = page.input_value("#link")
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert "/invitation/" in link
    assert looks(page) == []


def test_pages_of_a_member_are_accessible(places, page):
    sign_in(page, "ada@example.org")
    assert looks_at(page, *places) == []
    assert loud(page) == []


def test_menu_opens_and_closes_by_key_and_by_click(cast, page):
    sign_in(page, "ada@example.org")
    page.goto("/o/acme/members/")
    menu = page.locator("details.menu-end")
    menu.locator("summary").click()
    assert menu.get_attribute("open") == ""
    # an open menu may cover half of a button of the page below it
    assert [it for it in looks(page) if 'target-size: <a class="btn' not in it] == []
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


MIDDLE = {"width": 820, "height": 1100}
ALL = list(itertools.product((WIDE, MIDDLE, NARROW), ("light", "dark")))
OF_SECURITY = ["/security/", "/security/signed/", "/o/acme/policy/"]


@pytest.fixture
def own_address(cast, sign_in):
    """Ada has shown that her address is hers, and is signed in elsewhere, too."""
    EmailAddress.objects.create(user=cast.ada, email=cast.ada.email, verified=True)
    sign_in(cast.ada)


@pytest.fixture
def ruled(cast):
    """Acme asks for a second factor, and Ada alone has one."""
    Authenticator.objects.create(user=cast.ada, type="webauthn", data={"name": "Key"})
    rules = {"idle_minutes": 30, "session_hours": 12}
    rights = dict.fromkeys(["exports", "shares", "invites"], "role")
    today = timezone.localdate()
    actions.set_policy(
        by=cast.ada,
        organisation=cast.acme,
        second_factor_from=today,
        **rules,
        **rights,
    )


@pytest.fixture
def assessed(cast):
    make_assessment(cast.acme, cast.ada)


def test_pages_of_security_are_accessible_at_every_width(cast, page):
    sign_in(page, "ada@example.org")
    wrong = []
    for path in OF_SECURITY:
        page.goto(path)
        wrong += looks(page, ALL)
    assert wrong + loud(page) == []


def press(page, name, most=60):
    """Go to something by Tab alone and press it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate("document.activeElement.innerText?.trim() ?? ''")
        if " ".join(said.split()) == name:
            page.keyboard.press("Enter")
            return
    msg = f"Tab never came to {name}"
    raise AssertionError(msg)


def test_app_is_set_up_and_a_browser_signed_out_by_keyboard_alone(own_address, page):
    """Each page of the way is looked at, too."""
    sign_in(page, "ada@example.org")
    page.goto("/security/")
    press(page, "Set up the app with codes")
    field = page.get_by_label("Type the code that the app shows")
    field.wait_for()
    wrong = looks(page, ALL)
    field.focus()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    wrong += looks(page, ALL)
    secret = page.input_value("#key")
    page.get_by_label("Type the code that the app shows").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="I have kept them").wait_for()
    wrong += looks(page, ALL)
    press(page, "I have kept them")
    page.get_by_role("heading", name="Well protected").wait_for()
    press(page, "Sign out everywhere else")
    page.get_by_text("You are signed out everywhere else.").wait_for()
    wrong += looks(page, ALL)
    assert wrong + [fault for fault in loud(page) if "422" not in fault] == []


def test_code_that_was_wrong_at_first_is_not_called_unsaved(own_address, page):
    sign_in(page, "ada@example.org")
    page.goto("/security/app/")
    field = page.get_by_label("Type the code that the app shows")
    for code in ("000000", pyotp.TOTP(page.input_value("#key")).now()):
        field.fill(code)
        with page.expect_navigation():
            page.get_by_role("button", name="Connect").click()
    follow(page.get_by_role("link", name="I have kept them"))
    page.get_by_role("heading", name="Well protected").wait_for()
    assert page.evaluate(KEPT) == []
    assert page.get_by_text("Not saved yet:").count() == 0


def test_name_of_a_passkey_that_is_added_is_not_called_unsaved(own_address, page, site, settings):
    settings.URL = site.url
    sign_in(page, "ada@example.org")
    add_authenticator(page)
    page.goto("/security/")
    begin_passkey(page, "Laptop")
    assert page.get_by_text("Not saved yet:").count() == 0
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("The passkey “Laptop” is added.").wait_for()
    page.goto("/security/")
    page.get_by_text("last used").or_(page.get_by_text("not used yet")).first.wait_for()
    assert page.get_by_text("Not saved yet:").count() == 0


STACKED = {"/o/acme/members/": (0, 2, 3), "/o/acme/reports/": (0, 1, 2)}
"""Pages, and the places of the cells that may hold many words."""

OVER = """table => {
  const cells = [...table.querySelectorAll("tbody tr:first-child > *")];
  const boxes = cells.flatMap(cell => {
    const words = document.createRange();
    words.selectNodeContents(cell);
    return [...words.getClientRects()].map(box => [cell.cellIndex, box]);
  });
  return boxes.some(([a, one]) => boxes.some(([b, other]) => a < b
    && one.left + 1 < other.right && other.left + 1 < one.right
    && one.top + 1 < other.bottom && other.top + 1 < one.bottom));
}"""
"""Whether words of one cell lie over those of another, in the first row of a table."""


@pytest.mark.parametrize("path", STACKED)
def test_long_words_of_a_stacked_row_lie_over_no_others(assessed, page, path):
    sign_in(page, "ada@example.org")
    page.goto(path)
    page.set_viewport_size({"width": 390, "height": 800})
    table = page.locator(".table-stack").first
    long = "Signed, void since 1 Dec 2026: Check of the Data Privacy Framework list"
    for place in STACKED[path]:
        cell = table.locator("tbody tr").first.locator("td, th").nth(place)
        before = cell.inner_html()
        cell.evaluate("(cell, said) => { cell.textContent = said }", long)
        assert table.evaluate(OVER) is False, place
        cell.evaluate("(cell, said) => { cell.innerHTML = said }", before)


def test_member_without_a_second_factor_is_led_to_the_set_up(ruled, page):
    sign_in(page, "con@example.org")
    page.goto("/o/acme/")
    page.get_by_role("heading", name="Set up a second factor first").wait_for()
    assert looks(page, ALL) == []
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_role("heading", name="Sign-in and security").wait_for()
