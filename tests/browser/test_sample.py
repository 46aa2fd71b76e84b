"""A newcomer opens a finished organisation by keys, and throws it away."""

import pytest

from tests.browser.test_accessible import faults_here

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "none"])
def test_sample_is_opened_and_thrown_away_by_keys(desk, open_window, has_script):
    made = desk.newcomer("Nora")
    nora = open_window(made["session"], made["path"], java_script_enabled=has_script)
    page = nora.page
    page.get_by_role("button", name="Open the sample").press("Enter")
    if has_script:
        assert faults_here(page) == []
        page.wait_for_url("**/o/sample-*/")
    while "/o/sample-" not in page.url:
        page.get_by_role("link", name="Refresh").press("Enter")
    assert "(sample)" in page.locator(".topbar").inner_text()
    if has_script:
        assert faults_here(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.locator(".barsample").press("Enter")
    page.get_by_role("button", name="Throw it away").press("Enter")
    page.wait_for_url(f"**{made['path']}")
    page.get_by_text("The sample was thrown away.").wait_for()
    assert nora.faults == []
