"""An auditor goes from page to page of a seat, and none is loaded whole."""

import pytest

from tests.browser.conftest import own_desk, own_site
from tests.browser.test_accessible import faults_here

pytestmark = [pytest.mark.browser, pytest.mark.slow]
site, desk = own_site, own_desk


@pytest.fixture
def audit(desk, open_window):
    """Éloïse at the overview of the seat that the demo gave her."""
    path = f"/o/nordhavn/audit/{desk.demo_seat()}/"
    window = open_window(desk.session_of("eloise@audit.example"), path)
    window.page.evaluate("window.isSame = true")
    return window


def test_auditor_looks_asks_and_goes_on_in_place(audit):
    page = audit.page
    page.get_by_role("link", name="Look at").click()
    page.get_by_role("heading", name="Your sample").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert faults_here(page) == []
    page.get_by_label("Note").fill("Seen in the register.")
    page.get_by_role("button", name="Accept").click()
    page.locator(".badge").get_by_text("Accepted").first.wait_for()
    asked = page.locator("[aria-labelledby=ask]")
    asked.get_by_role("textbox").first.fill("The register of May")
    asked.get_by_role("textbox").nth(1).fill("Please show it.")
    asked.get_by_role("button", name="Ask").click()
    page.get_by_role("link", name="The register of May").wait_for()
    assert page.get_by_text("Not saved yet").count() == 0
    page.get_by_role("link", name="Sample", exact=True).click()
    page.get_by_role("heading", name="Sample", exact=True).wait_for()
    assert page.title().startswith("Sample")
    assert page.evaluate("window.isSame")
    page.go_back()
    page.get_by_role("link", name="The register of May").wait_for()
    assert audit.faults == []


def test_signed_out_auditor_is_led_to_the_sign_in(audit, desk):
    page = audit.page
    page.context.clear_cookies()
    page.get_by_role("link", name="Sample", exact=True).click()
    page.wait_for_url("**/accounts/login/**")
