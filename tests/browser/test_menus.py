"""Owner and days as chips with menus: by keys, by pointer, and as plain fields behind them."""

from datetime import date, timedelta

import pytest

from tests.browser.test_accessible import faults_here
from tests.browser.test_ondemand import hold
from tests.browser.window import becomes, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
READ = "async (text) => (await import('/static/js/days.js')).read(text, '2026-11-28')"


@pytest.fixture
def team(desk, open_window):
    """Cara, who leads, beside Ole Åberg who answers."""
    made = desk.assessment("Cara", "Ole Åberg")
    window = open_window(made["sessions"][0], made["path"])
    window.made = made
    return window


def chip(window, answer, name):
    return window.row(answer).locator(f'[data-chip="{name}"]')


def menu(window, answer, key):
    """Open a menu of a row by key."""
    window.focus(answer)
    window.page.keyboard.press(key)
    window.page.locator(".menubox input").wait_for()
    focused = "!!document.activeElement.closest('.menubox')"
    becomes(lambda: window.page.evaluate(focused), True)


def test_owner_is_found_by_typing_and_the_list_goes_on(team, desk):
    first, second = team.made["answers"][:2]
    menu(team, first, "o")
    team.page.keyboard.type("ab")  # the beginning of a name, without its accent
    team.page.keyboard.press("Enter")
    becomes(lambda: desk.standing(first)["owner"], team.made["people"][1])
    becomes(lambda: chip(team, first, "owner").inner_text().split()[-2:], ["Ole", "Åberg"])
    team.page.locator(f"#marks-{first} .qown").wait_for()
    team.page.keyboard.press("j")
    becomes(
        lambda: team.page.evaluate("document.activeElement.closest('form').dataset.q"),
        str(second),
    )
    assert team.faults == []


def test_menu_is_left_without_a_change(team, desk):
    answer = team.made["answers"][0]
    menu(team, answer, "o")
    team.page.keyboard.type("nobody of that name")
    team.page.get_by_text("Nobody of that name may answer here.").wait_for()
    team.page.keyboard.press("Enter")
    team.page.keyboard.press("Escape")
    team.page.locator(".menubox").wait_for(state="detached")
    assert team.page.evaluate("document.activeElement.dataset.chip") == "owner"
    menu(team, answer, "d")
    team.page.keyboard.type("1")  # not the answer "met"
    team.page.keyboard.press("Escape")
    team.page.wait_for_timeout(500)
    standing = desk.standing(answer)
    assert (standing["owner"], standing["due_on"], standing["version"]) == (None, "", 0)
    assert standing["verdict"] == "unanswered"


def test_only_people_who_may_answer_are_offered(team, desk):
    desk.role(team.made["people"][1], "reader")
    team.page.reload()
    menu(team, team.made["answers"][0], "o")
    names = team.page.locator(".menuopts bdi").all_inner_texts()
    assert names == ["Cara", "Nobody"]
    assert faults_here(team.page) == []


def test_due_day_is_written_or_picked(team, desk):
    answer = team.made["answers"][0]
    menu(team, answer, "d")
    team.page.keyboard.type("2w")
    team.page.keyboard.press("Enter")
    day = date.today() + timedelta(days=14)
    becomes(lambda: desk.standing(answer)["due_on"], day.isoformat())
    menu(team, answer, "d")
    team.page.keyboard.press("ArrowDown")
    team.page.keyboard.press("ArrowRight")
    team.page.keyboard.press("ArrowDown")
    assert faults_here(team.page) == []
    team.page.keyboard.press("Enter")
    becomes(lambda: desk.standing(answer)["due_on"], (day + timedelta(days=8)).isoformat())
    menu(team, answer, "d")
    team.page.keyboard.type("soon")
    team.page.keyboard.press("Enter")
    team.page.get_by_text("“soon” is no day.").wait_for()
    team.page.get_by_role("button", name="No date", exact=True).click()
    becomes(lambda: desk.standing(answer)["due_on"], "")
    becomes(lambda: chip(team, answer, "due_on").inner_text(), "No date")
    assert team.faults == []


@pytest.mark.parametrize("name", ["due_on", "later_until"])
def test_typed_day_is_taken_wherever_one_goes_then(team, desk, name):
    answer = team.made["answers"][0]
    team.open(answer)
    chip(team, answer, name).click()
    team.page.keyboard.type("24.12.2027")
    team.page.get_by_text("24 Dec 2027").first.wait_for()
    team.note(answer).focus()
    becomes(lambda: chip(team, answer, name).inner_text(), "24 Dec 2027")
    becomes(lambda: desk.standing(answer)[name], "2027-12-24")
    assert team.page.evaluate("document.activeElement.name") == "note"
    assert team.page.locator(".menubox").count() == 0


def test_typed_day_is_taken_by_tab_by_another_chip_and_by_its_own(team, desk):
    answer = team.made["answers"][0]
    team.open(answer)
    due = chip(team, answer, "due_on")
    last = team.page.locator(".menubox").get_by_role("button", name="No date")
    leaves = [
        lambda: last.press("Tab"),
        chip(team, answer, "owner").click,
        due.click,
        team.page.locator(".worktitle").first.click,
    ]
    for number, leave in enumerate(leaves, 1):
        due.click()
        team.page.keyboard.type(f"{number}.12.2027")
        leave()
        becomes(due.inner_text, f"{number} Dec 2027")
    becomes(lambda: desk.standing(answer)["due_on"], "2027-12-04")
    assert team.faults == []


def test_typed_day_is_left_by_escape_and_what_is_no_day_by_a_click(team, desk):
    answer = team.made["answers"][0]
    team.open(answer)
    due = chip(team, answer, "due_on")
    due.click()
    team.page.keyboard.type("24.12.2027")
    team.page.keyboard.press("Escape")
    assert due.inner_text() == "No date"
    for typed in ("24.12.2027", "soon"):
        due.click()
        team.page.keyboard.type(typed)
        if typed == "24.12.2027":  # and then thought better of
            team.page.locator(".menubox input").fill("24.")
        team.note(answer).click()
        assert due.inner_text() == "No date"
    due.click()
    team.page.keyboard.type("24.12.2027")
    team.page.get_by_role("button", name="In two weeks").click()
    day = (date.today() + timedelta(days=14)).isoformat()
    becomes(lambda: desk.standing(answer)["due_on"], day)


def test_colleague_changed_the_owner_meanwhile(team, desk):
    answer = team.made["answers"][0]
    team.open(answer)
    chip(team, answer, "owner").wait_for()
    cara, ole = team.made["people"]
    desk.save(ole, answer, {"owner_id": ole})
    menu(team, answer, "o")
    team.page.keyboard.type("cara")
    team.page.keyboard.press("Enter")
    team.page.locator("[data-conflict]").wait_for()
    assert desk.standing(answer)["owner"] == ole
    team.page.get_by_role("button", name="Keep mine").click()
    becomes(lambda: desk.standing(answer)["owner"], cara)
    until(lambda: chip(team, answer, "owner").inner_text(), lambda text: "Cara" in text)


def test_lost_line_keeps_what_was_chosen(team, desk):
    answer = team.made["answers"][0]
    team.open(answer)
    chip(team, answer, "due_on").wait_for()
    team.page.route("**/save/", lambda route: route.abort("failed"))
    chip(team, answer, "due_on").click()
    team.page.get_by_role("button", name="In two weeks").click()
    team.says("waits on this device")
    team.page.unroute("**/save/")
    day = (date.today() + timedelta(days=14)).isoformat()
    becomes(lambda: desk.standing(answer)["due_on"], day)


def test_plain_field_takes_the_key_where_the_script_does_not_come(team):
    team.page.route("**/js/menus.js", lambda route: route.abort())
    team.focus(team.made["answers"][0])
    team.page.keyboard.press("d")
    becomes(lambda: team.page.evaluate("document.activeElement.name"), "due_on")


def test_keys_typed_before_the_menu_is_there_answer_nothing(team, desk):
    answer = team.made["answers"][0]
    release = hold(team.page, "menus")
    team.focus(answer)
    for key in ("o", "1", "x"):
        team.page.keyboard.press(key)
    release()
    team.page.locator(".menubox").wait_for()
    assert desk.standing(answer)["verdict"] == "unanswered"


def test_days_are_read_as_people_write_them(team):
    days = {
        "fri": "2026-12-04",
        "Saturday": "2026-12-05",
        "2w": "2026-12-12",
        "in 3 days": "2026-12-01",
        "3 months": "2027-02-28",
        "31.12.": "2026-12-31",
        "1.2.": "2027-02-01",
        "1. 2. 2026": "2026-02-01",
        "12 Dec": "2026-12-12",
        "5 december 2027": "2027-12-05",
        "5. Sept. 2027": "2027-09-05",
        "5 marble": "",
        "thurs": "2026-12-03",
        "next fri": "2026-12-04",
        "next week": "2026-12-05",
        "next month": "2026-12-28",
        "month": "",
        "sunset": "",
        "29 Feb 2027": "",
        "29.2.": "2028-02-29",
        "31.6.": "",
        "2026-12-31": "2026-12-31",
        "2026-13-01": "",
        "0001-01-01": "",
        "today": "2026-11-28",
        "12": "",
        "soon": "",
    }
    assert {text: team.page.evaluate(READ, text) for text in days} == days


def test_menu_fits_the_phone(desk, open_window):
    made = desk.assessment("Cara")
    window = open_window(made["sessions"][0], has_touch=True, is_mobile=True)
    window.page.set_viewport_size({"width": 390, "height": 844})
    window.page.goto(made["path"])
    answer = made["answers"][0]
    window.open(answer)
    for name in ("owner", "due_on", "later_until"):
        chip(window, answer, name).tap()
        box = window.page.locator(".menubox")
        box.wait_for()
        place = box.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 390
        sides = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert window.page.evaluate(sides) == 0
        window.page.keyboard.press("Escape")
