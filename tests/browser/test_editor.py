"""The editor by keyboard, by mouse, by two people, and without scripts."""

import pytest

from tests.browser.test_accessible import looks
from tests.browser.window import follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def made(desk):
    """A draft of four questions, Q1 and Q2 in the first section."""
    return desk.own_draft(4)


def keys(desk, made):
    return [[key for key, _ in rows] for rows in desk.asked(made["draft"]).values()]


def status(page):
    return page.locator("[data-outline-status]").inner_text()


def test_question_is_lifted_moved_and_put_down_by_keyboard(desk, made, open_window):
    window = open_window(made["sessions"][0], made["path"] + "edit/")
    page = window.page
    page.locator("#grip-Q2").focus()
    page.keyboard.press("Space")
    assert "Q2 lifted" in status(page)
    page.keyboard.press("ArrowUp")
    assert status(page) == "Q2, position 1 of 2 in Section 1."
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert status(page) == "Q2, position 1 of 3 in Section 2."
    page.keyboard.press("Space")
    assert status(page) == "Q2 put down at position 1 of 3 in Section 2."
    until(lambda: keys(desk, made), lambda now: now == [["Q1"], ["Q2", "Q3", "Q4"]])
    focused = "document.activeElement.id"
    until(lambda: page.evaluate(focused), lambda found: found == "grip-Q2")
    assert window.faults == []


def test_escape_puts_a_lifted_question_back(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/").page
    page.locator("#grip-Q1").focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    assert status(page) == "Q1 is back at position 1 of 2 in Section 1."
    assert keys(desk, made) == [["Q1", "Q2"], ["Q3", "Q4"]]


def test_question_is_dragged_into_another_section_and_back(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/").page
    start, end = (page.locator(f"#grip-{key}").bounding_box() for key in ("Q1", "Q4"))
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] + 2, steps=8)
    page.mouse.up()
    until(lambda: keys(desk, made), lambda now: now == [["Q2"], ["Q3", "Q1", "Q4"]])
    page.get_by_text("Q1 is moved.").wait_for()
    assert looks(page) == []
    page.get_by_role("button", name="Undo").click()
    until(lambda: keys(desk, made), lambda now: now == [["Q1", "Q2"], ["Q3", "Q4"]])


def test_two_editors_lose_nothing(desk, made, open_window):
    path = made["path"] + "edit/?question=Q1"
    ours, theirs = (open_window(session, path) for session in made["sessions"])
    for window, text in ((theirs, "Theirs, first?"), (ours, "Ours, later?")):
        window.page.get_by_label("Question", exact=True).fill(text)
        window.page.get_by_role("button", name="Save Q1").click()
    ours.page.get_by_text("Somebody else has saved Q1").wait_for()
    assert ours.page.get_by_text("Theirs, first?").first.is_visible()
    assert looks(ours.page) == []
    assert (
        ours.page.get_by_label("Question", exact=True).input_value() == "Ours, later?"
    )
    ours.page.get_by_role("button", name="Save Q1").click()
    ours.page.get_by_text("Q1 is saved").wait_for()
    assert desk.asked(made["draft"])["s1"][0] == ["Q1", "Ours, later?"]


def test_editor_works_without_scripts(desk, made, open_window):
    path = made["path"] + "edit/?question=Q2"
    page = open_window(made["sessions"][0], path, java_script_enabled=False).page
    assert page.locator(".grip:visible").count() == 0
    follow(page.get_by_role("button", name="Move up"))
    page.get_by_label("Question", exact=True).fill("Saved without a script?")
    follow(page.get_by_role("button", name="Save Q2"))
    assert desk.asked(made["draft"])["s1"][0] == ["Q2", "Saved without a script?"]
