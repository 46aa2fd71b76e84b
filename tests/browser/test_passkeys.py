"""A passkey on a device that Chromium plays: added, and an assessment signed with it."""

import pytest

from tests.browser.authenticator import add_authenticator, begin_passkey
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def add(page, name="Laptop"):
    page.goto("/security/")
    begin_passkey(page, name)
    page.get_by_role("button", name="Make the passkey").click()


def faults(window):
    """Without the door, which says 422 as long as it does not know the person."""
    return [fault for fault in window.faults if "422" not in fault]


def ready_to_sign(desk, open_window):
    """Rev with a passkey, on the page of a review in which nothing is left to do."""
    made = desk.in_review()
    window = open_window(made["session"])
    device = add_authenticator(window.page)
    add(window.page)
    window.page.get_by_text("The passkey “Laptop” is added.").wait_for()
    window.page.goto(made["path"])
    window.page.get_by_role("button", name="Approve").click()
    window.page.get_by_role("button", name="Approve").wait_for(state="detached")
    return made, window, device


def press(page):
    page.get_by_label("Reservations").fill("Not the annex.")
    page.get_by_label("Signing as").fill("Head of compliance")
    page.get_by_role("button", name="Sign with a passkey").click()


def test_assessment_is_signed_with_a_passkey(desk, open_window):
    made, window, _ = ready_to_sign(desk, open_window)
    press(window.page)
    window.page.get_by_text("Signed. Nothing in this assessment").first.wait_for()
    window.page.get_by_text("confirmed by passkey").first.wait_for()
    review = desk.reviewed(made["id"])
    assert (review["signed"], review["ways"]) == (
        [["Rev", "Head of compliance", "Not the annex."]],
        ["passkey"],
    )
    window.page.goto("/security/")
    keys = window.page.get_by_role("region", name="Passkeys")
    keys.get_by_text("last used").wait_for()
    assert faults(window) == []


def test_device_that_does_not_verify_leaves_the_password(desk, open_window):
    made, window, (session, device) = ready_to_sign(desk, open_window)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    press(window.page)
    window.page.get_by_text("The passkey was not used. Try again.").wait_for()
    assert desk.reviewed(made["id"])["signed"] == []
    window.page.get_by_label("Your password").fill(factories.PASSWORD)
    window.page.get_by_role("button", name="Sign", exact=True).click()
    window.page.get_by_text("confirmed by password").first.wait_for()
    assert faults(window) == []


def test_second_passkey_on_the_same_device_is_refused_there(desk, open_window):
    window = open_window(desk.in_review()["session"])
    add_authenticator(window.page)
    add(window.page)
    window.page.get_by_text("The passkey “Laptop” is added.").wait_for()
    add(window.page, "Again")
    window.page.get_by_text("This device has a passkey of yours already.").wait_for()
    assert faults(window) == []


def test_without_script_the_password_is_the_way(desk, open_window):
    made, window, _ = ready_to_sign(desk, open_window)
    cookies = {c["name"]: c["value"] for c in window.page.context.cookies()}
    session = cookies["sessionid"]  # another one since the password was asked
    plain = open_window(session, made["path"], java_script_enabled=False)
    assert not plain.page.get_by_text("Sign with a passkey").is_visible()
    plain.page.get_by_label("Signing as").fill("Head of compliance")
    plain.page.get_by_label("Your password").fill(factories.PASSWORD)
    plain.page.get_by_role("button", name="Sign", exact=True).click()
    plain.page.get_by_text("confirmed by password").first.wait_for()
    assert faults(window) + plain.faults == []


def test_line_that_is_down_is_named_and_nothing_is_lost(desk, open_window):
    made, window, _ = ready_to_sign(desk, open_window)
    window.page.context.set_offline(True)
    press(window.page)
    window.page.get_by_text("Attest cannot be reached. Try again.").wait_for()
    window.page.context.set_offline(False)
    window.page.get_by_role("button", name="Sign with a passkey").click()
    window.page.get_by_text("confirmed by passkey").first.wait_for()
    assert desk.reviewed(made["id"])["signed"][0][2] == "Not the annex."


def test_signs_in_with_a_passkey_and_by_it_as_a_second_step(desk, open_window):
    _, window, _ = ready_to_sign(desk, open_window)
    page = window.page
    email = page.locator(".menuhead .faint").text_content()
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "login" not in url)
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Second step").wait_for()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/security/")
    page.get_by_text("Well protected: 1 passkey, 10 recovery codes").wait_for()
    assert faults(window) == []
