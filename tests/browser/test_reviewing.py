"""A reviewer goes through answers by keys alone and signs; all of it without script, too."""

import pytest

from tests.browser.window import kept, until
from tests.support import factories

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def heading(page, key):
    page.get_by_role("heading", name=key).first.wait_for()


def at_the_first_answer(desk, open_window):
    """A review, and its page with the focus on the first answer, which takes the keys."""
    made = desk.in_review()
    window = open_window(made["session"], made["path"] + "check/?why=all")
    heading(window.page, "Q1")
    window.page.locator("[data-checks]:focus-within").wait_for()
    return made, window


def sign(page, role="Data protection officer"):
    page.get_by_label("Reservations").fill("Not the annex.")
    page.get_by_label("Signing as").fill(role)
    page.get_by_label("Your password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("Signed. Nothing in this assessment changes").first.wait_for()


def test_answers_are_checked_by_keys_alone_and_returned(desk, open_window):
    made, window = at_the_first_answer(desk, open_window)
    page = window.page
    page.evaluate("window.isSame = true")
    page.keyboard.press("j")
    heading(page, "Q2")
    page.keyboard.press("k")
    heading(page, "Q1")
    page.keyboard.press("a")
    heading(page, "Q2")
    page.keyboard.press("r")
    page.keyboard.type("Which half? a j k")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading(page, "Q3")
    page.keyboard.press("Enter")
    page.get_by_text("All questions: all looked at.").wait_for()
    assert page.evaluate("window.isSame")  # no page was loaded on the way
    assert page.title().startswith("Review and sign")
    page.get_by_role("button", name="Return for changes").click()
    page.get_by_text("Returned with 1 question.").wait_for()
    review = desk.reviewed(made["id"])
    assert review["status"] == "running"
    assert review["looks"] == [
        ["Q1", "accepted", ""],
        ["Q2", "returned", "Which half? a j k"],
        ["Q3", "accepted", ""],
    ]
    assert window.faults == []


def test_reason_that_was_typed_comes_back_with_its_answer(desk, open_window):
    _, window = at_the_first_answer(desk, open_window)
    page = window.page
    page.keyboard.press("r")
    page.keyboard.type("Which half?")
    until(lambda: kept(page), lambda found: "Which half?" in found)
    page.get_by_role("link", name="Next").click()
    heading(page, "Q2")
    assert page.input_value("#reason") == ""
    page.get_by_role("link", name="Previous").click()
    heading(page, "Q1")
    page.get_by_text("What you typed is back in its form").wait_for()
    assert page.input_value("#reason") == "Which half?"
    page.get_by_role("button", name="Return with this reason").click()
    heading(page, "Q2")
    page.get_by_role("link", name="Previous").click()
    page.get_by_text("Returned by Rev").wait_for()
    assert page.input_value("#reason") == ""
    assert page.get_by_text("What you typed").count() == 0
    assert window.faults == []


def test_answer_without_a_line_says_so_and_is_sent_again(desk, open_window):
    made, window = at_the_first_answer(desk, open_window)
    page = window.page
    page.context.set_offline(True)
    page.keyboard.press("a")
    page.get_by_text("nothing was sent").wait_for()
    page.context.set_offline(False)
    page.keyboard.press("a")
    heading(page, "Q2")
    assert desk.reviewed(made["id"])["looks"] == [["Q1", "accepted", ""]]


def test_signed_out_reviewer_signs_in_and_goes_on(desk, open_window):
    made, window = at_the_first_answer(desk, open_window)
    page = window.page
    desk.end_session(made["session"])
    page.keyboard.press("a")
    page.wait_for_url("**/accounts/login/**")


@pytest.mark.parametrize("has_script", [True, False])
def test_review_ends_in_a_signature(has_script, desk, open_window):
    made = desk.in_review()
    window = open_window(made["session"], made["path"], java_script_enabled=has_script)
    page = window.page
    page.get_by_text("One “not applicable” has no second approval").first.wait_for()
    page.get_by_role("link", name="Reject").click()
    heading(page, "Q3")
    page.get_by_text("Accepting it is the second approval").wait_for()
    page.goto(made["path"])
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Approve").wait_for(state="detached")
    sign(page)
    review = desk.reviewed(made["id"])
    assert (review["status"], review["signed"]) == (
        "signed",
        [["Rev", "Data protection officer", "Not the annex."]],
    )
    page.get_by_role("link", name="Privacy, Acme").click()
    page.get_by_role("link", name="Signed").wait_for()
    assert window.faults == []
