"""A newcomer's first minutes: from an empty organisation to its first question."""

import pytest

from tests.browser.test_accessible import faults_here

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def nora(desk, open_window):
    made = desk.newcomer("Nora")
    return open_window(made["session"], made["path"])


def test_first_checklist_is_picked_by_keys(nora):
    page = nora.page
    page.get_by_role("heading", name="What do you want to check first?").wait_for()
    assert faults_here(page) == []
    first = page.locator(".pick a").first
    title = first.inner_text()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('.pick h2')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/assessments/new/*/")
    assert title in page.inner_text(".crumbs")
    assert nora.faults == []


def test_more_opens_without_leading_away(nora):
    page = nora.page
    card = page.locator(".pick > li", has=page.locator("details")).first
    card.get_by_text("More").click()
    assert "Fines" in card.inner_text()
    assert "/assessments/new/" not in page.url
    for size in (820, 390):
        page.set_viewport_size({"width": size, "height": 800})
        assert faults_here(page) == []
