"""Every key of the help on every kind of question: only those that answer change one."""

import re

import pytest

from tests.browser.test_accessible import faults_here
from tests.browser.window import becomes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HELP = """() => [...document.querySelectorAll("#keys section")].flatMap((part) =>
  [...part.querySelectorAll("dt")].flatMap((term) => {
    const keys = [...term.querySelectorAll("kbd")].map((kbd) => kbd.textContent);
    const held = ["Ctrl", "Shift"].includes(keys[0]) ? keys.shift() : "";
    return keys.map((key) => [part.querySelector("h3").textContent, held, key]);
  }))"""
ANSWERS = {
    "1": "met",
    "2": "partly",
    "3": "not_met",
    "5": "dont_know",
    "0": "unanswered",
}
WITH_OPTIONS = ("choice", "stage", "choices")
KINDS = ("verdict", "number", "date", "text", *WITH_OPTIONS)
STATES = ("closed", "open", "control", "menu", "chosen")
CASES = [
    pytest.param(kind, state, marks=() if state == "control" else pytest.mark.long)
    for kind in KINDS
    for state in STATES
]


@pytest.fixture
def kinds(desk, open_window):
    made = desk.of_every_kind("Cara")
    window = open_window(made["session"], made["path"])
    window.made = made
    return window


def documented(page):
    """Each key of the help, as Playwright names it."""
    held = {"Ctrl": "Control+", "Shift": "Shift+", "": ""}
    names = {"Esc": "Escape"}
    return {
        held[modifier] + (names.get(key) or (key if len(key) > 1 else key.lower()))
        for _, modifier, key in page.evaluate(HELP)
    }


def arrange(window, answer, state):
    """The row in a state, the focus in it."""
    page, row = window.page, window.row(answer)
    page.reload()
    window.focus(answer)
    if state == "closed":
        return
    window.open(answer)
    if state == "menu":
        page.keyboard.press("o")
        page.locator(".menubox").wait_for()
        page.keyboard.press("Escape")
    elif state in {"control", "chosen"}:
        row.locator(".qans input:not([type=hidden]), [name=owner]").first.focus()
    if state == "chosen" and row.locator(".qoptions").count():
        page.keyboard.press("2")
        window.says("Saved")


@pytest.mark.parametrize(("kind", "state"), CASES)
def test_keys_that_do_not_answer_change_no_answer(kinds, desk, kind, state):
    """Whatever the help gains is pressed here, too, or has a test as a number has."""
    page, answer = kinds.page, kinds.made["answers"][kind]
    keys = sorted(key for key in documented(page) if not key.isdigit())
    assert {"j", "n", "o", "d", "y", "t", "Shift+j", "Control+k", "Escape"} <= set(keys)
    if state == "chosen":
        keys.remove("Control+z")  # it takes the choice back
    arrange(kinds, answer, state)
    before = [desk.answered(answer), desk.standing(answer)]
    for key in keys:
        control = kinds.row(answer).locator(".qans input:not([type=hidden])").first
        if state == "closed" or not control.is_visible():
            kinds.focus(answer)
        else:
            control.focus()
        if kind == "number" and state != "closed":
            kinds.focus(answer)  # the field is typed in
        page.keyboard.press(key)
        page.wait_for_timeout(60)
        page.keyboard.press("Escape")
        if page.locator("dialog[open]").count():
            page.keyboard.press("Escape")
    page.wait_for_timeout(600)
    assert [desk.answered(answer), desk.standing(answer)] == before
    assert kinds.scripts == []


@pytest.mark.parametrize("key", ["n", "o", "e", "d", "j", "k"])
@pytest.mark.parametrize("kind", ["choice", "stage"])
def test_number_and_letter_choose_no_option_by_its_name(kinds, desk, kind, key):
    """The number put the focus into a native list, where a letter chose."""
    answer = kinds.made["answers"][kind]
    kinds.focus(answer)
    kinds.page.keyboard.press("1")
    kinds.row(answer).locator("[name=note]").wait_for()
    kinds.page.keyboard.press(key)
    kinds.page.wait_for_timeout(600)
    assert desk.answered(answer)[0] == "unanswered"


@pytest.mark.parametrize("kind", WITH_OPTIONS)
def test_options_are_chosen_by_the_number_beside_them(kinds, desk, kind):
    answer, page = kinds.made["answers"][kind], kinds.page
    row = kinds.row(answer)
    kinds.focus(answer)
    page.keyboard.press("2")
    row.locator("[name=note]").wait_for()
    shown = row.locator(".qoptions label").all_inner_texts()
    assert any(re.match(r"2\s+Every one\s+Met", text) for text in shown)
    assert desk.answered(answer)[0] == "unanswered"
    assert faults_here(page) == []
    page.keyboard.press("2")
    value = ["every"] if kind == "choices" else "every"
    becomes(lambda: desk.answered(answer), ["met", value])
    page.keyboard.press("5")  # after three options: N/A is 4, don't know is 5
    becomes(lambda: desk.answered(answer)[0], "dont_know")
    page.keyboard.press("0")
    becomes(lambda: desk.answered(answer)[0], "unanswered")
    page.keyboard.press("9")
    kinds.says("has no option 9")


def test_numbers_of_the_help_are_those_tested(kinds):
    numbers = {key for key in documented(kinds.page) if key.isdigit()}
    assert numbers == {*ANSWERS, "4", "6", "9"}


@pytest.mark.parametrize(("key", "field"), [("4", '[name="reason"]'), ("6", ".menubox input")])
def test_numbers_that_ask_for_more_lead_to_it(kinds, key, field):
    kinds.focus(kinds.made["answers"]["verdict"])
    kinds.page.keyboard.press(key)
    asks = f"document.activeElement.matches('{field}')".replace('"', "")
    becomes(lambda: kinds.page.evaluate(asks), True)


def test_answered_row_that_is_open_is_not_unanswered(kinds, desk):
    """Beside its value stands a checked radio that is called so."""
    answer, page = kinds.made["answers"]["choice"], kinds.page
    kinds.open(answer)
    kinds.row(answer).locator(".beside").wait_for()
    page.keyboard.press("2")
    becomes(lambda: desk.answered(answer), ["met", "every"])
    kinds.says("Saved")
    kinds.focus(answer)
    page.keyboard.press("x")
    becomes(lambda: page.inner_text("[data-picked-open]"), "0 unanswered")
    page.keyboard.press("k")
    at = "document.activeElement.closest('[data-q]')?.dataset.q"
    above = page.evaluate(at)
    assert above != str(answer)
    page.keyboard.press("u")
    becomes(lambda: page.evaluate(at) not in {above, None}, True)
    assert page.evaluate(at) != str(answer)


@pytest.mark.parametrize("key", ANSWERS)
def test_numbers_give_the_verdict_that_the_help_names(kinds, desk, key):
    answer = kinds.made["answers"]["verdict"]
    kinds.focus(answer)
    kinds.page.keyboard.press(key)
    becomes(lambda: desk.answered(answer)[0], ANSWERS[key])


def test_letter_on_a_native_list_is_a_key(kinds, desk):
    """Until the script of the menus is there, the owner is a list of the browser."""
    answer, page = kinds.made["answers"]["choice"], kinds.page
    page.route("**/menus*.js", lambda route: route.abort())
    page.reload()
    kinds.open(answer)
    kinds.row(answer).locator("[name=owner]").focus()
    page.keyboard.press("c")  # Cara
    page.wait_for_timeout(600)
    assert desk.standing(answer)["owner"] is None


@pytest.mark.parametrize("held", ["Control", "Meta"])
def test_comment_is_sent_by_key(kinds, desk, held):
    answer = kinds.made["answers"]["verdict"]
    kinds.focus(answer)
    kinds.page.keyboard.press("c")
    becomes(lambda: kinds.page.evaluate("document.activeElement.id"), "talk")
    kinds.page.wait_for_load_state("networkidle")  # its script has come
    kinds.page.keyboard.type("Who keeps it?")
    kinds.page.keyboard.press(f"{held}+Enter")
    becomes(lambda: desk.standing(answer)["comments"], ["Who keeps it?"])


@pytest.mark.parametrize("key", ["e", "d", "o"])
def test_question_and_box_are_seen_together(desk, open_window, key):
    made = desk.many(30, "Cara")
    window = open_window(made["sessions"][0], made["path"])
    window.page.set_viewport_size({"width": 1440, "height": 900})
    answer = made["answers"][12]
    window.focus(answer)
    window.page.keyboard.press(key)
    box = "[data-ev-q]" if key == "e" else ".menubox input"
    window.row(answer).locator(box).wait_for()
    window.page.wait_for_timeout(200)
    seen = """([question, box]) => [question, box].map((node) => {
      const at = node.getBoundingClientRect();
      const top = document.elementFromPoint(at.left + 8, at.top + 8);
      const end = document.elementFromPoint(at.left + 8, at.bottom - 8);
      return node.contains(top) && node.contains(end);
    })"""
    question = window.row(answer).locator("[data-qlink]").element_handle()
    frame = window.row(answer).locator(".evplace" if key == "e" else ".menubox")
    assert window.page.evaluate(seen, [question, frame.element_handle()]) == [
        True,
        True,
    ]


def test_nothing_is_cut_at_320_pixels(kinds):
    kinds.page.set_viewport_size({"width": 320, "height": 800})
    for kind in KINDS:
        kinds.open(kinds.made["answers"][kind])
        wide = "document.documentElement.scrollWidth - innerWidth"
        assert kinds.page.evaluate(wide) <= 0, kind
