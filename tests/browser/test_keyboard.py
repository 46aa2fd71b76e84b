"""The keyboard alone: an order one can follow, a focus that stays and is seen."""

import pytest

from tests.browser.window import active, becomes, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WHERE = """() => {
  const at = document.activeElement;
  const place = at.closest(".topbar, .workbar, .sections, .filterbar, .questions, .panel");
  return place?.classList[0] ?? at.tagName;
}"""
COVERED = """() => {
  const at = document.activeElement;
  const box = (at.matches("input[type=radio], input[type=checkbox]") ? at.closest("label") ?? at : at).getBoundingClientRect();
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 2);
  const points = [box.top + 2, box.top + box.height / 2, box.bottom - 2];
  const seen = points.some((y) => {
    const top = document.elementFromPoint(x, y);
    return top && (top.contains(at) || at.contains(top) || at.closest("label")?.contains(top));
  });
  return seen ? null : at.outerHTML.slice(0, 120);
}"""


def focus_of(page):
    return page.evaluate(
        """() => {
          const at = document.activeElement;
          return [at.tagName, at.name ?? "", at.closest("[data-q]")?.dataset.q ?? ""];
        }"""
    )


def test_tab_goes_from_work_bar_over_sections_and_filters_to_the_list(work):
    seen = []
    for _ in range(40):
        work.page.keyboard.press("Tab")
        place = work.page.evaluate(WHERE)
        if place not in seen[-1:]:
            seen.append(place)
    assert seen[:6] == ["A", "topbar", "workbar", "sections", "filterbar", "questions"]


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (390, 800)])
def test_nothing_covers_what_has_the_focus(desk, open_window, size):
    made = desk.many(40, "Cara")
    window = open_window(made["sessions"][0], made["path"])
    window.page.set_viewport_size({"width": size[0], "height": size[1]})
    window.open(made["answers"][2])
    window.page.evaluate("document.activeElement.blur()")
    window.page.locator(".skip").focus()
    covered = []
    for _ in range(60):
        window.page.keyboard.press("Tab")
        covered.append(window.page.evaluate(COVERED))
    back = []
    for _ in range(30):
        window.page.keyboard.press("Shift+Tab")
        back.append(window.page.evaluate(COVERED))
    assert [fault for fault in covered + back if fault] == []


def test_focus_stays_in_the_row_over_every_kind_of_save(work, desk):
    answer = work.answers[0]
    work.window.focus(answer)
    work.page.keyboard.press("Tab")
    work.page.keyboard.press("ArrowRight")
    becomes(lambda: desk.standing(answer)["verdict"], "met")
    assert focus_of(work.page) == ["INPUT", "verdict", str(answer)]
    work.window.focus(answer)
    work.page.keyboard.press("d")
    work.page.get_by_role("dialog", name="Due day").wait_for()
    work.page.keyboard.type("2026-11-30")
    work.page.keyboard.press("Enter")
    becomes(lambda: desk.standing(answer)["due_on"], "2026-11-30")
    chip = "document.activeElement.dataset.chip"
    assert work.page.evaluate(chip) == "due_on"
    assert focus_of(work.page)[2] == str(answer)


def hold(page, place):
    """Keep the first such request back, until its route in the list is continued."""
    held = []
    page.route(place, lambda one: one.continue_() if held else held.append(one))
    return held


def test_row_opens_while_its_save_is_on_its_way(work, desk):
    """Its fields stood in the queue of its saves, and put the second one out of it."""
    answer, page = work.answers[0], work.page
    held = hold(page, "**/save/")
    work.window.focus(answer)
    page.keyboard.press("1")
    becomes(lambda: page.evaluate("1") and len(held), 1)
    page.keyboard.press("2")
    page.wait_for_timeout(500)  # it is sent after 300 ms
    page.keyboard.press("n")
    becomes(lambda: focus_of(page), ["TEXTAREA", "note", str(answer)])
    assert "Offline" not in page.inner_text("#save")
    held[0].continue_()
    page.unroute("**/save/")
    becomes(lambda: desk.standing(answer)["verdict"], "partly")
    page.keyboard.type("Half of it.")
    becomes(lambda: desk.standing(answer)["note"], "Half of it.")
    assert page.locator("[data-conflict]").count() == 0
    assert work.window.faults == []


def test_comment_is_typed_while_the_guidance_is_on_its_way(work, desk):
    answer, page = work.answers[1], work.page
    held = hold(page, "**/panel/guidance/")
    work.window.focus(answer)
    becomes(lambda: page.evaluate("1") and len(held), 1)
    page.keyboard.press("c")
    becomes(lambda: page.evaluate("document.activeElement.id"), "talk")
    page.keyboard.type("Who keeps it?")
    assert page.input_value("#talk") == "Who keeps it?"
    assert desk.standing(answer)["verdict"] == "unanswered"
    assert work.window.faults == []


def test_undo_by_key_leaves_the_focus_in_the_row(work, desk):
    answer = work.answers[3]
    work.window.focus(answer)
    work.page.keyboard.press("2")
    becomes(lambda: desk.standing(answer)["verdict"], "partly")
    work.page.locator("#undo form").wait_for()
    work.page.keyboard.press("Control+z")
    becomes(lambda: desk.standing(answer)["verdict"], "unanswered")
    becomes(lambda: focus_of(work.page)[2], str(answer))
    work.page.keyboard.press("j")
    becomes(lambda: focus_of(work.page)[2], str(work.answers[4]))


def test_undo_by_key_goes_past_a_row_that_waits_for_its_reason(work, desk):
    stuck, answer, after = work.answers[:3]
    work.window.choose(stuck, "na")
    work.window.says("Give a reason")
    work.window.focus(answer)
    work.page.keyboard.press("1")
    becomes(lambda: desk.standing(answer)["verdict"], "met")
    work.page.locator("#undo form").wait_for()
    work.page.keyboard.press("Control+z")
    becomes(lambda: desk.standing(answer)["verdict"], "unanswered")
    work.window.focus(after)
    work.page.keyboard.press("3")
    work.window.says("Saved")
    becomes(lambda: desk.standing(after)["verdict"], "not_met")


def test_settled_conflict_leaves_the_focus_in_the_row(desk, open_window):
    made = desk.assessment("Cara", "Ole")
    answer = made["answers"][0]
    window = open_window(made["sessions"][1], made["path"])
    window.open(answer)
    desk.save(made["people"][0], answer, {"verdict": "met"})
    window.focus(answer)
    window.page.keyboard.press("2")
    block = window.page.locator("[data-conflict]")
    block.wait_for()
    assert block.evaluate("node => node === document.activeElement")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    block.wait_for(state="detached")
    becomes(lambda: focus_of(window.page)[2], str(answer))
    becomes(lambda: desk.standing(answer)["verdict"], "partly")


def test_keys_typed_before_a_row_has_opened_answer_nothing(work, desk):
    answer = work.answers[0]
    work.window.focus(answer)
    work.page.keyboard.type("n123")
    until(lambda: focus_of(work.page)[1], lambda name: name == "note")
    assert work.window.chosen(answer) == "unanswered"


def test_tab_leads_on_while_the_fields_of_a_row_are_on_their_way(work):
    """They may take until the request times out."""
    answer, page = work.answers[0], work.page
    held = hold(page, f"**/answers/{answer}/")
    work.window.focus(answer)
    page.keyboard.press("n")
    becomes(lambda: page.evaluate("1") and len(held), 1)
    page.keyboard.press("Tab")
    assert focus_of(page) == ["INPUT", "verdict", str(answer)]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    assert work.window.chosen(answer) == "unanswered"
    page.locator("#q").focus()  # to type there is no mistake
    held[0].continue_()
    work.window.note(answer).wait_for()
    assert focus_of(page)[1] == "q"


def test_single_keys_can_be_switched_off(work):
    work.page.keyboard.press("?")
    work.page.locator("[data-single-keys]").uncheck()
    work.page.keyboard.press("Escape")
    work.window.focus(work.answers[0])
    work.page.keyboard.press("1")
    assert work.window.chosen(work.answers[0]) == "unanswered"
    work.page.keyboard.press("?")
    assert work.page.locator("#keys[open]").count() == 0


PRESS = """([key, code, more]) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true, ...more }))"""


@pytest.mark.parametrize(
    ("key", "code", "more", "verdict"),
    [
        ("&", "Digit1", {}, "met"),  # AZERTY
        ("2", "Numpad2", {}, "partly"),
        ("ArrowDown", "Numpad2", {}, "unanswered"),  # without Num Lock
        ("[", "Digit5", {"modifierAltGraph": True}, "unanswered"),
        ("1", "Digit1", {"ctrlKey": True}, "unanswered"),
        ("š", "Digit3", {}, "not_met"),  # Czech
    ],
)
def test_digits_are_places_on_the_keyboard(work, key, code, more, verdict):
    work.window.focus(work.answers[0])
    work.page.evaluate(PRESS, [key, code, more])
    assert work.window.chosen(work.answers[0]) == verdict
    assert (work.page.locator("#sections").is_visible()) == (key != "[")


@pytest.mark.parametrize("code", ["Digit3", "Digit6"])  # French Canadian, Hungarian
def test_slash_on_a_digit_key_searches_and_answers_nothing(work, code):
    answer = work.answers[0]
    work.window.choose(answer, "met")
    work.window.focus(answer)
    work.page.evaluate(PRESS, ["/", code, {"shiftKey": True}])
    assert focus_of(work.page)[1] == "q"
    assert work.window.chosen(answer) == "met"


def test_question_mark_on_a_digit_key_shows_the_keys_and_answers_nothing(work):
    """On a French Canadian keyboard it is Shift and 6."""
    answer = work.answers[0]
    work.window.open(answer)
    work.window.focus(answer)
    work.page.evaluate(PRESS, ["?", "Digit6", {"shiftKey": True}])
    assert work.page.locator("#keys[open]").count() == 1
    assert work.window.chosen(answer) == "unanswered"


def test_enter_opens_and_closes_the_row_and_takes_no_evidence_out(work, desk):
    answer = work.answers[0]
    desk.attach_link(answer)
    work.page.reload()
    row = work.window.row(answer)
    row.locator('[value="unanswered"]').focus()
    work.page.keyboard.press("Enter")
    row.locator("[formaction]").wait_for()
    row.locator('[name="due_on"]').focus()
    work.page.keyboard.press("Enter")
    row.locator('[value="unanswered"]').focus()
    work.page.keyboard.press("Enter")
    row.locator("[formaction]").wait_for(state="hidden")
    work.page.wait_for_timeout(300)
    assert len(desk.standing(answer)["evidence"]) == 1
    assert work.window.faults == []


def test_keys_lead_into_the_list_from_its_filters(work):
    work.page.locator(".filters a").first.focus()
    work.page.keyboard.press("j")
    assert focus_of(work.page)[2] == str(work.answers[0])
    work.page.keyboard.press("/")
    assert focus_of(work.page)[1] == "q"


def test_escape_closes_the_row_and_keeps_its_text(work, desk):
    answer = work.answers[0]
    work.window.focus(answer)
    work.page.keyboard.press("n")
    until(lambda: focus_of(work.page)[1], lambda name: name == "note")
    work.page.keyboard.type("Closed at once.")
    work.page.keyboard.press("Escape")
    assert not work.window.note(answer).is_visible()
    becomes(lambda: desk.standing(answer)["note"], "Closed at once.")


def test_comment_is_kept_while_another_tab_of_the_panel_is_read(work, desk):
    answer = work.answers[0]
    work.window.focus(answer)
    work.page.keyboard.press("c")
    until(lambda: work.page.evaluate("document.activeElement.id"), lambda i: i == "talk")
    work.page.keyboard.type("Ask the board about 2025.")
    work.window.focus(work.answers[1])
    work.page.wait_for_timeout(400)
    panel = work.page.locator("#panel")
    panel.get_by_role("link", name="Law").click()
    until(panel.locator("#talk").count, lambda count: count == 0)
    panel.get_by_role("link", name="Comments").click()
    panel.locator("#talk").wait_for()
    becomes(panel.locator("#talk").input_value, "Ask the board about 2025.")
    panel.get_by_role("button", name="Comment").click()
    becomes(lambda: desk.standing(answer)["comments"], ["Ask the board about 2025."])
    becomes(panel.locator("#talk").input_value, "")


def at(page):
    return page.evaluate("document.activeElement.closest('form')?.dataset.key")


@pytest.mark.parametrize("key", ["j", "u"])
def test_key_works_on_a_page_just_opened(work, key):
    work.page.keyboard.press(key)
    becomes(lambda: at(work.page), "Q1")
    work.page.goto(f"{work.path}?open={work.answers[2]}")
    work.page.keyboard.press(key)
    becomes(lambda: at(work.page), "Q4")


def from_the_last(work):
    """The list as Home leads to its last question: it begins at the second section."""
    last = work.answers[-1]
    work.page.goto(f"{work.path}?open={last}")
    assert work.page.locator("[data-qlink]").first.inner_text() == "Do you keep duty 5?"
    work.window.focus(last)
    return last


def test_next_unanswered_comes_round_to_questions_above_the_first_row(work, desk):
    for answer in [work.answers[0], *work.answers[4:]]:
        desk.save(work.person, answer, {"verdict": "met"})
    from_the_last(work)
    work.page.keyboard.press("u")
    becomes(lambda: active(work.page), "Do you keep duty 2?")
    assert "open" not in work.page.url
    assert work.window.faults == []


def test_list_without_an_unanswered_question_says_so(work, desk):
    for answer in work.answers:
        desk.save(work.person, answer, {"verdict": "met"})
    last = from_the_last(work)
    work.page.keyboard.press("u")
    work.window.says("Nothing is unanswered in this list")
    becomes(lambda: focus_of(work.page)[2], str(last))


def test_rows_above_that_do_not_come_are_not_said_to_be_answered(work, desk):
    for answer in work.answers[4:]:
        desk.save(work.person, answer, {"verdict": "met"})
    from_the_last(work)
    work.page.route(f"**{work.path}?", lambda route: route.abort())
    work.page.keyboard.press("u")
    work.window.says("This is not loaded yet. Try again.", seconds=25)
    work.page.unroute(f"**{work.path}?")
    work.page.keyboard.press("u")
    becomes(lambda: active(work.page), "Do you keep duty 1?")


def test_key_reaches_the_question_above_the_first_row(work):
    from_the_last(work)
    for _ in range(4):
        work.page.keyboard.press("k")
    becomes(lambda: at(work.page), "Q4")
    work.page.keyboard.press("Shift+K")
    becomes(lambda: at(work.page), "Q3")
    becomes(lambda: work.page.inner_text("[data-picked-count]"), "2")
    assert work.window.faults == []


def test_selection_is_extended_above_the_first_row(work):
    from_the_last(work)
    work.window.focus(work.answers[4])
    work.page.keyboard.press("Shift+K")
    becomes(lambda: at(work.page), "Q4")
    becomes(lambda: work.page.inner_text("[data-picked-count]"), "2")


def test_key_finds_the_question_above_in_a_long_list(desk, open_window):
    made = desk.many(300, "Cara")
    path = f"{made['path']}?open={made['answers'][-1]}"
    window = open_window(made["sessions"][0], path)
    window.focus(made["answers"][225])
    window.page.keyboard.press("k")
    becomes(lambda: at(window.page), "Q225")
    assert window.faults == []


def test_open_row_and_its_text_outlive_the_rows_that_come_above(work, desk):
    last = from_the_last(work)
    work.page.route("**/save/", lambda route: route.abort())
    work.window.note(last).fill("Half a sentence")
    work.window.says("waits on this device")
    work.window.focus(work.answers[4])
    work.page.keyboard.press("k")
    becomes(lambda: at(work.page), "Q4")
    becomes(work.window.note(last).input_value, "Half a sentence")
    assert work.window.note(last).is_visible()
    work.page.unroute("**/save/")
    becomes(lambda: desk.standing(last)["note"], "Half a sentence")


def test_first_question_comes_in_place_and_takes_the_focus(work):
    from_the_last(work)
    loads = []
    work.page.on("load", lambda _: loads.append(work.page.url))
    work.page.get_by_role("link", name="Back to the first question").click()
    becomes(lambda: at(work.page), "Q1")
    assert work.page.locator("#earlier").count() == 0
    assert loads == []
    assert work.window.faults == []


def test_slash_works_on_a_page_just_opened(work):
    work.page.keyboard.press("/")
    becomes(lambda: work.page.evaluate("document.activeElement.id"), "q")


def test_keys_held_while_rows_come_count_each(desk, open_window):
    made = desk.many(100, "Cara")
    window = open_window(made["sessions"][0], made["path"])
    for _ in range(60):
        window.page.keyboard.press("j")
    window.page.keyboard.press("1")
    becomes(lambda: at(window.page), "Q60")
    until(lambda: window.chosen(made["answers"][59]), lambda one: one == "met")
    assert window.faults == []
