"""Many questions by the keyboard alone: pick, extend, fill down, set, take back."""

import time

import pytest

from tests.browser.test_outbox import press_sign_out, without_clearing
from tests.browser.window import becomes, follow, held, kept, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def verdicts(desk, answers):
    return [desk.standing(answer)["verdict"] for answer in answers]


def picked(page):
    """The keys of the rows whose box is ticked, and what the bar says."""
    keys = page.locator("[data-pick]:checked").evaluate_all(
        "boxes => boxes.map((box) => box.getAttribute('aria-label').slice(7))"
    )
    return keys, page.locator("#picked").inner_text()


def pick_three(work):
    work.window.focus(work.answers[1])
    for key in ("x", "Shift+J", "Shift+J", "Shift+J", "Shift+K"):
        work.page.keyboard.press(key)


def test_extended_pick_fills_down_and_is_taken_back_in_one_go(work, desk):
    work.window.focus(work.answers[1])
    work.page.keyboard.press("2")
    becomes(lambda: desk.standing(work.answers[1])["verdict"], "partly")
    work.page.locator("#undo form").wait_for()  # its reply is in the page
    pick_three(work)
    assert picked(work.page) == (["Q2", "Q3", "Q4"], "3 selected, 2 unanswered")
    work.page.keyboard.press("Control+d")
    three = work.answers[1:4]
    becomes(lambda: verdicts(desk, three), ["partly"] * 3)
    until(lambda: work.window.chosen(three[2]), lambda chosen: chosen == "partly")
    becomes(lambda: picked(work.page)[0], [])
    work.page.keyboard.press("Control+z")
    becomes(lambda: verdicts(desk, three), ["partly", "unanswered", "unanswered"])
    until(lambda: work.window.chosen(three[2]), lambda chosen: chosen == "unanswered")
    assert work.window.scripts == []


@pytest.mark.parametrize(("box", "most"), [("pick", 1), ("pick-section", 4)])
def test_box_ticked_before_its_script_came_stays_ticked(work, box, most):
    ways = held(work.page, "**/picks*.js")
    with work.page.expect_request("**/picks*.js"):
        work.page.reload(wait_until="commit")
    work.page.locator(f"[data-{box}]").first.check()
    ways[0].continue_()
    becomes(lambda: picked(work.page)[1][:10], f"{most} selected")
    assert len(picked(work.page)[0]) == most
    assert work.page.locator(f"[data-{box}]").first.is_checked()


def test_fill_down_from_a_row_out_of_sight_is_said_first(work, desk):
    desk.save(work.person, work.answers[0], {"verdict": "partly"})
    work.page.reload()
    page = work.page
    page.locator("[data-pick]").nth(0).check()
    page.locator("[data-pick]").nth(2).check()
    page.get_by_role("button", name="2 selected").wait_for()
    page.locator("[data-filters]").click()
    page.locator("#show-unanswered").click()
    becomes(lambda: picked(page), (["Q3"], "2 selected, 1 unanswered, 1 not shown"))
    page.keyboard.press("Control+d")
    page.locator("#bulkbox").get_by_text("Fill down from Q1").wait_for()
    assert desk.standing(work.answers[2])["verdict"] == "unanswered"
    page.get_by_role("button", name="Set 1 answer").click()
    becomes(lambda: desk.standing(work.answers[2])["verdict"], "partly")
    assert work.window.faults == []


def test_other_picks_below_an_open_fill_down_set_nothing_by_themselves(work, desk):
    desk.save(work.person, work.answers[0], {"verdict": "partly"})
    desk.save(work.person, work.answers[1], {"verdict": "met"})
    work.page.reload()
    page = work.page
    for row in range(3):
        page.locator("[data-pick]").nth(row).check()
    page.keyboard.press("Control+d")
    page.get_by_role("button", name="Set 2 answers").wait_for()
    page.locator("[data-pick]").nth(1).uncheck()
    page.get_by_role("button", name="Set 1 answer").wait_for()
    assert verdicts(desk, work.answers[:3]) == ["partly", "met", "unanswered"]


def test_what_would_be_overwritten_is_said_before(work, desk):
    desk.save(work.person, work.answers[2], {"verdict": "not_met"})
    work.page.reload()
    pick_three(work)
    page = work.page
    page.get_by_role("button", name="Set answer").press("Enter")
    page.locator("#bulkbox [data-focus]").wait_for()
    page.keyboard.press("Space")  # the focus is on the first answer
    page.keyboard.press("ArrowRight")
    # Space chose Unanswered, whose plan is shown for a moment and says this, too
    apply = page.get_by_role("button", name="Set 3 answers")
    apply.wait_for()
    page.get_by_text("1 has an answer that would be overwritten: 1 Not met.").wait_for()
    assert verdicts(desk, work.answers[1:4]) == ["unanswered", "not_met", "unanswered"]
    apply.press("Enter")
    becomes(lambda: verdicts(desk, work.answers[1:4]), ["met"] * 3)
    page.get_by_text("3 answers set.").wait_for()
    assert work.window.faults == []


def test_what_a_colleague_changed_is_named_and_the_others_are_set(work, desk):
    pick_three(work)
    desk.save(work.person, work.answers[2], {"verdict": "not_met"})
    page = work.page
    page.get_by_role("button", name="Set answer").click()
    page.locator('#bulkbox [value="met"]').check()
    page.get_by_text("changed this since the page showed it: Q3.").wait_for()
    page.get_by_role("button", name="Set the other 2").click()
    becomes(lambda: verdicts(desk, work.answers[1:4]), ["met", "not_met", "met"])


def test_reason_outlives_another_pick_and_a_slow_press_sets_it(work, desk):
    pick_three(work)
    page = work.page
    page.get_by_role("button", name="Set answer").click()
    page.locator('#bulkbox [value="na"]').check()
    page.get_by_role("button", name="Set 3 answers").click()
    page.get_by_text("Give one reason why they do not apply.").wait_for()
    assert page.evaluate("document.activeElement.id") == "bulk-reason"
    page.keyboard.type("No such data.")
    page.locator("[data-pick]").nth(5).check()
    page.get_by_role("button", name="Set 4 answers").wait_for()
    assert page.locator("#bulk-reason").input_value() == "No such data."
    page.locator("#bulk-reason").press("End")
    page.keyboard.type(" At all.")
    page.get_by_role("button", name="Set 4 answers").hover()
    page.mouse.down()
    page.wait_for_timeout(400)
    page.mouse.up()
    four = [work.answers[n] for n in (1, 2, 3, 5)]
    becomes(
        lambda: [desk.standing(answer)["reason"] for answer in four],
        ["No such data. At all."] * 4,
    )


def test_escape_in_the_box_closes_it_and_keeps_picks_and_reason(work):
    pick_three(work)
    page = work.page
    page.get_by_role("button", name="Set answer").click()
    page.locator('#bulkbox [value="na"]').check()
    page.locator("#bulk-reason").fill("No such data.")
    page.keyboard.press("Escape")
    assert page.locator("#bulk-reason").count() == 0
    assert picked(page)[1] == "3 selected, 3 unanswered"
    page.keyboard.press("Enter")  # the focus is back on the button
    page.locator('#bulkbox [value="na"]').check()
    assert page.locator("#bulk-reason").input_value() == "No such data."
    assert work.window.faults == []


def write_reason(page, text):
    """Pick two questions, and type why they do not apply."""
    for row in range(2):
        page.locator("[data-pick]").nth(row).check()
    page.get_by_role("button", name="Set answer").click()
    page.locator('#bulkbox [value="na"]').check()
    page.locator("#bulk-reason").press_sequentially(text)
    becomes(lambda: text in kept(page), True)


def sign_in_as(page, session):
    origin = page.evaluate("location.origin")
    cookie = {"name": "sessionid", "value": session, "url": origin}
    page.context.add_cookies([cookie])


def reason_for_one(page):
    """The reason that stands in the box once another question is picked."""
    page.locator("[data-pick]").nth(3).check()
    page.get_by_role("button", name="Set answer").click()
    page.locator('#bulkbox [value="na"]').check()
    return page.locator("#bulk-reason").input_value()


def test_reason_for_several_outlives_its_page_and_goes_once_it_is_set(work, desk):
    page = work.page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    write_reason(page, "No such data.")
    page.reload()
    assert asked == ["beforeunload"]
    assert reason_for_one(page) == "No such data."
    page.get_by_role("button", name="Set 1 answer").click()
    becomes(lambda: desk.standing(work.answers[3])["reason"], "No such data.")
    becomes(lambda: "No such data." in kept(page), False)
    page.reload()
    assert asked == ["beforeunload"]


def test_reason_for_several_outlives_the_picks(work):
    page = work.page
    write_reason(page, "No such data.")
    page.locator("[data-clear]").click()
    assert reason_for_one(page) == "No such data."


def test_reason_for_several_is_not_offered_in_another_assessment(work, desk):
    write_reason(work.page, "No such data.")
    work.page.goto(desk.beside(work.answers[0]))
    assert reason_for_one(work.page) == ""


def test_reason_for_several_is_not_offered_to_somebody_else(desk, open_window):
    made = desk.assessment("Cara", "Dan")
    page = open_window(made["sessions"][0], made["path"]).page
    write_reason(page, "No such data.")
    sign_in_as(page, made["sessions"][1])
    page.goto(made["path"])
    assert reason_for_one(page) == ""


def test_signed_out_while_many_are_set_leads_to_sign_in(work):
    page = work.page
    write_reason(page, "No such data.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Set 2 answers").click()
    work.window.says(r"You are signed out\. Nothing is set\.\s+Sign in")
    page.locator("#save").get_by_role("link", name="Sign in").click()
    page.wait_for_url("**/accounts/login/?next=**")
    sign_in_as(page, work.session)
    page.goto(work.path)
    assert reason_for_one(page) == "No such data."


def test_sign_out_empties_the_reason_for_several(work):
    page = work.page
    page.route("**/accounts/logout/", without_clearing)
    write_reason(page, "No such data.")
    press_sign_out(page)
    page.wait_for_url("**/accounts/**")
    becomes(lambda: "No such data." in kept(page), False)


def test_escape_clears_the_picks_before_it_closes_a_row(work):
    pick_three(work)
    work.page.keyboard.press("Enter")
    work.page.locator(".q-open").wait_for()
    work.page.keyboard.press("Escape")
    assert picked(work.page) == ([], "Nothing selected")
    assert work.page.locator(".q-open").count() == 1
    work.page.keyboard.press("Escape")
    assert work.page.locator(".q-open").count() == 0


def test_whole_section_is_picked_with_what_is_not_on_the_page_yet(desk, open_window):
    made = desk.many(200, "Cara")
    window = open_window(made["sessions"][0], made["path"])
    page = window.page
    assert page.locator("[data-pick]").count() < 50
    page.locator("[data-pick-section]").first.check()
    becomes(lambda: picked(page)[1], "50 selected, 50 unanswered")
    page.locator("#bulk").get_by_role("button", name="Due").click()
    page.locator("#bulk-due").fill("2026-12-24")
    page.locator("#bulk-due").dispatch_event("change")
    page.get_by_role("button", name="Set 50 due dates").click()
    becomes(
        lambda: [desk.standing(a)["due_on"] for a in made["answers"][48:52]],
        ["2026-12-24", "2026-12-24", "", ""],
    )
    assert window.faults == []


def test_all_of_a_search_takes_its_own_picks_back_alone(desk, open_window):
    made = desk.many(200, "Cara")
    page = open_window(made["sessions"][0], made["path"]).page
    page.locator("[data-pick-section]").first.check()
    becomes(lambda: picked(page)[1], "50 selected, 50 unanswered")
    page.locator("[data-filters]").click()
    page.locator("[data-search]").fill("Q199")
    page.locator("[data-search]").press("Enter")
    becomes(lambda: page.locator("[data-pick]").count(), 1)
    page.locator("[data-picks]").click()
    page.locator("[data-pick-all]").check()
    becomes(lambda: picked(page)[1], "51 selected, 51 unanswered, 50 not shown")
    page.locator("[data-pick-all]").uncheck()
    becomes(lambda: picked(page)[1], "50 selected, 50 unanswered, 50 not shown")


@pytest.mark.long
def test_2000_answers_are_set_and_taken_back_and_both_are_said(desk, open_window):
    made = desk.many(2000, "Cara")
    window = open_window(made["sessions"][0], made["path"])
    page = window.page
    page.locator("[data-pick]").first.check()
    page.locator("[data-pick-all]").check()
    becomes(lambda: picked(page)[1], "2000 selected, 2000 unanswered")
    page.get_by_role("button", name="Set answer").click()
    page.locator('#bulkbox [value="met"]').check()
    began = time.monotonic()
    page.get_by_role("button", name="Set 2000 answers").click(timeout=60_000)
    page.get_by_text("2000 answers set.").wait_for(timeout=60_000)
    assert set(desk.verdicts(made["answers"])) == {"met"}
    set_in, began = time.monotonic() - began, time.monotonic()
    page.locator("#undo").get_by_role("button", name="Undo").click()
    page.get_by_text("2000 answers put back.").wait_for(timeout=60_000)
    print(f"set in {set_in:.1f} s, back in {time.monotonic() - began:.1f} s")  # noqa: T201
    assert set(desk.verdicts(made["answers"])) == {"unanswered"}
    assert window.faults == []


def test_bar_of_the_picked_questions_makes_no_page_wider(desk, open_window):
    """The filters beneath it are as many as an organisation at work has."""
    bruno = desk.session_of("bruno@nordhavn.example")
    page = open_window(bruno, "/o/nordhavn/").page
    follow(page.get_by_role("link", name="GDPR, Nordhavn Credit").first)
    page.set_viewport_size({"width": 820, "height": 900})
    page.locator("[data-pick]").first.check()
    page.locator("[data-bulkbar]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 820
