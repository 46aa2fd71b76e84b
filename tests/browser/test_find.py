"""Ctrl K: a dialog to go anywhere, by keys alone; and the search of the list."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.window import becomes, follow, held

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def chosen(page):
    return page.locator('#find [aria-selected="true"]').all_inner_texts()


def asked(reply):
    return parse_qs(urlsplit(reply.url).query).get("q")


def open_search(page):
    """Open the dialog, with its script, which it asks for when it opens."""
    page.keyboard.press("Control+k")
    script = "document.querySelector('[data-find-dialog]').dataset.script"
    page.evaluate(f"import({script}).then(() => null)")


def search(page, typed):
    open_search(page)
    with page.expect_response(lambda reply: asked(reply) == [typed]):
        page.keyboard.type(typed)
    page.locator("#find-q:not(.htmx-request)").wait_for()
    page.locator('#find [role="option"]').first.wait_for()


def test_question_is_reached_by_keys(desk, work):
    page, third = work.page, work.answers[2]
    desk.save(work.person, third, {"note": "The zebra log is kept."})
    page.goto("/")
    search(page, "zebr")
    becomes(lambda: len(chosen(page)), 1)
    assert page.locator("#find-said").inner_text() == "1 result"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**open={third}*")
    assert work.window.note(third).input_value() == "The zebra log is kept."
    assert work.window.faults == []


def test_search_that_was_left_shows_nothing_when_its_reply_comes(work):
    page = work.page
    waiting = held(page, "**/search/?**")
    open_search(page)
    with page.expect_request("**/search/?**"):
        page.keyboard.type("duty")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    for route in waiting:
        route.continue_()
    page.wait_for_timeout(500)
    assert page.locator("#find-hits").inner_text() == ""
    assert work.window.faults == []


def test_arrows_move_and_escape_gives_the_focus_back(work):
    page = work.page
    work.window.focus(work.answers[0])
    search(page, "duty")
    first = chosen(page)
    page.keyboard.press("ArrowDown")
    assert chosen(page) != first
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    last = page.locator('#find [role="option"]').last.inner_text()
    assert chosen(page) == [last]
    active = page.locator("#find-q").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").inner_text() == last
    page.keyboard.press("Escape")
    at = page.evaluate("document.activeElement.closest('[data-q]')?.dataset.q")
    assert at == str(work.answers[0])
    page.keyboard.press("Control+k")
    assert page.locator("#find-q").input_value() == ""
    assert page.locator("#find-hits").inner_text() == ""


def test_enter_before_the_results_waits_for_them(work):
    page = work.page
    open_search(page)
    page.locator("#find-q").fill("Q4")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**open={work.answers[3]}*")


def test_lost_line_is_said_and_the_text_stays(work):
    page = work.page
    open_search(page)
    page.context.set_offline(True)
    page.keyboard.type("zebra")
    page.locator("#find-said", has_text="Offline").wait_for()
    assert page.locator("#find-q").input_value() == "zebra"


def test_search_works_without_script(work, open_window):
    window = open_window(work.session, work.path, java_script_enabled=False)
    follow(window.page.locator("[data-find]"))
    window.page.locator("#search-q").fill("q4")
    window.page.keyboard.press("Enter")
    follow(window.page.locator(".findhit").first)
    assert f"open={work.answers[3]}" in window.page.url


def test_slash_searches_the_list_and_the_view_is_kept(desk, work):
    page = work.page
    desk.save(work.person, work.answers[5], {"note": "The zebra log is kept."})
    work.window.focus(work.answers[0])
    page.keyboard.press("/")
    page.keyboard.type("zebra")
    page.keyboard.press("Enter")
    becomes(lambda: page.locator("#found").inner_text(), "1 question")
    page.locator(".morefilters summary").click()
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("Zebras")
    page.keyboard.press("Enter")
    page.get_by_text("“Zebras” is saved.").wait_for()
    page.goto(work.path)
    page.locator(".morefilters summary").click()
    page.get_by_role("link", name="Zebras").click()
    becomes(lambda: page.locator("#found").inner_text(), "1 question")
    assert "q=zebra" in page.url
    assert work.window.faults == []


def test_command_is_typed_and_gone_to(work):
    """The option is spoken by the combobox, and Enter leads there."""
    page = work.page
    search(page, "next unans")
    becomes(lambda: len(chosen(page)), 1)
    assert "Next unanswered question" in chosen(page)[0]
    active = page.locator("#find-q").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("role") == "option"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**open={work.answers[0]}*")
    assert work.window.faults == []
