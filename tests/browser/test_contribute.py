"""One's own questions in the browser: saved by themselves, gone on by one button."""

from types import SimpleNamespace

import pytest

from tests.browser.test_outbox import box, sign_in_at
from tests.browser.window import becomes, follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def ask(desk, open_window):
    """``ask(**options)``: Cara at the page of three questions that are hers."""

    def start(**options):
        made = desk.assessment("Cara", "Ole")
        cara = made["people"][0]
        for answer in made["answers"][:3]:
            desk.save(cara, answer, {"owner_id": cara})
        path = f"{made['path']}mine/"
        window = open_window(made["sessions"][0], path, **options)
        return SimpleNamespace(
            window=window,
            page=window.page,
            answers=made["answers"],
            people=made["people"],
        )

    return start


def go_on(mine):
    mine.page.get_by_role("button", name="Save and go on").click()


def test_answers_one_after_the_other(ask, desk):
    mine = ask()
    for answer in mine.answers[:3]:
        row = mine.window.row(answer)
        row.locator('[name="verdict"][value="partly"]').check()
        row.locator('[name="note"]').fill(f"Seen {answer}.")
        go_on(mine)
        row.wait_for(state="detached")
    mine.page.get_by_role("heading", name="All done, Cara").wait_for()
    saved = [desk.standing(answer) for answer in mine.answers[:3]]
    assert [one["verdict"] for one in saved] == ["partly"] * 3
    assert [one["note"] for one in saved] == [f"Seen {a}." for a in mine.answers[:3]]
    assert mine.window.faults == []


def test_what_is_typed_is_saved_without_a_button(ask, desk):
    mine = ask()
    mine.window.note(mine.answers[0]).fill("Not finished yet")
    becomes(lambda: desk.standing(mine.answers[0])["note"], "Not finished yet")
    mine.window.says(r"\d\d:\d\d")
    mine.window.note(mine.answers[0]).fill("Finished")
    go_on(mine)
    mine.window.row(mine.answers[1]).wait_for()
    assert desk.standing(mine.answers[0])["note"] == "Finished"


def test_na_waits_for_its_reason(ask, desk):
    mine = ask()
    row = mine.window.row(mine.answers[0])
    row.locator('[name="verdict"][value="na"]').check()
    go_on(mine)
    reason = row.locator('[name="reason"]')
    reason.fill("We have no such system.")
    becomes(lambda: desk.standing(mine.answers[0])["verdict"], "na")
    assert row.is_visible()  # saving by itself does not go on
    go_on(mine)
    mine.window.row(mine.answers[1]).wait_for()


def test_question_that_is_given_back_needs_no_reason(ask, desk):
    mine = ask()
    row = mine.window.row(mine.answers[0])
    row.locator('[name="note"]').fill("Typed before.")
    row.locator('[name="verdict"][value="na"]').check()
    mine.page.get_by_role("button", name="I am not the right person").click()
    mine.page.get_by_label("Why are you not the right person?").fill("Another team.")
    mine.page.get_by_role("button", name="Give it back").click()
    mine.page.get_by_role("heading", name="Two questions for you").wait_for()
    left = desk.standing(mine.answers[0])
    assert (left["verdict"], left["note"], left["owner"]) == (
        "unanswered",
        "Typed before.",
        None,
    )
    assert left["comments"] == ["Not the right person. Another team."]


def test_what_is_typed_offline_waits_and_goes_on_later(ask, desk):
    mine = ask()
    mine.page.context.set_offline(True)
    mine.window.note(mine.answers[0]).fill("In the train")
    go_on(mine)
    mine.window.says("Offline. 1 answer waits on this device.")
    mine.page.context.set_offline(False)
    becomes(lambda: desk.standing(mine.answers[0])["note"], "In the train", 12)
    assert mine.window.scripts == []


@pytest.mark.parametrize(("button", "left"), [("Keep mine", "Mine"), ("Keep theirs", "Theirs")])
def test_conflict_is_settled_here(ask, desk, button, left):
    mine = ask()
    answer = mine.answers[0]
    desk.save(mine.people[1], answer, {"note": "Theirs"})
    mine.window.note(answer).fill("Mine")
    block = mine.page.locator("[data-conflict]")
    block.get_by_role("button", name=button).click()
    block.wait_for(state="detached")
    becomes(lambda: desk.standing(answer)["note"], left)
    becomes(mine.window.note(answer).input_value, left)
    assert mine.window.scripts == []


def test_phone_without_script_answers_and_hands_back(ask, desk):
    mine = ask(java_script_enabled=False, has_touch=True, is_mobile=True)
    mine.page.set_viewport_size({"width": 390, "height": 844})
    mine.page.reload()
    small = [
        (box["width"], box["height"])
        for one in mine.page.locator("main :is(button:not(.vh), .option, summary)").all()
        if (box := one.bounding_box()) and box["height"] < 44
    ]
    assert small == []
    row = mine.window.row(mine.answers[0])
    row.locator('[name="verdict"][value="met"]').check()
    follow(mine.page.get_by_role("button", name="Save and go on"))
    assert desk.standing(mine.answers[0])["verdict"] == "met"
    mine.page.get_by_role("button", name="I am not the right person").click()
    mine.page.get_by_label("Why are you not the right person?").fill("Another team.")
    mine.page.get_by_role("button", name="Give it back").click()
    mine.page.get_by_role("heading", name="Two questions for you").wait_for()
    mine.window.row(mine.answers[2]).wait_for()


def test_newcomer_joins_by_touch_and_lands_on_what_was_asked(desk, open_window):
    made = desk.ask_newcomer("Nele")
    window = open_window(path=made["link"], has_touch=True, is_mobile=True)
    window.page.set_viewport_size({"width": 390, "height": 844})
    for name in ("Password", "Password again"):
        window.page.get_by_label(name, exact=True).fill("seven wild geese 2026")
    assert window.page.get_by_label("Your name").input_value() == "Nele"
    window.page.get_by_role("button", name="Join").tap()
    window.page.wait_for_url(f"**{made['path']}")
    window.page.get_by_role("heading", name="Three questions for you, Nele").wait_for()
    window.row(made["answers"][0]).get_by_text("Not met").tap()
    becomes(lambda: desk.standing(made["answers"][0])["verdict"], "not_met")
    assert window.faults == []
    window.page.goto(made["link"])
    window.page.get_by_role("heading", name="This link no longer works").wait_for()


def test_signed_out_text_is_saved_after_signing_in(ask, desk):
    mine = ask()
    answer, person = mine.answers[0], mine.people[0]
    mine.page.context.clear_cookies(name="sessionid")
    mine.window.note(answer).fill("Typed when the session had ended.")
    mine.window.says(r"You are signed out\. 1 answer waits on this device\.\s+Sign in")
    mine.page.on("dialog", lambda dialog: dialog.accept())
    mine.page.locator("#save").get_by_role("link", name="Sign in").click()
    sign_in_at(mine.page, desk, person)
    mine.page.wait_for_url("**/mine/*")
    becomes(lambda: desk.standing(answer)["note"], "Typed when the session had ended.")
    becomes(lambda: box(mine.page), "")
    assert mine.window.scripts == []


def test_removed_person_keeps_the_text_and_is_shown_why(ask, desk):
    mine = ask()
    answer = mine.answers[0]
    desk.remove(mine.people[0])
    mine.window.note(answer).fill("Typed after I was removed.")
    mine.window.says("this page is no longer open to you")
    assert desk.standing(answer)["note"] == ""
    assert mine.window.note(answer).input_value() == "Typed after I was removed."
    assert "Typed after I was removed." in box(mine.page)
    mine.page.get_by_role("button", name="Show the text").click()
    kept = mine.page.locator("#kept-list textarea")
    assert kept.input_value() == "Typed after I was removed."
