"""The numbers of the filters follow each change."""

import pytest

from tests.browser.window import becomes

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def shown(work):
    """What the filters say, as on screen."""
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
