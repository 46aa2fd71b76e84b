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
