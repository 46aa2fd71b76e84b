"""Result pages: no accessibility fault, and every table opens with the keyboard."""

import pytest

from tests.browser.test_accessible import looks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_results_and_targets_have_no_fault(desk, open_window):
    made = desk.scaled()
    window = open_window(made["session"])
    page, wrong = window.page, []
    for path in made["paths"]:
        page.goto(path)
        summary = page.locator(".allrows > summary")
        summary.focus()
        page.keyboard.press("Enter")
        page.get_by_role("group", name="All criteria of Sovereignty level").wait_for()
        wrong += looks(page)
        page.goto(f"{path}targets/seal/")
        wrong += looks(page)
    assert wrong + window.faults == []


def test_overview_has_no_fault_and_opens_with_the_keyboard(desk, open_window):
    made = desk.headed()
    window = open_window(made["session"])
    page, wrong = window.page, []
    page.goto(made["path"])
    page.get_by_role("img", name="level: ").wait_for()
    page.get_by_role("group", name="Subjects side by side").wait_for()
    page.locator(".allrows > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Twelve months").wait_for()
    wrong += looks(page)
    page.get_by_role("link", name="Organisations (2)").focus()
    page.keyboard.press("Enter")
    page.get_by_role("columnheader", name="Elsewhere").wait_for()
    wrong += looks(page)
    cell = page.locator("a.mx").first
    cell.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/assessments/**")
    page.go_back()
    page.get_by_role("link", name="My work").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Today").wait_for()
    assert wrong + window.faults == []
