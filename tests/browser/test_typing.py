"""Typing while saves are on their way: the database ends with what the screen shows."""

import pytest

from tests.browser.window import becomes

pytestmark = [pytest.mark.browser, pytest.mark.slow]


# Every request reaches the server a second and a half late.
HELD = """(() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    setTimeout(() => send.call(this, body), 1500);
  };
})()"""


def test_typing_during_a_slow_save_is_saved_too(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.page.evaluate(HELD)
    note = work.window.note(answer)
    note.press_sequentially("We keep a list")
    work.page.wait_for_timeout(1000)
    note.press_sequentially(" and read it every year.")
    text = "We keep a list and read it every year."
    becomes(lambda: desk.standing(answer)["note"], text, 8)
    assert note.input_value() == text
    assert note.evaluate("node => node === document.activeElement")
    assert work.page.locator("[data-conflict]").count() == 0
    work.window.says("Saved")


def rounds(work, desk, number):
    """Type and answer in rounds while replies are late by turns; the notes typed."""
    answer = work.answers[0]
    work.window.open(answer)
    note = work.window.note(answer)
    work.page.evaluate(LATE)
    for number_of in range(number):
        note.press_sequentially(f"{number_of} ")
        if number_of % 3 == 0:
            verdict = ("met", "partly", "not_met")[number_of % 9 // 3]
            work.window.choose(answer, verdict)
        work.page.wait_for_timeout(number_of % 4 * 250)
    text = note.input_value()
    becomes(lambda: desk.standing(answer)["note"], text, 10)
    becomes(lambda: desk.standing(answer)["verdict"], work.window.chosen(answer), 10)
    assert note.input_value() == text
    assert work.page.locator("[data-conflict]").count() == 0
    return text


# Replies reach the page late by turns: the request has been served by then.
LATE = """(() => {
  const send = XMLHttpRequest.prototype.send;
  let turn = 0;
  XMLHttpRequest.prototype.send = function (body) {
    const late = [900, 30, 400, 0][turn++ % 4];
    const onload = this.onload;
    this.onload = (event) => setTimeout(() => onload.call(this, event), late);
    return send.call(this, body);
  };
})()"""


def test_late_replies_leave_the_screen_and_the_database_equal(work, desk):
    assert rounds(work, desk, 10) == "0 1 2 3 4 5 6 7 8 9 "


@pytest.mark.long
def test_a_hundred_late_replies_leave_screen_and_database_equal(work, desk):
    rounds(work, desk, 100)


def test_two_windows_of_one_person_end_in_a_conflict_not_in_a_loss(desk, open_window):
    made = desk.assessment("Cara")
    answer = made["answers"][0]
    one, two = (open_window(made["sessions"][0], made["path"]) for _ in range(2))
    one.open(answer)
    two.open(answer)
    one.note(answer).fill("From the first window.")
    becomes(lambda: desk.standing(answer)["version"], 1)
    two.note(answer).fill("From the second window.")
    two.page.locator("[data-conflict]").wait_for()
    assert desk.standing(answer)["note"] == "From the first window."
    assert two.note(answer).input_value() == "From the second window."
