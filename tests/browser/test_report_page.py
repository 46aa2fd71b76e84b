"""The page of a report: pictures of its pages come by themselves, and each opens by keys."""

import pytest

from tests.browser.test_accessible import faults_here

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_pages_come_and_open_by_keys(desk, open_window):
    made = desk.reported("Ada")
    ada = open_window(made["session"], made["path"])
    page = ada.page
    cover = page.locator(".sheets img").first
    cover.wait_for()
    page.wait_for_function("document.querySelector('.sheets img').naturalWidth > 0")
    page.locator("#report-changes").scroll_into_view_if_needed()
    page.get_by_text("the answers are the same in both reports").wait_for()
    assert faults_here(page) == []
    page.locator(".sheets a").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Page 1 of 3").wait_for()
    assert faults_here(page) == []
    page.get_by_role("link", name="Next page").press("Enter")
    page.get_by_role("heading", name="Page 2 of 3").wait_for()
    assert ada.faults == []


@pytest.mark.parametrize("width", [390, 320])
def test_small_screen_does_not_scroll_sideways(desk, open_window, width):
    made = desk.reported("Ada")
    page = open_window(made["session"], made["path"]).page
    page.set_viewport_size({"width": width, "height": 640})
    page.locator(".sheets img").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_picture_that_has_no_turn_yet_is_asked_for_again(desk, open_window):
    made = desk.reported("Ada")
    page = open_window(made["session"], made["path"]).page
    busy = []

    def refuse_twice(route):
        if len(busy) == 2:
            route.continue_()
        else:
            busy.append(route.request.url)
            route.fulfill(status=503)

    page.route(lambda address: "large" in address, refuse_twice)
    with page.expect_response(lambda one: "large" in one.url and one.ok):
        page.locator(".sheets a").first.click()
    assert len(busy) == 2
