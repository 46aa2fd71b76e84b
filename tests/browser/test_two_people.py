"""Two people in one row: nothing is overwritten, and both see both texts."""

from types import SimpleNamespace

import pytest

from tests.browser.window import becomes

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def two(desk, open_window):
    """Cara at her own desk, Ole with the first row open."""
    made = desk.assessment("Cara", "Ole")
    ole = open_window(made["sessions"][1], made["path"])
    answer = made["answers"][0]
    ole.open(answer)
    two = SimpleNamespace(ole=ole, answer=answer, answers=made["answers"], made=made)
    two.cara_saves = lambda **changes: desk.save(made["people"][0], answer, changes)
    return two


@pytest.fixture
def clash(two, desk):
    """Both wrote a note; Cara's was saved first and Ole sees the conflict."""
    two.cara_saves(note="Reviewed in March by the board.")
    two.ole.note(two.answer).fill("Reviewed in May by the board.")
    two.block = two.ole.page.locator("[data-conflict]")
    two.block.wait_for()
    return two


def test_conflict_shows_both_texts_and_saves_neither_over_the_other(clash, desk):
    assert clash.block.locator(".versus p:not(.label)").all_inner_texts() == [
        "Reviewed in May by the board.",
        "Reviewed in March by the board.",
    ]
    assert "Cara changed the note" in clash.block.inner_text()
    assert clash.ole.says("changed by someone else")
    assert desk.standing(clash.answer)["note"] == "Reviewed in March by the board."
    assert clash.ole.note(clash.answer).input_value() == "Reviewed in May by the board."


@pytest.mark.parametrize(
    ("button", "left"),
    [
        ("Keep mine", "Reviewed in May by the board."),
        ("Keep theirs", "Reviewed in March by the board."),
        (
            "Keep both",
            "Reviewed in March by the board.\n\nReviewed in May by the board.",
        ),
    ],
)
def test_conflict_ends_with_what_is_chosen(clash, desk, button, left):
    clash.block.get_by_role("button", name=button).click()
    clash.block.wait_for(state="detached")
    becomes(lambda: desk.standing(clash.answer)["note"], left)
    assert clash.ole.note(clash.answer).input_value() == left
    clash.ole.page.reload()
    clash.ole.open(clash.answer)
    assert clash.ole.note(clash.answer).input_value() == left


def test_losing_text_stays_in_the_history(clash):
    clash.block.get_by_role("button", name="Keep theirs").click()
    clash.block.wait_for(state="detached")
    clash.ole.row(clash.answer).locator("[data-history]").click()
    history = clash.ole.page.locator("#panel .trail")
    history.wait_for()
    assert "Reviewed in May by the board." in history.inner_text()


def test_same_verdict_on_both_sides_is_no_conflict(two, desk):
    two.cara_saves(verdict="met")
    with two.ole.page.expect_response("**/save/") as reply:
        two.ole.choose(two.answer, "met")
    assert reply.value.status == 200
    assert two.ole.page.locator("[data-conflict]").count() == 0
    assert desk.standing(two.answer)["version"] == 1


def test_two_windows_show_each_other_nothing_and_lose_nothing(two, desk, open_window):
    cara = open_window(two.made["sessions"][0], two.made["path"])
    cara.open(two.answer)
    cara.note(two.answer).fill("From Cara.")
    becomes(lambda: desk.standing(two.answer)["note"], "From Cara.")
    two.ole.note(two.answer).fill("From Ole.")
    two.ole.page.locator("[data-conflict]").wait_for()
    cara.note(two.answer).fill("From Cara, twice.")
    becomes(lambda: desk.standing(two.answer)["note"], "From Cara, twice.")
    two.ole.page.get_by_role("button", name="Keep mine").click()
    theirs = two.ole.page.locator(".versus p:not(.label)").last
    becomes(theirs.inner_text, "From Cara, twice.")
    assert desk.standing(two.answer)["note"] == "From Cara, twice."
    two.ole.page.get_by_role("button", name="Keep mine").click()
    becomes(lambda: desk.standing(two.answer)["note"], "From Ole.")


def test_different_fields_are_merged(two, desk):
    two.cara_saves(verdict="partly")
    two.ole.note(two.answer).fill("Half of it is written down.")
    becomes(lambda: desk.standing(two.answer)["note"], "Half of it is written down.")
    assert desk.standing(two.answer)["verdict"] == "partly"
    assert two.ole.page.locator("[data-conflict]").count() == 0
    two.ole.note(two.answer).press_sequentially(" All of it soon.")
    becomes(lambda: desk.standing(two.answer)["version"], 3)
    assert desk.standing(two.answer)["verdict"] == "partly"


def test_typing_goes_on_where_it_was_when_a_conflict_arrives(two, desk):
    """Focus stays in the text: a digit in a sentence must not become an answer."""
    two.cara_saves(note="Reviewed in March.")
    note = two.ole.note(two.answer)
    note.fill("Reviewed 1")
    two.ole.page.locator("[data-conflict]").wait_for()
    two.ole.page.keyboard.type(" April 2024")
    assert note.input_value() == "Reviewed 1 April 2024"
    assert two.ole.chosen(two.answer) == "unanswered"


@pytest.mark.parametrize("button", ["Keep mine", "Keep theirs", "Keep both"])
def test_text_typed_after_the_conflict_is_never_lost(clash, desk, button):
    note = clash.ole.note(clash.answer)
    note.press_sequentially(" Minutes attached.")
    clash.block.get_by_role("button", name=button).click()
    mine = "Reviewed in May by the board. Minutes attached."
    seen = lambda: (  # noqa: E731
        desk.standing(clash.answer)["note"] + str(desk.events(clash.answer))
    )
    becomes(lambda: mine in seen(), True)


def test_conflict_can_be_settled_after_a_reload(clash, desk):
    clash.ole.page.on("dialog", lambda dialog: dialog.accept())
    clash.ole.page.reload()
    clash.block.wait_for()
    clash.block.get_by_role("button", name="Keep mine").click()
    mine = "Reviewed in May by the board."
    becomes(lambda: desk.standing(clash.answer)["note"], mine)


def test_conflict_in_a_second_row_waits_for_its_own_choice(clash, desk):
    other = clash.answers[1]
    clash.ole.choose(other, "met")
    becomes(lambda: desk.standing(other)["verdict"], "met")
    assert clash.block.count() == 1
    assert desk.standing(clash.answer)["note"] == "Reviewed in March by the board."


def test_row_that_is_kept_as_not_met_asks_for_an_action_and_loses_none(two, desk):
    two.cara_saves(verdict="met")
    two.ole.choose(two.answer, "not_met")
    page = two.ole.page
    page.get_by_role("button", name="Keep mine").click()
    page.get_by_role("button", name="Add action").wait_for()
    assert desk.standing(two.answer)["verdict"] == "not_met"
    page.get_by_label("Task").fill("Close the port")
    two.cara_saves(verdict="met")
    page.get_by_role("button", name="Add action").click()
    page.get_by_text("is no longer “not met”").wait_for()
    assert page.get_by_label("Task").input_value() == "Close the port"
    page.get_by_role("button", name="Add it all the same").click()
    page.get_by_text("is planned, due").wait_for()
    assert page.locator(".qmeta", has_text="1 action").count() == 1
