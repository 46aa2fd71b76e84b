"""Evidence without leaving the row: by keys, by files, on the phone, on a bad line."""

import pytest

from tests.browser.test_accessible import faults_here
from tests.browser.test_files import CLIP, TYPED, drop
from tests.browser.window import becomes, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def focused(page):
    return page.evaluate("document.activeElement.closest('[data-q]')?.dataset.q")


def begin(work, answer):
    """Open the box of a row by key."""
    work.window.focus(answer)
    work.page.keyboard.press("e")
    field = work.page.locator(f"#ev-q-{answer}")
    field.wait_for()
    becomes(lambda: work.page.evaluate("document.activeElement.id"), f"ev-q-{answer}")
    return field


def test_piece_of_the_library_is_found_used_and_left_by_keys(work, desk):
    first, second, third = work.answers[:3]
    desk.attach_link(first)
    address = work.page.url
    begin(work, second)
    work.page.keyboard.type("polic")
    work.page.keyboard.press("Enter")  # before the library has answered
    becomes(lambda: desk.standing(second)["evidence"], ["Policy"])
    work.page.locator(f"#proofs-{second}", has_text="Policy").wait_for()
    work.page.locator(f"#ev-q-{second}").wait_for(state="detached")
    assert focused(work.page) == str(second)
    work.page.keyboard.press("j")
    becomes(lambda: focused(work.page), str(third))
    work.page.locator("#undo .toastbtn").click()
    becomes(lambda: desk.standing(second)["evidence"], [])
    work.page.locator(f"#proofs-{second} .chip").wait_for(state="detached")
    assert work.page.url == address
    assert work.window.faults == []


def test_keys_typed_before_the_box_is_there_answer_nothing(work, desk):
    answer = work.answers[0]
    work.window.focus(answer)
    for key in ("e", "1", "x"):
        work.page.keyboard.press(key)
    work.page.locator(f"#ev-q-{answer}").wait_for()
    assert desk.standing(answer)["verdict"] == "unanswered"
    work.page.keyboard.press("Escape")
    work.page.locator(f"#ev-q-{answer}").wait_for(state="detached")
    assert focused(work.page) == str(answer)


def test_files_are_chosen_for_a_period_and_typed_text_stays(work, desk, papers):
    answer = work.answers[0]
    work.page.route("**/answers/*/save/", lambda route: route.abort("failed"))
    work.window.open(answer)
    work.window.note(answer).fill(TYPED)
    work.page.locator(f'form[data-q="{answer}"] [data-add-evidence]').click()
    work.page.get_by_role("button", name="The audit period").click()
    with work.page.expect_file_chooser() as chooser:
        work.page.get_by_role("button", name="Choose", exact=True).click()
    chooser.value.set_files([papers("one.pdf"), papers("two.pdf")])
    becomes(lambda: sorted(desk.standing(answer)["evidence"]), ["one.pdf", "two.pdf"])
    proofs = work.page.locator(f"#proofs-{answer} .chip")
    until(proofs.count, lambda count: count == 2)
    assert all("2026" in text.split() for text in proofs.all_inner_texts())
    assert work.window.note(answer).input_value() == TYPED
    work.page.locator(f"#proofs-{answer} button", has_text="one.pdf").click()
    becomes(lambda: desk.standing(answer)["evidence"], ["two.pdf"])
    assert work.window.note(answer).input_value() == TYPED
    assert work.window.scripts == []


def test_half_typed_day_of_evidence_stops_no_note(work, desk):
    answer, page = work.answers[0], work.page
    begin(work, answer)
    page.locator('[data-ev-day="covers_from"]').click()
    page.keyboard.type("12")
    # longer than a row waits at the longest
    work.window.note(answer).press_sequentially("x" * 40, delay=200)
    becomes(lambda: desk.standing(answer)["note"], "x" * 40)
    assert page.evaluate("document.activeElement.name") == "note"


def test_half_typed_day_of_the_row_is_said_and_takes_no_focus(work, desk):
    """Its menu, which takes days in words, did not arrive."""
    answer, page = work.answers[0], work.page
    page.route("**/menus*.js", lambda route: route.abort())
    work.window.open(answer)
    work.window.row(answer).locator('[name="due_on"]').click()
    page.keyboard.type("12")
    work.window.note(answer).press_sequentially("x" * 40, delay=200)
    work.window.says("Q1 is not saved yet")
    assert page.evaluate("document.activeElement.name") == "note"
    assert work.window.note(answer).input_value() == "x" * 40


def test_dropped_pasted_and_bad_files_stand_in_the_row(work, desk, papers):
    answer, page = work.answers[0], work.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    begin(work, answer)
    bad = papers("page.html", b"<!doctype html><script>alert(1)</script>")
    drop(page, f'form[data-q="{answer}"] .evdrop', papers("log.pdf"), bad)
    page.get_by_text("1 of 2 added, 1 not.").wait_for()
    assert "Web pages and SVG" in page.inner_text("[data-queue] li.qwarn")
    page.evaluate(CLIP)
    page.locator(f"#ev-q-{answer}").focus()
    page.keyboard.press("Control+v")
    page.get_by_text("2 of 3 added, 1 not.").wait_for()
    log, pasted = desk.standing(answer)["evidence"]
    assert (log, pasted[:7]) == ("log.pdf", "pasted ")
    assert faults_here(page) == []


def test_what_is_pasted_into_a_box_just_opened_is_added_once(work, desk):
    """Two scripts listen then: the one of the box, and the one that waits for it."""
    answer, page = work.answers[0], work.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(CLIP)
    begin(work, answer)
    page.keyboard.press("Control+v")
    page.get_by_text("1 of 1 added.").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-queue] li").count() == 1
    assert len(desk.standing(answer)["evidence"]) == 1


def test_pasted_link_is_one_key_away(work, desk):
    answer = work.answers[0]
    begin(work, answer).fill("https://wiki.example.org/access/rules")
    work.page.get_by_role("option", name="Add the link").wait_for()
    work.page.keyboard.press("Enter")
    becomes(lambda: desk.standing(answer)["evidence"], ["wiki.example.org/access/rules"])


def test_filters_count_what_evidence_changes(work, desk):
    answer = work.answers[0]
    desk.attach_link(work.answers[1])
    work.window.choose(answer, "met")
    work.page.locator("#show-no-evidence").wait_for()
    begin(work, answer)
    work.page.get_by_role("option", name="Policy").click()
    work.page.locator("#show-no-evidence").wait_for(state="detached")
    assert "No evidence" not in work.page.inner_text(f"#marks-{answer}")


def test_lost_line_is_named_and_the_box_stays(work, desk):
    answer = work.answers[0]
    desk.attach_link(work.answers[1])
    field = begin(work, answer)
    work.page.get_by_role("option", name="Policy").wait_for()
    work.page.route("**/use/", lambda route: route.abort("failed"))
    work.page.get_by_role("option", name="Policy").click()
    work.window.says("Not added: the line is down. Try again.")
    work.page.unroute("**/use/")
    field.focus()
    work.page.get_by_role("option", name="Policy").click()
    becomes(lambda: desk.standing(answer)["evidence"], ["Policy"])


def test_closed_meanwhile_is_refused_in_words(work, desk):
    answer = work.answers[0]
    desk.attach_link(work.answers[1])
    begin(work, answer)
    desk.archive(work.path.rstrip("/").rpartition("/")[2])
    work.page.get_by_role("option", name="Policy").click()
    refusal = work.page.get_by_role("alert").filter(has_text="stays as it is")
    refusal.wait_for()
    refusal.get_by_role("button", name="Close").click()
    refusal.wait_for(state="detached")
    assert desk.standing(answer)["evidence"] == []


def test_photo_on_the_phone_stays_on_the_question(desk, open_window, papers):
    made = desk.assessment("Cara")
    answer, cara = made["answers"][0], made["people"][0]
    desk.save(cara, answer, {"owner_id": cara})
    path, session = f"{made['path']}mine/", made["sessions"][0]
    window = open_window(session, path, is_mobile=True, has_touch=True)
    page = window.page
    page.set_viewport_size({"width": 390, "height": 844})
    window.note(answer).fill(TYPED)
    page.get_by_role("button", name="Add a photo, file or link").tap()
    photo = page.get_by_role("button", name="Photo", exact=True)
    photo.wait_for()
    becomes(lambda: page.evaluate("document.activeElement.dataset.evPhoto"), "")
    assert page.get_attribute("[capture]", "accept") == "image/*"
    with page.expect_file_chooser() as chooser:
        photo.tap()
    chooser.value.set_files(papers("door.pdf"))
    page.locator(f"#proofs-{answer}", has_text="door.pdf").wait_for()
    assert page.url.endswith("/mine/")
    assert window.note(answer).input_value() == TYPED
    becomes(lambda: desk.standing(answer)["note"], TYPED)
    assert faults_here(page) == []
    page.get_by_role("button", name="Take out door.pdf").tap()
    page.locator("#undo", has_text="taken out").wait_for()
    assert desk.standing(answer)["evidence"] == []
    assert window.faults == []
