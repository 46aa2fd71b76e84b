"""One key each: don't know, later, still right, take over."""

import pytest

from tests.browser.test_accessible import looks
from tests.browser.window import becomes, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def focused(page):
    """The name of the field that has the focus."""
    return page.evaluate("document.activeElement.name ?? ''")


def row_of_focus(page):
    return page.evaluate("document.activeElement.closest('[data-q]')?.dataset.q ?? 'nowhere'")


def test_five_says_dont_know_and_leaves_the_row_closed(work, desk):
    answer = work.answers[0]
    work.window.focus(answer)
    work.page.keyboard.press("5")
    becomes(lambda: desk.standing(answer)["verdict"], "dont_know")
    row = work.window.row(answer)
    row.get_by_text("Don't know", exact=True).first.wait_for()
    assert "q-open" not in row.get_attribute("class")
    work.page.locator("#counts", has_text="1 don't know").wait_for()
    work.page.keyboard.press("1")
    becomes(lambda: desk.standing(answer)["verdict"], "met")
    work.page.locator("#undo form").wait_for()
    work.page.keyboard.press("Control+z")
    becomes(lambda: desk.standing(answer)["verdict"], "dont_know")
    assert work.window.faults == []


def test_six_says_later_and_asks_for_its_day(work, desk):
    answer = work.answers[1]
    work.window.focus(answer)
    work.page.keyboard.press("6")
    work.page.get_by_role("dialog", name="Until which day").wait_for()
    work.window.says("Say until which day Q2 waits")
    assert desk.standing(answer)["verdict"] == "unanswered"
    work.page.keyboard.type("15 jan 2027")
    work.page.keyboard.press("Enter")
    becomes(lambda: desk.standing(answer)["later_until"], "2027-01-15")
    assert desk.standing(answer)["verdict"] == "later"
    work.window.row(answer).get_by_text("Later, until 15 Jan 2027").wait_for()
    assert work.page.evaluate("document.activeElement.dataset.chip") == "later_until"
    assert work.window.faults == []


def test_closed_row_asks_why_it_does_not_apply(work, desk):
    answer, other = work.answers[:2]
    row, reason = work.window.row(answer), work.page.get_by_label("Why does Q1 not")
    assert work.page.locator('[name="reason"]').count() == 0
    work.window.focus(answer)
    work.page.keyboard.press("4")
    work.window.says("Give a reason why Q1 does not apply.")
    assert desk.standing(answer)["version"] == 0
    assert reason.evaluate("node => node === document.activeElement")
    assert row.locator(".qbody > *").count() == 0
    work.page.keyboard.type("We have no staff.")
    becomes(lambda: desk.standing(answer)["reason"], "We have no staff.")
    assert desk.standing(answer)["verdict"] == "na"
    work.window.choose(answer, "met")
    becomes(lambda: desk.standing(answer)["verdict"], "met")
    assert not reason.is_visible()
    work.window.choose(other, "na")  # by the mouse
    work.page.get_by_label("Why does Q2 not apply to you?").fill("No such system.")
    becomes(lambda: desk.standing(other)["reason"], "No such system.")
    assert work.window.scripts == []


def test_y_says_still_right_and_does_nothing_where_nobody_asks(work, desk):
    answer = work.answers[2]
    desk.ask_again(answer)
    work.page.reload()
    work.page.locator("#counts", has_text="1 to confirm again").wait_for()
    work.window.focus(work.answers[1])
    work.page.keyboard.press("y")
    work.page.keyboard.press("j")
    work.page.keyboard.press("y")
    becomes(lambda: desk.standing(answer)["again"], "")
    work.page.get_by_text("Still right.").wait_for()
    badge = work.window.row(answer).locator("[data-again]")
    badge.wait_for(state="detached")
    assert row_of_focus(work.page) == str(answer)
    assert [event[0] for event in desk.events(answer)] == ["answer.confirmed_again"]
    assert desk.events(work.answers[1]) == []
    work.page.keyboard.press("Control+z")
    becomes(lambda: desk.standing(answer)["again"], "carried")
    badge.wait_for()
    assert work.window.faults == []


def test_t_puts_the_related_answer_below_and_enter_takes_it(desk, open_window):
    made = desk.related("Cara")
    answer = made["answers"][0]
    window = open_window(made["sessions"][0], made["path"])
    page = window.page
    window.focus(answer)
    page.keyboard.press("t")
    below = page.locator(f"#keeps-{answer}")  # the panel gives the same reason
    below.get_by_text("Both need the list.").wait_for()
    until(
        lambda: page.evaluate("document.activeElement.textContent.trim()"),
        lambda text: text == "Take over",
    )
    assert looks(page) == []
    page.keyboard.press("Escape")
    until(lambda: row_of_focus(page), lambda row: row == str(answer))
    assert desk.standing(answer)["verdict"] == "unanswered"
    page.keyboard.press("t")
    below.get_by_role("button", name="Take over").press("Enter")
    becomes(lambda: desk.standing(answer)["taken_from"], made["source"])
    assert desk.standing(answer)["note"] == "Kept in the wiki."
    window.row(answer).get_by_text("Taken over from Q1 (Privacy)").wait_for()
    until(lambda: row_of_focus(page), lambda row: row == str(answer))
    window.focus(made["answers"][1])
    page.keyboard.press("t")
    window.says("No related answer to take over")
    assert window.faults == []
