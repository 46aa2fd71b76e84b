"""A line that delays, reorders and cuts: the screen and the database end up equal."""

import random

import pytest

from tests.browser.proxy import Line
from tests.browser.window import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTERS = "list of what we keep, who reads it and since when ÄΩж漢 "
CHOICES = ("met", "partly", "not_met", "unanswered")


@pytest.fixture
def line(site, request):
    line = Line(site.port, seed=request.node.name)
    yield line
    line.close()


def screen(window, answer):
    """The row as it is shown."""
    row, verdict = window.row(answer), window.chosen(answer)
    day = row.locator('[name="later_until"]').input_value()
    reason = row.locator('[name="reason"]')  # there once it was asked for
    return {
        "note": window.note(answer).input_value(),
        "verdict": verdict,
        "later_until": day if verdict == "later" else "",  # no other one has a day
        "reason": reason.input_value() if reason.count() else "",
        "owner": row.locator('[name="owner"]').input_value(),
        "due_on": row.locator('[name="due_on"]').input_value(),
    }


def stored(desk, answer):
    standing = desk.standing(answer)
    return {name: standing[name] for name in ("note", "verdict", "reason", "due_on", "later_until")} | {
        "owner": str(standing["owner"] or "")
    }


def act(window, answer, chance, person):
    """One thing a person does in an opened row."""
    row = window.row(answer)
    kinds = ["type", "type", "type", "choose", "na", "later", "owner", "due"]
    what = chance.choice(kinds)
    day = f"2027-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
    if what == "type":
        text = "".join(chance.choices(LETTERS, k=chance.randint(1, 12)))
        window.note(answer).press_sequentially(text)
    elif what == "choose":
        window.choose(answer, chance.choice(CHOICES))
    elif what == "na":
        window.choose(answer, "na")
        row.locator('[name="reason"]').fill(f"No such system {chance.random()}")
    elif what == "later":
        window.choose(answer, "later")
        row.locator('[name="later_until"]').fill(day)
    elif what == "owner":
        row.locator('[name="owner"]').select_option(chance.choice(["", str(person)]))
    else:
        row.locator('[name="due_on"]').fill(day)


def trial(made, window, desk, line, chance):
    """Some twenty things in two rows over a bad line, then a good one."""
    line.is_bad = True
    for answer in made["answers"][:2]:
        window.row(answer).locator("[data-qlink]").click()
        window.note(answer).wait_for()
        for _ in range(chance.randint(4, 9)):
            act(window, answer, chance, made["people"][0])
            window.page.wait_for_timeout(chance.choice([0, 60, 350, 900]))
    line.is_bad = False
    window.page.evaluate("dispatchEvent(new Event('online'))")
    for answer in made["answers"][:2]:
        until(
            lambda answer=answer: (screen(window, answer), stored(desk, answer)),
            lambda pair: pair[0] == pair[1],
            25,
        )
    assert window.page.locator("[data-conflict]").count() == 0
    assert window.scripts == []


def trials(desk, open_window, line, number):
    chance = random.Random(number)  # noqa: S311
    window = open_window()
    for _ in range(number):
        made = desk.assessment("Cara")
        window.page.context.add_cookies(
            [{"name": "sessionid", "value": made["sessions"][0], "url": line.url}]
        )
        window.page.goto(line.url + made["path"])
        trial(made, window, desk, line, chance)
    assert line.fates["no reply"]
    assert line.fates["late reply"]


def test_screen_and_database_are_equal_after_a_bad_line(desk, open_window, line):
    trials(desk, open_window, line, 3)


@pytest.mark.long
def test_screen_and_database_are_equal_after_a_hundred_bad_lines(desk, open_window, line):
    trials(desk, open_window, line, 100)
