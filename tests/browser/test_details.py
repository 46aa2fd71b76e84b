"""The details of an assessment corrected: by keys alone, and on a phone without a script."""

import pytest

from tests.browser.window import follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def made(desk):
    return desk.assessment("Cara")


def test_subject_is_corrected_by_keys_alone(made, open_window):
    window = open_window(made["sessions"][0])
    page = window.page
    page.goto(made["path"])
    follow(page.get_by_role("link", name="Correct details"))
    page.locator("#id_subject").focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Acme GmbH")
    while page.evaluate("document.activeElement.name") != "reason":
        page.keyboard.press("Tab")
    page.keyboard.type("A typing error.")
    page.keyboard.press("Tab")
    with page.expect_event("load"):
        page.keyboard.press("Enter")
    page.get_by_text("Details corrected.").wait_for()
    assert page.locator("h1").inner_text() == "Privacy Acme GmbH"
    assert not window.faults


def test_phone_without_a_script_shows_faults_and_corrects(made, open_window):
    page = open_window(made["sessions"][0], java_script_enabled=False).page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{made['path']}details/")
    page.locator("#id_period_to").fill("2025-01-01")
    save = page.get_by_role("button", name="Save correction")
    follow(save)
    assert "The audit period ends before it begins." in page.locator("#id_period_to_error").inner_text()
    assert "Give the reason for the correction." in page.locator("#id_reason_error").inner_text()
    assert page.locator("#id_period_to").input_value() == "2025-01-01"
    for field in ("subject", "period_from", "period_to", "due_on", "reason"):
        box = page.locator(f"#id_{field}").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.locator("#id_period_to").fill("2027-06-30")
    page.locator("#id_reason").fill("A typing error.")
    follow(save)
    assert page.url.endswith(made["path"])
    page.goto(f"{made['path']}details/")
    assert page.locator("#id_period_to").input_value() == "2027-06-30"
