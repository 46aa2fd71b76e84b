"""The board of actions: moved by keys, by dragging, and without script."""

import pytest

from tests.browser.window import follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def column_of(page, number):
    card = page.locator(f"#card-{number}")
    return card.evaluate("card => card.closest('[data-column]').dataset.column")


def move(page, column):
    page.locator("#move-1").click()
    page.get_by_role("button", name=f"Move AC-1 to {column}").click()


def test_heads_of_columns_stay_in_sight(desk, open_window):
    made = desk.board("Cara", *(f"Task {number}" for number in range(20)))
    page = open_window(made["session"], made["path"]).page
    page.evaluate("window.scrollTo(0, 900)")
    head = page.locator("#column-open").bounding_box()
    assert 0 <= head["y"] < 60
    move_last = page.locator("#card-20 summary")
    move_last.click()
    page.get_by_role("button", name="Move AC-20 to Done").click()
    said(page, "AC-20 moved to Done.")
    said_at = page.locator("#board-said .note").bounding_box()["y"]
    assert 0 <= said_at < page.viewport_size["height"]


def said(page, words):
    page.locator("#board-said", has_text=words).wait_for()


def test_card_is_moved_by_keys_and_the_move_is_spoken(desk, open_window):
    made = desk.board("Cara", "Write the list", "File the minutes")
    window = open_window(made["session"], made["path"])
    page = window.page
    page.locator("#move-1").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(page, "AC-1 moved to In progress.")
    assert column_of(page, 1) == "doing"
    assert page.evaluate("document.activeElement.id") == "move-1"
    page.locator("#board-said button").focus()
    page.keyboard.press("Enter")
    said(page, "AC-1 moved back to Open.")
    assert column_of(page, 1) == "open"
    assert window.faults == []


def test_card_is_dragged_into_a_column(desk, open_window):
    made = desk.board("Cara", "Write the list")
    window = open_window(made["session"], made["path"])
    page = window.page
    page.locator("#card-1 h3").drag_to(page.locator('[data-column="done"]'))
    said(page, "AC-1 moved to Done. Look at 1 answer again")
    assert column_of(page, 1) == "done"
    page.locator("#card-1 h3").drag_to(page.locator('[data-column="dropped"]'))
    said(page, "AC-1 moved to Dropped.")
    assert window.faults == []


def test_move_on_a_lost_line_is_said_and_leaves_the_card(desk, open_window):
    made = desk.board("Cara", "Write the list")
    page = open_window(made["session"], made["path"]).page
    page.context.set_offline(True)
    move(page, "Done")
    said(page, "The card is not moved. Offline.")
    assert column_of(page, 1) == "open"
    page.context.set_offline(False)
    page.locator("#card-1 h3").drag_to(page.locator('[data-column="doing"]'))
    said(page, "AC-1 moved to In progress.")


def test_card_is_moved_without_script(desk, open_window):
    made = desk.board("Cara", "Write the list")
    window = open_window(made["session"], made["path"], java_script_enabled=False)
    window.page.locator("#move-1").click()
    follow(window.page.get_by_role("button", name="Move AC-1 to Done"))
    assert window.page.inner_text("h1") == "Look at these answers again"
    assert "Q1" in window.page.inner_text("main")
