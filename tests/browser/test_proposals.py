"""Proposals beside their rows, with the keyboard and on a phone."""

import pytest

from tests.browser.test_accessible import looks
from tests.browser.test_states import row_of_focus
from tests.browser.window import becomes, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_proposal_is_changed_used_undone_and_set_aside_by_keyboard(work, desk):
    answer, page = work.answers[0], work.page
    pk = desk.proposed(answer, work.person)
    page.goto(f"{page.url.split('?')[0]}?show=proposed")
    beside = page.locator(f"#proposed-{pk}")
    assert looks(page) == []
    beside.get_by_label("Note proposed").fill("Two of four.")
    beside.get_by_role("button", name="Use").press("Enter")
    becomes(lambda: desk.standing(answer)["note"], "Two of four.")
    assert desk.standing(answer)["verdict"] == "partly"
    beside.wait_for(state="detached")
    until(lambda: row_of_focus(page), lambda row: row == str(answer))
    page.locator("#show-proposed", has_text="0").wait_for()
    page.locator("#undo button").press("Enter")
    becomes(lambda: desk.standing(answer)["verdict"], "unanswered")
    beside.wait_for()
    page.get_by_label("Why do you set it aside?").fill("There are four.")
    page.keyboard.press("Enter")
    beside.wait_for(state="detached")
    until(lambda: row_of_focus(page), lambda row: row == str(answer))
    assert work.window.faults == []


def test_proposal_fits_a_phone(work, desk):
    page = work.page
    desk.proposed(work.answers[0], work.person)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{page.url.split('?')[0]}?show=proposed")
    page.get_by_role("button", name="Use").scroll_into_view_if_needed()
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert (wide, looks(page)) == (False, [])
