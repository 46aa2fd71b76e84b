"""A passkey on a device that Chromium plays: added, and an assessment signed with it."""

import pytest

from tests import factories
from tests.browser.authenticator import add_authenticator, begin_passkey

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def add(page, name="Laptop"):
    page.goto("/passkeys/")
    begin_passkey(page, name)
    page.get_by_role("button", name="Make the passkey").click()


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
    told = desk.reviewed(made["id"])
    assert (told["signed"], told["ways"]) == (
        [["Rev", "Head of compliance", "Not the annex."]],
        ["passkey"],
    )
    window.page.goto("/passkeys/")
    window.page.get_by_text("last used").wait_for()
    assert window.faults == []


def test_device_that_does_not_verify_leaves_the_password(desk, open_window):
    made, window, (session, device) = ready_to_sign(desk, open_window)
    session.send(
        "WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False}
    )
    press(window.page)
    window.page.get_by_text("The passkey was not used. Try again.").wait_for()
    assert desk.reviewed(made["id"])["signed"] == []
    window.page.get_by_label("Your password").fill(factories.PASSWORD)
    window.page.get_by_role("button", name="Sign", exact=True).click()
    window.page.get_by_text("confirmed by password").first.wait_for()
    assert window.faults == []


def test_second_passkey_on_the_same_device_is_refused_there(desk, open_window):
    window = open_window(desk.in_review()["session"])
    add_authenticator(window.page)
    add(window.page)
    window.page.get_by_text("The passkey “Laptop” is added.").wait_for()
    add(window.page, "Again")
    window.page.get_by_text("This device has a passkey of yours already.").wait_for()
    assert window.faults == []


def test_without_script_the_password_is_the_way(desk, open_window):
    made, window, _ = ready_to_sign(desk, open_window)
    plain = open_window(made["session"], made["path"], java_script_enabled=False)
    assert not plain.page.get_by_text("Sign with a passkey").is_visible()
    plain.page.get_by_label("Signing as").fill("Head of compliance")
    plain.page.get_by_label("Your password").fill(factories.PASSWORD)
    plain.page.get_by_role("button", name="Sign", exact=True).click()
    plain.page.get_by_text("confirmed by password").first.wait_for()
    assert window.faults + plain.faults == []


def test_line_that_is_down_is_told_and_nothing_is_lost(desk, open_window):
    made, window, _ = ready_to_sign(desk, open_window)
    window.page.context.set_offline(True)
    press(window.page)
    window.page.get_by_text("Attest cannot be reached. Try again.").wait_for()
    window.page.context.set_offline(False)
    window.page.get_by_role("button", name="Sign with a passkey").click()
    window.page.get_by_text("confirmed by passkey").first.wait_for()
    assert desk.reviewed(made["id"])["signed"][0][2] == "Not the annex."
