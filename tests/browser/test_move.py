"""Moving an assessment to another edition: by mouse, by keyboard alone, without script."""

import pytest

from tests.browser.test_accessible import looks
from tests.browser.window import follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BEFORE = {
    "edition": "1",
    "gone": [],
    **{key: ["met", None, "", None] for key in ("R1", "T1", "S1", "G1")},
}
AFTER = {
    "edition": "2",
    "gone": ["G1"],
    "R1": ["met", None, "", None],
    "T1": ["met", "9", "edition", None],
    "S1": ["met", None, "", None],
    "N1": ["unanswered", None, "", "Ole"],
    "N2": ["unanswered", None, "", "Cara"],
}


@pytest.fixture
def made(desk):
    return desk.moving()


def test_assessment_is_moved_by_mouse_and_moved_back(desk, made, open_window):
    window = open_window(made["session"], made["path"])
    page = window.page
    follow(page.get_by_role("link", name="Newer edition"))
    page.get_by_role("group", name="R1").get_by_text("Carry over as it is").click()
    page.get_by_label("Answer to T1 in the new form").fill("9")
    page.get_by_label("Assign new questions to").select_option(label="Ole")
    page.get_by_label("Assign to, N2").select_option(label="Cara")
    assert desk.moved(made["id"]) == BEFORE
    page.get_by_role("button", name="Move to 2").click()
    page.get_by_text("Moved to edition 2.").wait_for()
    assert desk.moved(made["id"]) == AFTER
    page.goto(f"{made['path']}upgrade/")
    wrong = looks(page)
    page.get_by_role("link", name="1 archived answer").click()
    page.get_by_text("Do you keep G1?").wait_for()
    wrong += looks(page)
    page.go_back()
    page.get_by_role("button", name="Undo the move").click()
    page.get_by_text("Back on edition 1; every answer is as it was.").wait_for()
    assert desk.moved(made["id"]) == BEFORE
    assert wrong + window.faults == []


def tab_to(page, found):
    """Press Tab until the focus is on it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if found.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"Tab does not reach {found}")


def test_assessment_is_moved_by_keyboard_alone(desk, made, open_window):
    window = open_window(made["session"], f"{made['path']}upgrade/")
    page = window.page
    tab_to(page, page.locator('[name="d-R1"][value="again"]'))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.locator('[name="v-T1"]'))
    page.keyboard.type("9")
    assert page.locator('[name="d-T1"][value="anew"]').is_checked()
    tab_to(page, page.locator('[name="owner"]'))
    page.keyboard.type("Ole")
    tab_to(page, page.locator('[name="o-N2"]'))
    page.keyboard.type("Cara")
    tab_to(page, page.get_by_role("button", name="Move to 2"))
    page.keyboard.press("Enter")
    page.get_by_text("Moved to edition 2.").wait_for()
    assert desk.moved(made["id"]) == AFTER
    page.goto(f"{made['path']}upgrade/")
    tab_to(page, page.get_by_role("button", name="Undo the move"))
    page.keyboard.press("Enter")
    page.get_by_text("Back on edition 1; every answer is as it was.").wait_for()
    assert desk.moved(made["id"]) == BEFORE
    assert window.faults == []


def test_assessment_is_moved_without_script(desk, made, open_window):
    window = open_window(made["session"], f"{made['path']}upgrade/", java_script_enabled=False)
    page = window.page
    follow(page.get_by_role("button", name="Carry all"))
    assert page.locator('[name="d-R1"][value="carry"]').is_checked()
    page.get_by_label("Answer to T1 in the new form").fill("nine")
    page.get_by_label("Answer in the new form, and confirm again").check()
    page.get_by_label("Assign new questions to").select_option(label="Ole")
    page.get_by_label("Assign to, N2").select_option(label="Cara")
    page.get_by_role("button", name="Move to 2").click()
    page.get_by_text("T1: “nine” is not a number.").wait_for()
    assert page.get_by_label("Assign to, N2").evaluate("s => s.selectedOptions[0].label")
    page.get_by_label("Answer to T1 in the new form").fill("9")
    page.get_by_role("button", name="Move to 2").click()
    page.get_by_text("Moved to edition 2.").wait_for()
    assert desk.moved(made["id"]) == AFTER
