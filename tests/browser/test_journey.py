"""A whole assessment by keyboard alone, and by touch on a phone: 128 questions."""

import pytest

from tests.browser.window import becomes, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTIONS = 128
KEYS = {"1": "met", "2": "partly", "3": "not_met"}

# Every text that a screen reader would say, and whether anything but keys was used.
LISTEN = """() => {
  window.said = []; window.pointed = 0;
  const say = (node) => {
    const place = (node.nodeType === 1 ? node : node.parentElement)?.closest("[role=status], [role=alert], [aria-live]");
    const text = place?.innerText?.replace(/\\s+/g, " ").trim();
    if (text && window.said.at(-1) !== text) window.said.push(text);
  };
  new MutationObserver((changes) => {
    for (const change of changes) { say(change.target); change.addedNodes.forEach(say); }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  for (const name of ["pointerdown", "mousedown", "touchstart"]) addEventListener(name, () => { window.pointed += 1; }, true);
}"""
AT = "() => document.activeElement.closest('[data-q]')?.dataset.q ?? ''"


def said(page):
    return page.evaluate("window.said")


def verdicts(desk, answers):
    return desk.verdicts(answers)


def test_128_questions_are_answered_by_keyboard_alone(desk, open_window):
    made = desk.many(QUESTIONS, "Cara")
    answers = made["answers"]
    window = open_window(made["sessions"][0], made["path"])
    page, keyboard = window.page, window.page.keyboard
    page.evaluate(LISTEN)
    window.focus(answers[0])
    wanted = []
    for number, answer in enumerate(answers):
        becomes(lambda: page.evaluate(AT), str(answer))
        key = "123"[number % 3]
        if number == 40:
            keyboard.press("4")
            asked = "Why does Q41 not apply to you?"
            becomes(
                lambda: page.evaluate("document.activeElement.labels?.[0]?.innerText"),
                asked,
            )
            keyboard.type("We run no such system.")
            keyboard.press("Escape")
            wanted.append("na")
        else:
            keyboard.press(key)
            wanted.append(KEYS[key])
        keyboard.press("j")
    becomes(lambda: verdicts(desk, answers), wanted, 20)
    assert desk.standing(answers[40])["reason"] == "We run no such system."
    assert page.evaluate("window.pointed") == 0
    assert window.scripts == []
    counted = f"{QUESTIONS} of {QUESTIONS} answered"
    becomes(lambda: counted in page.locator("#counts").inner_text(), True)
    heard = said(page)
    assert any(text.startswith("Saved") for text in heard)
    assert any("Q1: Met, saved." in text for text in heard)


def test_every_state_of_saving_is_announced(desk, open_window):
    made = desk.assessment("Cara", "Ole")
    first, second = made["answers"][:2]
    window = open_window(made["sessions"][0], made["path"])
    page = window.page
    page.evaluate(LISTEN)
    heard = lambda words: any(words in text for text in said(page))  # noqa: E731
    window.focus(first)
    page.keyboard.press("1")
    becomes(lambda: heard("Q1: Met, saved."), True)
    page.keyboard.press("Control+z")
    becomes(lambda: heard("Q1: Undone."), True)
    page.context.set_offline(True)
    page.keyboard.press("2")
    becomes(lambda: heard("Offline. 1 answer waits on this device."), True)
    page.context.set_offline(False)
    becomes(lambda: desk.standing(first)["verdict"], "partly")
    desk.save(made["people"][1], second, {"verdict": "met"})
    window.focus(second)
    page.keyboard.press("3")
    becomes(lambda: heard("Ole changed the answer"), True)
    page.locator("[data-conflict] button").first.press("Enter")
    becomes(lambda: desk.standing(second)["verdict"], "not_met")
    page.fill("#q", "Q7")
    page.press("#q", "Enter")
    becomes(lambda: heard("1 question"), True)
    assert page.evaluate("window.pointed") == 0


def by_touch(desk, open_window, number):
    made = desk.many(QUESTIONS, "Cara")
    window = open_window(made["sessions"][0], made["path"], has_touch=True, is_mobile=True)
    window.page.set_viewport_size({"width": 390, "height": 800})
    answers = made["answers"][:number]
    for place, answer in enumerate(answers):
        verdict = ("met", "partly", "not_met")[place % 3]
        until(lambda a=answer: window.row(a).count(), bool)
        label = window.row(answer).locator(f'label:has([value="{verdict}"])')
        label.scroll_into_view_if_needed()
        assert window.row(answer).locator(".seg").bounding_box()["height"] >= 44
        label.tap()
    wanted = [("met", "partly", "not_met")[place % 3] for place in range(number)]
    becomes(lambda: verdicts(desk, answers), wanted, 20)
    assert window.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert window.scripts == []


def test_questions_are_answered_by_touch_on_a_phone(desk, open_window):
    by_touch(desk, open_window, 12)


@pytest.mark.long
def test_128_questions_are_answered_by_touch_on_a_phone(desk, open_window):
    by_touch(desk, open_window, QUESTIONS)
