"""Text that can no longer be saved here is offered as a copy: nothing typed is lost."""

import pytest

from tests.browser.window import becomes

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEXT = "Typed before the door was shut."


def offered(window):
    """The texts that the dialog holds."""
    window.page.locator("#save").get_by_role("button", name="Show the text").click()
    areas = window.page.locator("#kept textarea")
    areas.first.wait_for()
    return [area.input_value() for area in areas.all()]


def shut(work, desk, way):
    if way == "role":
        desk.role(work.person, "reader")
    elif way == "member":
        desk.remove(work.person)
    else:
        desk.archive(work.path.split("/")[4])


@pytest.mark.parametrize("way", ["role", "member"])
def test_text_is_offered_when_the_right_is_gone(work, desk, way):
    answer = work.answers[0]
    work.window.open(answer)
    shut(work, desk, way)
    work.window.note(answer).fill(TEXT)
    work.window.says("Not saved")
    assert offered(work.window) == [TEXT]
    assert work.window.note(answer).input_value() == TEXT
    assert work.window.scripts == []


def test_archived_assessment_keeps_the_text_in_its_row(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    shut(work, desk, "archive")
    work.window.note(answer).fill(TEXT)
    work.page.locator("[data-fault]").wait_for()
    assert work.window.note(answer).input_value() == TEXT
    assert desk.standing(answer)["note"] == ""


@pytest.mark.parametrize("way", ["role", "archive"])
def test_text_is_offered_after_a_reload_too(work, desk, way):
    answer = work.answers[0]
    work.window.open(answer)
    shut(work, desk, way)
    work.window.note(answer).fill(TEXT)
    work.window.says("not saved|Not saved")
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.reload()
    work.window.says("can no longer be answered")
    assert offered(work.window) == [TEXT]
    assert work.page.url.split("?")[0].endswith(work.path)


def test_text_is_saved_once_the_door_is_open_again(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    shut(work, desk, "archive")
    work.window.note(answer).fill(TEXT)
    work.page.locator("[data-fault]").wait_for()
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.reload()
    work.window.says("can no longer be answered")
    desk.take_up(work.path.split("/")[4])
    work.page.reload()
    becomes(lambda: desk.standing(answer)["note"], TEXT)
    becomes(lambda: work.window.note(answer).input_value(), TEXT)


def test_back_and_forward_keep_what_was_typed(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.page.route("**/save/", lambda route: route.abort())
    work.window.note(answer).fill(TEXT)
    work.window.says("1 answer waits")
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.goto(work.path + "applicability/")
    work.page.unroute("**/save/")
    work.page.go_back()
    becomes(lambda: desk.standing(answer)["note"], TEXT)
    becomes(lambda: work.window.note(answer).input_value(), TEXT)
