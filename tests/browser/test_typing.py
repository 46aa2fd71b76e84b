"""Typing while saves are on their way: the database ends with what the screen shows."""

import pytest

from tests.browser.window import becomes, lose

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


def test_lost_reply_and_more_typing_is_no_conflict_with_oneself(work, desk):
    """The first save arrives, its reply does not, and typing goes on."""
    answer = work.answers[0]
    work.window.open(answer)

    work.page.route("**/save/", lose)
    note = work.window.note(answer)
    note.fill("First.")
    work.window.says("1 answer waits")
    assert desk.standing(answer)["note"] == "First."
    work.page.context.set_offline(True)
    work.page.unroute("**/save/")
    note.fill("First. Second.")
    work.page.wait_for_timeout(900)
    work.page.context.set_offline(False)
    becomes(lambda: desk.standing(answer)["note"], "First. Second.")
    assert work.page.locator("[data-conflict]").count() == 0
    assert note.input_value() == "First. Second."


def test_lost_reply_and_a_reload_is_no_conflict_with_oneself(work, desk):
    answer = work.answers[0]
    work.window.open(answer)

    work.page.route("**/save/", lose)
    work.window.note(answer).fill("First.")
    work.window.says("1 answer waits")
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.unroute("**/save/")
    work.page.context.set_offline(True)
    work.window.note(answer).fill("First. Second.")
    work.page.wait_for_timeout(900)
    work.page.context.set_offline(False)
    work.page.reload()
    becomes(lambda: desk.standing(answer)["note"], "First. Second.")
    assert work.page.locator("[data-conflict]").count() == 0


def test_row_opened_after_a_colleague_saved_goes_on_from_there(work, desk):
    answer = work.answers[0]
    desk.save(work.person, answer, {"note": "Theirs.", "verdict": "met"})
    work.window.open(answer)
    note = work.window.note(answer)
    assert note.input_value() == "Theirs."
    note.fill("Theirs. And mine.")
    becomes(lambda: desk.standing(answer)["note"], "Theirs. And mine.")
    assert desk.standing(answer)["verdict"] == "met"
    assert work.page.locator("[data-conflict]").count() == 0


def test_text_typed_while_its_row_is_undone_is_kept(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.window.choose(answer, "met")
    becomes(lambda: desk.standing(answer)["verdict"], "met")
    work.page.evaluate("window.stayed = true")
    work.window.note(answer).fill("Typed just before.")
    work.page.get_by_role("button", name="Undo").click()
    becomes(lambda: desk.standing(answer)["note"], "Typed just before.")
    becomes(lambda: desk.standing(answer)["verdict"], "unanswered")
    becomes(lambda: work.window.chosen(answer), "unanswered")
    assert work.window.note(answer).input_value() == "Typed just before."
    assert work.page.evaluate("window.stayed")
    assert work.page.locator("[data-conflict]").count() == 0


def test_choice_made_just_before_a_filter_is_saved(work, desk):
    answer = work.answers[0]
    work.window.choose(answer, "met")
    work.page.get_by_role("link", name="Unanswered").click()
    becomes(lambda: desk.standing(answer)["verdict"], "met")


def test_fields_of_a_row_come_once_however_often_it_is_asked_for(work, desk):
    """A second reply would wipe what was typed after the first."""
    answer = work.answers[0]
    work.page.evaluate(LATE)
    asked = []
    row_of = f"/answers/{answer}/"
    work.page.on("request", lambda r: asked.append(r.url) if row_of in r.url else None)
    work.window.focus(answer)
    link = work.window.row(answer).locator("[data-qlink]")
    link.evaluate("node => { node.click(); node.click(); node.click(); }")
    note = work.window.note(answer)
    note.wait_for()
    note.fill("Typed after the first reply.")
    work.page.wait_for_timeout(1200)
    assert note.input_value() == "Typed after the first reply."
    assert len([url for url in asked if url.endswith(row_of)]) == 1


def test_new_row_listens_at_once(work, desk):
    """A row that an undo has put there saves what is chosen in the same moment."""
    answer = work.answers[0]
    work.window.choose(answer, "met")
    becomes(lambda: desk.standing(answer)["verdict"], "met")
    work.page.evaluate(
        """(answer) => document.addEventListener("htmx:afterRequest", function choose(event) {
          if (!event.target.matches("[data-undo]") && event.target.id !== "undo") return;
          document.removeEventListener("htmx:afterRequest", choose);
          document.querySelector(`[data-q="${answer}"] [value="partly"]`).click();
        })""",
        answer,
    )
    work.page.get_by_role("button", name="Undo").click()
    becomes(lambda: desk.standing(answer)["verdict"], "partly")


def test_whoever_writes_without_a_pause_is_saved_all_the_same(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    note = work.window.note(answer)
    for _ in range(14):
        note.press_sequentially("again ", delay=80)
    assert desk.standing(answer)["note"].startswith("again again")


def test_row_sends_what_was_touched_and_no_more(work):
    answer, sent = work.answers[0], []
    work.window.open(answer)
    work.page.on("request", lambda one: sent.append(one.post_data) if one.post_data else None)
    work.window.note(answer).fill("Alone")
    work.window.says("Saved")
    fields = next(post for post in sent if "note=Alone" in post)
    names = {pair.split("=")[0] for pair in fields.split("&")}
    assert names == {"csrfmiddlewaretoken", "base", "body", "note"}
