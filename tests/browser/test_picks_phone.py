"""Many questions by thumb at 390 px, and picks that outlive another filter or search."""

import re

import pytest

from tests.browser.test_accessible import faults_here
from tests.browser.test_picks import picked, verdicts
from tests.browser.window import becomes, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def phone(desk, open_window):
    """``phone(60)``: an assessment of that many questions on a phone, and its data."""

    def start(questions=12, **more):
        made = desk.many(questions, "Cara")
        window = open_window(made["sessions"][0], has_touch=True, **more)
        window.page.set_viewport_size({"width": 390, "height": 844})
        window.page.goto(made["path"])
        return window, made

    return start


def seen(bars):
    """Whether each bar can be seen and pressed at its middle."""
    return bars.evaluate_all(
        """bars => bars.map((bar) => {
          const box = bar.getBoundingClientRect();
          const at = [box.x + box.width / 2, box.y + box.height / 2];
          return bar.contains(document.elementFromPoint(...at));
        })"""
    )


def tick(page, number):
    page.locator("[data-pick]").nth(number).tap()


def test_rows_are_picked_and_set_by_thumb_and_one_is_where_one_was(phone, desk):
    window, made = phone(60)
    page = window.page
    assert page.locator("#bulk").is_hidden()
    tick(page, 1)
    tick(page, 9)
    bar = page.locator("[data-bulkbar]").bounding_box()
    assert bar["y"] + bar["height"] == 844, "within reach of the thumb"
    assert faults_here(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    small = page.evaluate(
        """() => [...document.querySelectorAll("#bulk button, #bulk label, .qpick, .pickall")]
          .filter((one) => one.checkVisibility())
          .map((one) => one.getBoundingClientRect())
          .filter((box) => box.width < 24 || box.height < 24).length"""
    )
    assert small == 0
    row = page.locator("[data-pick]").nth(9)
    before = row.bounding_box()["y"]
    page.get_by_role("button", name="Set answer").tap()
    page.locator('#bulkbox [value="met"]').check()
    page.get_by_role("button", name="Set 2 answers").tap()
    page.get_by_text("2 answers set.").wait_for()
    both = [made["answers"][1], made["answers"][9]]
    assert verdicts(desk, both) == ["met"] * 2
    becomes(lambda: picked(page), ([], "Nothing selected"))
    becomes(
        lambda: page.evaluate("document.activeElement.closest('li')?.id"),
        f"answer-{both[1]}",
    )
    assert abs(row.bounding_box()["y"] - before) < 2, "the list has not moved"
    assert window.faults == []


def test_person_and_day_are_set_in_place(phone, desk):
    window, made = phone()
    page = window.page
    tick(page, 0)
    tick(page, 2)
    page.locator("#bulk").get_by_role("button", name="Assign").tap()
    page.locator("#bulk-person").select_option(label="Cara")
    page.get_by_role("button", name="Assign 2 questions").tap()
    page.get_by_text("2 answers set.").wait_for()
    tick(page, 2)
    page.locator("#bulk").get_by_role("button", name="Due").tap()
    page.locator("#bulk-due").fill("2026-12-24")
    page.locator("#bulk-due").dispatch_event("change")
    page.get_by_role("button", name="Set 1 due date").tap()
    becomes(lambda: desk.standing(made["answers"][2])["due_on"], "2026-12-24")
    assert window.faults == []


def test_picks_outlive_a_filter_and_a_search(phone, desk):
    window, made = phone()
    page = window.page
    desk.save(made["people"][0], made["answers"][0], {"verdict": "met"})
    page.reload()
    tick(page, 0)
    tick(page, 3)
    page.locator("#show-unanswered").tap()
    becomes(lambda: picked(page), (["Q4"], "2 selected, 1 unanswered, 1 not shown"))
    tick(page, 1)
    page.locator("[data-search]").fill("no such words")
    page.locator("[data-search]").press("Enter")
    page.get_by_text("No question matches").wait_for()
    assert picked(page) == ([], "3 selected, 2 unanswered, 3 not shown")
    page.locator("#bulk").get_by_role("button", name="Due").tap()
    page.locator("#bulk-due").fill("2026-12-24")
    page.locator("#bulk-due").dispatch_event("change")
    page.get_by_role("button", name="Set 3 due dates").tap()
    three = [made["answers"][n] for n in (0, 2, 3)]
    becomes(lambda: [desk.standing(one)["due_on"] for one in three], ["2026-12-24"] * 3)
    assert window.faults == []


def test_whole_long_section_outlives_a_filter_one_by_one(phone, desk):
    window, made = phone(200)
    page = window.page
    page.locator("[data-pick-section]").first.tap()
    becomes(lambda: picked(page)[1], "50 selected, 50 unanswered")
    tick(page, 0)  # all but one
    becomes(lambda: picked(page)[1], "49 selected, 49 unanswered")
    page.locator("#show-unanswered").tap()
    page.wait_for_url("**show=unanswered**")
    becomes(lambda: picked(page)[1], "49 selected, 49 unanswered, 10 not shown")
    page.locator("#bulk").get_by_role("button", name="Set answer").tap()
    page.locator('#bulkbox [value="partly"]').check()
    page.get_by_role("button", name="Set 49 answers").tap()
    page.get_by_text("49 answers set.").wait_for()
    some = [made["answers"][n] for n in (0, 1, 49, 50)]
    assert verdicts(desk, some) == ["unanswered", "partly", "partly", "unanswered"]
    assert window.faults == []


def test_filters_come_back_by_key_and_by_button_while_rows_are_picked(work):
    page = work.page
    work.window.focus(work.answers[1])
    page.keyboard.press("x")
    page.locator("[data-picks]", has_text="selected").wait_for(state="attached")
    bars = page.locator(".filterbar")
    assert seen(bars) == [False, True]
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    assert seen(bars) == [True, False]
    page.locator("#show-unanswered").press("Enter")
    page.wait_for_url("**show=unanswered**")  # the list is there
    becomes(lambda: picked(page), (["Q2"], "1 selected, 1 unanswered"))
    page.get_by_role("button", name="1 selected").press("Enter")
    assert seen(bars) == [False, True]
    assert "Set answer" in page.evaluate("document.activeElement.textContent")
    page.get_by_role("button", name="Filter and search").press("Enter")
    assert page.evaluate("document.activeElement.id") == "q"
    assert work.window.faults == []


def test_without_script_it_is_done_on_a_phone_and_leads_back_to_the_row(phone, desk):
    window, made = phone(60, java_script_enabled=False)
    page = window.page
    follow(page.locator("#show-unanswered"))
    for number in (20, 22):
        page.locator("[data-pick]").nth(number).check()
    follow(page.get_by_role("button", name="Set answer"))
    page.locator('[value="met"]').check()
    follow(page.get_by_role("button", name="Show what it would do"))
    follow(page.get_by_role("button", name="Set 2 answers"))
    follow(page.get_by_role("link", name="Back to the questions"))
    assert re.search(r"\?show=unanswered.*#answer-\d+$", page.url)
    both = [made["answers"][20], made["answers"][22]]
    assert verdicts(desk, both) == ["met"] * 2
