"""The library's next edition: one editor writes it by keyboard, another publishes it."""

import pytest

from tests.browser.test_accessible import VIEWS, looks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def made(desk):
    return desk.library("Otto", "Zoe")


def press(page, name, role="button"):
    """Go to a button or link and press Enter; no mouse."""
    page.get_by_role(role, name=name, exact=True).focus()
    page.keyboard.press("Enter")


def write(page, label, text):
    """Write over all of a field."""
    page.get_by_label(label).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def begin(desk, made, page):
    """The draft of the next edition, by Enter on its button."""
    press(page, "Start the next edition")
    page.get_by_role("button", name="Save Q1").wait_for()
    assert looks(page, VIEWS) == []
    return desk.editions(made["checklist"])[-1][0]


def reword(page, text):
    page.get_by_label("Question", exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    press(page, "Save Q1")
    page.get_by_text("Q1 is saved.").wait_for()


def send(page):
    """To review, once the check list has nothing to put right."""
    press(page, "Publish", "link")
    page.get_by_text("Fix first").wait_for()
    assert looks(page) == []
    empty = "Say in two sentences what is new: the release notes are empty."
    press(page, empty, "link")
    write(page, "Changes, in two sentences", "One duty is new. It is explained.")
    press(page, "Save")
    page.get_by_text("The edition is saved.").wait_for()
    press(page, "Publish", "link")
    press(page, "Send to review")
    page.get_by_text("You sent it; a second person publishes it.").wait_for()
    assert looks(page) == []


def test_draft_of_the_library_lives_until_another_publishes(desk, made, open_window):
    otto = open_window(made["sessions"][0], f"{made['lists'][0]}{made['edition']}/")
    draft = begin(desk, made, otto.page)
    reword(otto.page, "Is it writen down?")
    assert looks(otto.page) == []
    press(otto.page, "Undo")
    otto.page.get_by_text("Undone.").wait_for()
    assert desk.question_of(draft, "Q1")["text"] == "Do you keep duty 1?"
    reword(otto.page, "Is it written down?")
    send(otto.page)

    zoe = open_window(made["sessions"][1], made["lists"][1])
    press(zoe.page, "Editors of the library", "link")
    zoe.page.get_by_text(made["emails"][0]).wait_for()
    zoe.page.goto(f"{made['lists'][1]}{draft}/check/")
    assert looks(zoe.page, VIEWS) == []
    press(zoe.page, "Publish edition 2026.1.1")
    zoe.page.get_by_text("is published.").wait_for()
    assert looks(zoe.page) == []
    states = [state for _, _, state in desk.editions(made["checklist"])]
    assert states == ["retired", "published"]
    assert desk.question_of(draft, "Q1")["text"] == "Is it written down?"
    assert (otto.faults, zoe.faults) == ([], [])
