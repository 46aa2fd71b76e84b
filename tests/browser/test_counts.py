"""The numbers of the filters follow each change."""

import pytest

from tests.browser.window import becomes, held, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def shown(work):
    """The figures of the filters, as on screen."""
    filters = work.page.locator("#filters .filter").all_inner_texts()
    return [" ".join(text.split()) for text in filters]


def test_filters_count_each_answer_and_each_undo(work):
    assert shown(work) == ["All 8", "Unanswered 8"]
    work.window.choose(work.answers[0], "not_met")
    becomes(lambda: shown(work), ["All 8", "Unanswered 7", "Not met 1"])
    work.page.locator("#show-unanswered").focus()
    work.page.locator("#undo .toastbtn").click()
    becomes(lambda: shown(work), ["All 8", "Unanswered 8"])
    assert work.window.faults == []


def test_filter_in_focus_keeps_it_when_its_number_changes(work):
    work.window.choose(work.answers[0], "met")
    work.page.locator("#show-all").focus()
    becomes(lambda: shown(work), ["All 8", "Unanswered 7", "No evidence 1"])
    assert work.page.evaluate("document.activeElement.id") == "show-all"


def drawn(page):
    """The paths of the answer strip, as they stand in the page, and what it is called."""
    strip = page.locator("#progress svg.strip")
    return strip.evaluate("(it) => [...it.querySelectorAll('g')].map((g) => g.innerHTML.trim())")


def test_strip_of_many_is_sent_in_part_and_is_that_of_a_new_page(desk, open_window):
    made = desk.many(160, "Cara", "Ole")
    cara = open_window(made["sessions"][0], made["path"])
    before = drawn(cara.page)
    assert len(before) == 2
    desk.save(made["people"][1], made["answers"][130], {"verdict": "not_met"})
    with cara.page.expect_response(lambda reply: "/progress/" in reply.url) as came:
        cara.choose(made["answers"][0], "met")
    assert came.value.text().count("#strip-") == 2
    until(lambda: drawn(cara.page), lambda now: now != before)
    with cara.page.expect_response(lambda reply: "/progress/" in reply.url) as came:
        cara.choose(made["answers"][1], "partly")
    assert came.value.text().count("#strip-") == 1
    becomes(lambda: "f-partly" in drawn(cara.page)[0], True)
    shown = drawn(cara.page)
    link = cara.page.locator("#show-unanswered")
    assert "drawn=" not in link.get_attribute("href")
    link.click()
    cara.page.wait_for_url("**?show=unanswered")
    cara.page.reload()
    assert drawn(cara.page) == shown
    assert cara.faults == []


def test_strip_follows_a_save_whose_filter_was_left_at_once(work):
    before = drawn(work.page)
    with work.page.expect_response(lambda reply: "/save/" in reply.url):
        work.window.choose(work.answers[0], "not_met")
    work.page.locator("#show-unanswered").click()
    work.page.wait_for_url("**?show=unanswered")
    shown = until(lambda: drawn(work.page), lambda now: now != before)
    work.page.reload()
    assert drawn(work.page) == shown
    assert work.window.faults == []


def test_counts_that_are_asked_for_come_after_the_list_was_replaced(work):
    """The bar of filters goes with its list; a reply to the old one found no places."""
    waiting = held(work.page, "**/progress/**")
    with work.page.expect_request("**/progress/**"):
        work.window.choose(work.answers[0], "not_met")
    work.page.locator("#show-unanswered").click()
    work.page.wait_for_url("**?show=unanswered")
    until(lambda: work.page.locator("[data-q]").count(), lambda count: count == 7)
    waiting.pop().continue_()
    becomes(lambda: "1 of 8 answered" in work.page.inner_text("#counts"), True)
    assert work.window.faults == []
