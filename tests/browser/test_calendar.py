"""The calendar: no accessibility fault, used with the keyboard alone."""

import pytest
from playwright.sync_api import expect

from compliance.operations.demo.loading import PASSWORD
from tests.browser.authenticator import confirm
from tests.browser.conftest import own_desk, own_site
from tests.browser.test_accessible import looks

pytestmark = [pytest.mark.browser, pytest.mark.slow]
site, desk = own_site, own_desk
PAGE = "/o/nordhavn/calendar/"


@pytest.fixture
def window(desk, open_window):
    return open_window(desk.session_of("ada@nordhavn.example"), PAGE)


def test_calendar_and_reminders_have_no_fault(window):
    page, wrong = window.page, []
    for path in (
        "",
        "?from=late",
        "?kind=law",
        "?person=me&from=2099-01",
        "reminders/",
    ):
        page.goto(f"{PAGE}{path}")
        wrong += looks(page)
    assert wrong + window.faults == []


def test_address_is_made_copied_and_taken_back_by_keyboard(window):
    page = window.page
    page.get_by_label("All that I may see").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_label("Your password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    address = page.get_by_label("Address").input_value()
    assert "/feed/" in address
    wrong = looks(page)
    page.get_by_role("button", name="Copy").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Copied").or_(page.get_by_text("copy it with")).wait_for()
    assert page.request.get(address).status == 200
    page.get_by_role("button", name="Take it back").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The address no longer works.").wait_for()
    assert page.request.get(address).status == 404
    assert wrong == []


def test_address_is_in_sight_once_it_is_made(window):
    page = window.page
    page.get_by_role("button", name="Make an address").click()
    confirm(page, PASSWORD)
    address = page.get_by_label("Address")
    first = address.input_value()
    page.get_by_role("button", name="Make a new address").click()
    expect(address).not_to_have_value(first)
    expect(address).to_be_in_viewport()
    said = page.get_by_role("status").filter(has_text="The address of your calendar")
    expect(said).to_be_focused()


def test_filters_and_months_work_by_keyboard(window):
    page = window.page
    page.get_by_label("Work of").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Show", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**person=me**")
    assert page.get_by_label("Work of").input_value() == "me"
    month = page.get_by_role("navigation", name="From a month on").get_by_role("link")
    month.nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**from=**")
    assert "person=me" in page.url


def test_digest_is_chosen_without_a_mail_server_and_says_so(window):
    page = window.page
    page.goto(f"{PAGE}reminders/")
    assert page.get_by_text("No mail server is set").is_visible()
    page.locator("#id_rhythm").select_option("daily")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    assert page.locator("#id_rhythm").input_value() == "daily"
