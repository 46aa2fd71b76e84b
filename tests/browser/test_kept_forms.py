"""Text in a form outside the list of questions: kept, given back, and forgotten once saved."""

import pytest

from tests.browser.test_accessible import looks
from tests.browser.window import follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = "Object.keys(localStorage).filter(key => key.endsWith('-forms'))"


@pytest.fixture
def page(desk, open_window):
    made = desk.assessment("Kim")
    page = open_window(made["sessions"][0], made["path"]).page
    page.goto(page.url.split("/assessments/")[0] + "/actions/new/")
    return page


def told(page):
    return page.locator("#main > [role=status]")


def write(page, title, text):
    page.get_by_label("Task").press_sequentially(title)
    page.locator("form textarea").first.press_sequentially(text)
    until(lambda: page.evaluate(KEPT), lambda found: found != [])


def test_text_of_a_form_outlives_its_tab_and_is_forgotten_once_saved(page):
    write(page, "Train", "Half a sentence")
    other = page.context.new_page()
    other.goto(page.url)
    page.close(run_before_unload=False)
    other.reload()
    told(other).get_by_text("Not saved yet: New action").wait_for()
    assert other.locator("form textarea").first.input_value() == "Half a sentence"
    assert other.get_by_label("Task").input_value() == "Train"
    assert looks(other) == []
    new = other.url
    follow(other.locator("main form button").last)
    until(lambda: other.evaluate(KEPT), lambda found: found == [])
    other.goto(new)
    assert other.locator("form textarea").first.input_value() == ""


def test_refused_form_keeps_its_text_though_the_page_is_left(page):
    write(page, " ", "Typed in vain?")
    new = page.url
    follow(page.locator("main form button").last)
    page.locator(".error").first.wait_for()
    page.goto(new.replace("/actions/new/", "/evidence/"))
    page.goto(new)
    told(page).get_by_text("Not saved yet").wait_for()
    assert page.locator("form textarea").first.input_value() == "Typed in vain?"
    follow(told(page).get_by_role("button", name="Drop it"))
    assert page.locator("form textarea").first.input_value() == ""
    assert page.evaluate(KEPT) == []
