"""The facts of a new assessment in short steps, with what applies always in view."""

import pytest

from tests.browser.test_accessible import faults_here
from tests.browser.window import becomes, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def start(desk, open_window):
    """Nora at the start of the GDPR, with nothing of her own yet."""
    made = desk.newcomer("Nora")
    window = open_window(made["session"], f"{made['path']}assessments/new/")
    window.page.locator(".pick").get_by_role("link", name="GDPR", exact=True).click()
    window.page.locator(".stephead").wait_for()
    return window


def seen(page):
    return page.locator(".facts-set:visible").count()


def applied(page):
    return " ".join(page.inner_text("#applied").split())


def test_facts_are_answered_by_keys_three_at_a_time(start):
    page = start.page
    assert seen(page) == 0
    page.fill("#id_subject", "Sundbro")
    page.press("#id_subject", "Enter")  # goes on, and starts nothing
    becomes(lambda: page.evaluate("document.activeElement.className"), "stephead")
    assert page.inner_text(".stephead").startswith("Step 2 of ")
    assert seen(page) == 3
    before = applied(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    until(lambda: applied(page), lambda text: text != before)
    foot = page.locator(".factfoot").bounding_box()
    assert foot["y"] + foot["height"] <= 900
    assert faults_here(page) == []
    page.get_by_role("button", name="Back").click()
    assert page.input_value("#id_subject") == "Sundbro"
    while page.get_by_role("button", name="Next").is_visible():
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Start assessment").click()
    page.locator("form[data-q]").first.wait_for()
    assert "Sundbro" in page.locator("h1").inner_text()
    assert start.faults == []


def test_fault_leads_to_its_step_and_nothing_chosen_is_lost(start):
    page = start.page
    page.get_by_role("button", name="Next").click()
    page.locator(".facts-set:visible input").first.check()
    page.get_by_role("button", name="Start assessment").click()
    page.locator(".errsum, [role=alert]").first.wait_for()
    assert page.locator("#id_subject").is_visible()
    page.get_by_role("button", name="Next").click()
    assert page.locator(".facts-set:visible input").first.is_checked()


def test_phone_has_no_step_that_overflows(start):
    page = start.page
    page.set_viewport_size({"width": 390, "height": 800})
    for _ in range(2):
        assert faults_here(page) == []
        page.get_by_role("button", name="Next").click()


def test_facts_of_another_assessment_are_taken_and_named(start):
    page = start.page
    page.fill("#id_subject", "Sundbro")
    page.get_by_role("button", name="Next").click()
    page.locator(".facts-set:visible input").first.check()
    page.get_by_role("button", name="Start assessment").click()
    page.locator("form[data-q]").first.wait_for()
    page.goto(page.url.split("assessments/")[0] + "assessments/new/")
    page.locator(".pick").get_by_role("link", name="GDPR", exact=True).click()
    page.get_by_role("link", name="Use the facts of Sundbro").click()
    page.get_by_text("The facts below are those of Sundbro").wait_for()
    page.get_by_role("button", name="Next").click()
    assert page.locator(".facts-set:visible input").first.is_checked()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("link", name="Answer them afresh").click()
    page.get_by_text("Some facts may be known already").wait_for()
    page.get_by_role("button", name="Next").click()
    assert not page.locator(".facts-set:visible input").first.is_checked()


def test_low_window_is_left_to_the_facts(start):
    start.page.set_viewport_size({"width": 320, "height": 256})
    start.page.get_by_role("button", name="Next").click()
    place = "getComputedStyle(document.querySelector('.factfoot')).position"
    assert start.page.evaluate(place) == "static"
