"""A day reads in one way on every page, whatever the browser makes of its fields."""

from datetime import date

import pytest

from tests.browser.window import becomes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TODAY = """async () => {
  const days = await import("/static/js/days.js");
  return days.dayText(days.today());
}"""


def said(field):
    """What the page says beside a field for a day."""
    return field.evaluate("(one) => one.labels[0].querySelector('.daysaid')?.textContent ?? ''")


def test_field_for_a_day_says_it_in_the_words_of_the_page(desk, open_window):
    made = desk.assessment("Cara")
    home = made["path"].partition("assessments/")[0]
    window = open_window(made["sessions"][0], f"{home}actions/new/")
    field = window.page.get_by_label("Due")
    assert said(field) == ""
    field.fill("2026-12-06")
    becomes(lambda: said(field), "6 Dec 2026")
    assert field.evaluate("(one) => one.labels[0].innerText").endswith("6 Dec 2026")
    field.fill("")
    becomes(lambda: said(field), "")
    assert window.faults == []


def test_day_of_a_box_that_comes_later_is_said_too(desk, open_window):
    made = desk.assessment("Cara")
    window = open_window(made["sessions"][0], made["path"])
    page = window.page
    window.focus(made["answers"][0])
    page.keyboard.press("e")
    field = page.locator('[data-ev-day="covers_to"]')
    page.get_by_role("button", name="The audit period").click()
    day = date.fromisoformat(field.input_value())
    becomes(lambda: said(field), f"{day.day} {day:%b %Y}")
    assert window.faults == []


def test_date_that_a_question_asks_for_is_a_chip_like_other_days_of_its_row(desk, open_window):
    made = desk.asks_for_a_date("Cara")
    window = open_window(made["session"], made["path"])
    row = window.row(made["answer"])
    row.locator("[data-qlink]").click()
    chip = row.locator('[data-chip="value"]')
    becomes(chip.inner_text, "No date")
    chip.click()
    window.page.keyboard.type("27.11.2025")
    window.page.keyboard.press("Enter")
    becomes(chip.inner_text, "27 Nov 2025")
    window.says("Saved")
    window.page.reload()
    row.locator("[data-qlink]").click()
    becomes(chip.inner_text, "27 Nov 2025")
    chip.click()
    window.page.get_by_role("button", name="Today").click()
    today = window.page.evaluate(TODAY)
    becomes(chip.inner_text, today)
    assert window.faults == []
