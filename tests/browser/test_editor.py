"""The editor by keyboard, by mouse, by two people, and without scripts."""

import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.browser.test_accessible import looks
from tests.browser.window import active, becomes, follow, lose, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def made(desk):
    """A draft of four questions, Q1 and Q2 in the first section."""
    return desk.own_draft(4)


def keys(desk, made):
    return [[key for key, _ in rows] for rows in desk.asked(made["draft"]).values()]


def status(page):
    return page.locator("[data-outline-status]").inner_text()


def test_question_is_lifted_moved_and_put_down_by_keyboard(desk, made, open_window):
    window = open_window(made["sessions"][0], made["path"] + "edit/")
    page = window.page
    page.locator("#grip-Q2").focus()
    page.keyboard.press("Space")
    assert "Q2 lifted" in status(page)
    page.keyboard.press("ArrowUp")
    assert status(page) == "Q2, position 1 of 2 in Section 1."
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert status(page) == "Q2, position 1 of 3 in Section 2."
    page.keyboard.press("Space")
    assert status(page) == "Q2 put down at position 1 of 3 in Section 2."
    until(lambda: keys(desk, made), lambda now: now == [["Q1"], ["Q2", "Q3", "Q4"]])
    focused = "document.activeElement.id"
    until(lambda: page.evaluate(focused), lambda found: found == "grip-Q2")
    assert window.faults == []


def test_escape_puts_a_lifted_question_back(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/").page
    page.locator("#grip-Q1").focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    assert status(page) == "Q1 is back at position 1 of 2 in Section 1."
    assert keys(desk, made) == [["Q1", "Q2"], ["Q3", "Q4"]]


def test_question_is_dragged_into_another_section_and_back(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/").page
    start, end = (page.locator(f"#grip-{key}").bounding_box() for key in ("Q1", "Q4"))
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] + 2, steps=8)
    page.mouse.up()
    until(lambda: keys(desk, made), lambda now: now == [["Q2"], ["Q3", "Q1", "Q4"]])
    page.get_by_text("Q1 is moved.").wait_for()
    assert looks(page) == []
    page.get_by_role("button", name="Undo").click()
    until(lambda: keys(desk, made), lambda now: now == [["Q1", "Q2"], ["Q3", "Q4"]])


def test_section_is_lifted_by_keyboard_and_dragged_back(desk, made, open_window):
    window = open_window(made["sessions"][0], made["path"] + "edit/")
    page = window.page
    page.locator("#grip-section-s2").focus()
    page.keyboard.press("Space")
    assert "“Section 2” lifted" in status(page)
    page.keyboard.press("ArrowUp")
    assert status(page) == "“Section 2”, position 1 of 2."
    page.keyboard.press("Space")
    until(lambda: keys(desk, made), lambda now: now == [["Q3", "Q4"], ["Q1", "Q2"]])
    focused = "document.activeElement.id"
    until(lambda: page.evaluate(focused), lambda found: found == "grip-section-s2")
    assert looks(page) == []
    start, end = (page.locator(f"#grip-{to}").bounding_box() for to in ("section-s2", "Q2"))
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] + 8, steps=8)
    page.mouse.up()
    until(lambda: keys(desk, made), lambda now: now == [["Q1", "Q2"], ["Q3", "Q4"]])
    assert window.faults == []


def test_two_editors_lose_nothing(desk, made, open_window):
    path = made["path"] + "edit/?question=Q1"
    ours, theirs = (open_window(session, path) for session in made["sessions"])
    for window, text in ((theirs, "Theirs, first?"), (ours, "Ours, later?")):
        window.page.get_by_label("Question", exact=True).fill(text)
        window.page.get_by_role("button", name="Save Q1").click()
    ours.page.get_by_text("Someone else has saved Q1").wait_for()
    assert ours.page.get_by_text("Theirs, first?").first.is_visible()
    assert looks(ours.page) == []
    assert ours.page.get_by_label("Question", exact=True).input_value() == "Ours, later?"
    ours.page.get_by_role("button", name="Save Q1").click()
    ours.page.get_by_text("Q1 is saved").wait_for()
    assert desk.asked(made["draft"])["s1"][0] == ["Q1", "Ours, later?"]


def test_editor_works_without_scripts(desk, made, open_window):
    path = made["path"] + "edit/?question=Q2"
    page = open_window(made["sessions"][0], path, java_script_enabled=False).page
    assert page.locator(".grip:visible").count() == 0
    follow(page.get_by_role("button", name="Move up"))
    page.get_by_label("Question", exact=True).fill("Saved without a script?")
    follow(page.get_by_role("button", name="Save Q2"))
    assert desk.asked(made["draft"])["s1"][0] == ["Q2", "Saved without a script?"]


def test_question_saves_itself_while_someone_types_on(desk, open_window):
    made = desk.own_copy()
    window = open_window(made["session"], made["path"] + "edit/?question=Q2")
    page, saved = window.page, window.page.locator("#save time")
    page.get_by_label("Add a citation").fill("half a cit")
    text = page.get_by_label("Question", exact=True)
    text.fill("Reworded?")
    saved.wait_for()
    assert desk.question_of(made["draft"], "Q2")["text"] == "Reworded?"
    assert page.evaluate("document.activeElement.id") == "id_text"
    assert page.locator('[data-item="Q2"] .ch-edited').count() == 1
    assert page.locator("#changes").inner_text().startswith("1 change")
    assert "Reworded?" in page.locator("#preview").inner_text()
    assert page.evaluate(KEPT) != []  # half a citation is kept, and sent by nobody
    page.get_by_label("Kind").select_option("number")
    page.get_by_text("Not saved yet: Write what is counted").wait_for()
    assert looks(page) == []
    page.get_by_label("Kind").select_option("verdict")
    saved.wait_for()
    text.fill("Do you keep duty 2?")
    until(lambda: page.locator(".ch-edited").count(), lambda count: count == 0)
    assert window.scripts == []


def test_what_two_people_type_meets_only_in_the_same_field(desk, made, open_window):
    path = made["path"] + "edit/?question=Q1"
    ours, theirs = (open_window(one, path).page for one in made["sessions"])
    for page, label, words in (
        (theirs, "How to check", "Theirs."),
        (ours, "First step", "Ours."),
        (ours, "How to check", "Ours, too."),
    ):
        page.get_by_label(label).fill(words)
        page.get_by_label(label).blur()
        page.locator("#save > *").first.wait_for()
    ours.get_by_text("Someone else has changed the same in Q1").wait_for()
    stands = desk.question_of(made["draft"], "Q1")
    assert (stands["how_to_check"], stands["remedy"]) == ("Theirs.", "Ours.")
    follow(ours.get_by_role("button", name="Save Q1"))
    ours.get_by_text("Someone else has saved Q1").wait_for()
    assert ours.get_by_label("How to check").input_value() == "Ours, too."


ASKS = """() => {
  const leaving = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(leaving);
  return leaving.defaultPrevented;
}"""
KEPT = r"Object.keys(localStorage).filter(key => /^outbox-.*-edit\d+$/.test(key))"


def kept_notice(page):
    return page.locator("[data-kept]")


def test_what_is_typed_outlives_a_reload_until_it_is_dropped(desk, made, open_window):
    window = open_window(made["sessions"][0], made["path"] + "edit/?question=Q2")
    page = window.page
    assert page.evaluate(ASKS) is False
    name = page.locator(".editfields").get_by_label("Short name")
    stood = name.input_value()
    name.fill("Typed and not saved")
    assert page.evaluate(ASKS) is True
    page.reload()
    assert name.input_value() == "Typed and not saved"
    assert "Not saved yet: Q2" in kept_notice(page).inner_text()
    assert looks(page) == []
    follow(kept_notice(page).get_by_role("button", name="Drop it"))
    assert (name.input_value(), kept_notice(page).inner_text()) == (stood, "")
    assert page.evaluate(KEPT) == []
    assert window.faults == []


def test_what_is_typed_outlives_another_question_and_is_merged_with_theirs(desk, made, open_window):
    path = made["path"] + "edit/?question=Q1"
    window = open_window(made["sessions"][0], path)
    page = window.page
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Fact 1").wait_for()
    page.get_by_label("How to check").fill("Ask the register, twice.")
    follow(page.locator('[data-item="Q2"] a'))
    assert page.evaluate(ASKS) is False  # this page has nothing of its own
    theirs = open_window(made["sessions"][1], path).page
    theirs.get_by_label("Question", exact=True).fill("Theirs, meanwhile?")
    follow(theirs.get_by_role("button", name="Save Q1"))
    follow(kept_notice(page).get_by_role("link", name="Q1"))
    page.get_by_label("Fact 1").wait_for()
    assert page.get_by_label("How to check").input_value() == "Ask the register, twice."
    assert "Someone has saved it since" in kept_notice(page).inner_text()
    follow(page.get_by_role("button", name="Save Q1"))
    page.get_by_text("Q1 is saved").wait_for()
    stands = desk.question_of(made["draft"], "Q1")
    assert stands["text"] == "Theirs, meanwhile?"
    assert stands["how_to_check"] == "Ask the register, twice."
    assert (page.evaluate(KEPT), kept_notice(page).inner_text()) == ([], "")
    assert window.scripts == []


def test_what_two_dead_tabs_kept_is_given_back_until_sign_out(desk, made, open_window):
    path = made["path"] + "edit/?question=Q2"
    one = open_window(made["sessions"][0], path).page
    two, three = one.context.new_page(), one.context.new_page()
    two.goto(one.url)
    for page, text in ((one, "Typed in one"), (two, "Typed in two")):
        page.locator(".editfields").get_by_label("Short name").fill(text)
    three.goto(one.url)
    assert kept_notice(three).inner_text() == ""  # both still live
    for page in (one, two):
        page.close(run_before_unload=False)
    three.reload()
    name = three.locator(".editfields").get_by_label("Short name")
    kept_notice(three).get_by_text("Not saved yet: Q2").wait_for()
    first = name.input_value()
    follow(kept_notice(three).get_by_role("button", name="Drop it"))
    kept_notice(three).get_by_text("Not saved yet: Q2").wait_for()
    assert {first, name.input_value()} == {"Typed in one", "Typed in two"}
    three.goto("/accounts/logout/")
    three.get_by_role("main").get_by_role("button", name="Sign out").click()
    three.wait_for_url(lambda url: "logout" not in url)
    until(lambda: three.evaluate(KEPT), lambda found: found == [])


PLACES = [
    ("facts", "a new fact", "Short name"),
    ("edition", "the edition", "Changes, in two sentences"),
    ("roles", "the roles", "Name of the new role"),
]


def test_other_forms_keep_what_is_typed_until_it_is_saved(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/").page
    for place, _, label in PLACES:
        page.goto(page.url.split("/edit/")[0] + f"/edit/{place}/")
        page.get_by_label(label).last.fill("Half of it")
    page.goto(page.url.split("/edit/")[0] + "/check/")
    for _, name, label in PLACES:
        follow(kept_notice(page).get_by_role("link", name=name))
        assert page.get_by_label(label).last.input_value() == "Half of it"
    follow(page.get_by_role("button", name="Save"))
    assert "the roles" not in kept_notice(page).inner_text()
    assert "the edition" in kept_notice(page).inner_text()


def test_what_was_saved_has_the_focus_and_its_question_a_mark(desk, open_window):
    made = desk.own_copy()
    page = open_window(made["session"], made["path"] + "edit/?question=Q2").page
    page.get_by_label("Question", exact=True).fill("Reworded?")
    follow(page.get_by_role("button", name="Save Q2"))
    until(lambda: active(page), lambda text: text.startswith("Q2"))
    assert page.locator('[data-item="Q2"] .ch-edited').count() == 1
    assert page.locator(".ch-edited").count() == 1


def test_save_after_the_page_has_saved_has_the_focus_too(desk, open_window):
    made = desk.own_copy()
    page = open_window(made["session"], made["path"] + "edit/?question=Q2").page
    page.get_by_label("Question", exact=True).fill("Reworded?")
    page.locator("#save").get_by_text("Saved").wait_for()
    follow(page.get_by_role("button", name="Save Q2"))
    becomes(lambda: active(page), "Q2 is saved.")


def test_what_was_typed_before_the_review_is_shown_beside_the_edition(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.get_by_label("How to check").fill("Ask them, twice.")
    page.goto(page.url.split("edit/")[0])
    kept_notice(page).get_by_role("link", name="Q1").wait_for()
    desk.to_review(made["draft"])
    page.reload()
    kept_notice(page).get_by_text("Ask them, twice.").wait_for()
    assert looks(page) == []


def test_row_that_a_button_adds_saves_itself(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Fact 1").wait_for()
    page.locator("#save > *").first.wait_for()


def test_saving_that_fails_says_so_and_is_tried_again(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.route("**/edit/save/", lambda route: route.abort())
    text = page.get_by_label("Question", exact=True)
    text.fill("Typed on a train?")
    text.blur()
    page.get_by_text("Not saved yet; kept on this device.").wait_for()
    assert looks(page) == []
    page.unroute("**/edit/save/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.locator("#save time").wait_for()
    assert desk.question_of(made["draft"], "Q1")["text"] == "Typed on a train?"


def test_what_was_typed_since_a_refused_save_is_saved(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.route("**/edit/save/", lambda route: route.abort(), times=1)
    text = page.get_by_label("Question", exact=True)
    text.fill("")
    text.blur()
    page.get_by_text("Not saved yet; kept on this device.").wait_for()
    text.fill("Typed on?")  # the empty one is tried again first
    page.locator("#save time").wait_for()
    assert desk.question_of(made["draft"], "Q1")["text"] == "Typed on?"


def test_refusal_that_would_come_again_is_not_asked_for_again(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.route("**/edit/save/", lambda route: route.fulfill(status=404), times=1)
    text = page.get_by_label("Question", exact=True)
    text.fill("Typed once?")
    text.blur()
    page.get_by_text("Not saved; kept on this device. Load the page again.").wait_for()
    [key] = page.evaluate(KEPT)
    [one] = page.evaluate("key => Object.values(JSON.parse(localStorage[key]))", key)
    assert "tried" not in one
    assert ["text", "Typed once?"] in one["fields"]
    text.fill("Typed on?")
    page.locator("#save time").wait_for()
    assert desk.question_of(made["draft"], "Q1")["text"] == "Typed on?"


def test_token_of_before_is_made_anew_and_saving_goes_on(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    token = "document.querySelector('.editfields [name=csrfmiddlewaretoken]').value"
    page.evaluate(f"{token} = 'x'.repeat(64)")
    text = page.get_by_label("Question", exact=True)
    text.fill("Typed after signing in elsewhere?")
    text.blur()
    page.get_by_text("Not saved yet; kept on this device.").wait_for()
    until(lambda: page.evaluate(token), lambda now: now != "x" * 64)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.locator("#save time").wait_for()
    text = desk.question_of(made["draft"], "Q1")["text"]
    assert text == "Typed after signing in elsewhere?"


def test_half_a_citation_is_no_reason_to_save_again(made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    sent = []
    page.on("request", lambda asked: sent.append(asked.method))
    page.get_by_label("Add a citation").fill("half a cit")
    page.get_by_label("Question", exact=True).fill("Reworded?")
    page.locator("#save time").wait_for()
    page.wait_for_timeout(3000)  # a pause in typing, and some
    assert sent.count("POST") == 1


def test_what_is_given_back_stays_kept_though_another_form_waits(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.get_by_role("button", name="Add condition").click()
    page.get_by_label("Fact 1").wait_for()
    page.get_by_label("How to check").fill("Twice.")
    editor = page.url
    page.goto(editor.split("/checklists/")[0] + "/actions/new/")
    page.get_by_label("Task").press_sequentially("Waits, too")
    page.route("**/shape/", lambda route: (time.sleep(1), route.continue_()))
    page.goto(editor)
    page.get_by_label("Fact 1").wait_for()
    assert page.get_by_label("How to check").input_value() == "Twice."
    [key] = page.evaluate(KEPT)
    assert "Twice." in page.evaluate("key => localStorage[key]", key)


def test_field_of_which_nothing_was_kept_stays_as_it_is(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    stood = page.get_by_label("Question", exact=True).input_value()
    page.get_by_label("How to check").fill("Twice.")
    page.evaluate(
        """key => {
          const kept = JSON.parse(localStorage[key]);
          const one = kept["question-Q1"];
          one.fields = one.fields.filter(([name]) => name !== "text");
          localStorage[key] = JSON.stringify(kept);
        }""",
        page.evaluate(KEPT)[0],
    )
    page.reload()
    kept_notice(page).get_by_text("Not saved yet: Q1").wait_for()
    assert page.get_by_label("How to check").input_value() == "Twice."
    assert page.get_by_label("Question", exact=True).input_value() == stood


@pytest.fixture
def lost(desk, made, open_window):
    """Q1 with "Typed once?" saved, whose reply was lost, and "Typed on?" typed since."""
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.route("**/edit/save/", lose, times=1)
    text = page.get_by_label("Question", exact=True)
    text.fill("Typed once?")
    text.blur()
    page.get_by_text("Not saved yet; kept on this device.").wait_for()
    assert desk.question_of(made["draft"], "Q1")["text"] == "Typed once?"
    text.fill("Typed on?")
    return page


def typed_on(desk, made):
    return desk.question_of(made["draft"], "Q1")["text"] == "Typed on?"


def test_save_whose_reply_was_lost_is_ones_own(desk, made, lost):
    lost.locator("#save time").wait_for()
    until(lambda: typed_on(desk, made), bool)
    assert lost.get_by_text("Someone else").count() == 0
    until(lambda: lost.evaluate(KEPT), lambda found: found == [])


def test_button_after_a_lost_reply_saves_and_blames_nobody(desk, made, lost):
    follow(lost.get_by_role("button", name="Save Q1"))
    lost.get_by_text("Q1 is saved").wait_for()
    assert typed_on(desk, made)
    assert (lost.evaluate(KEPT), kept_notice(lost).inner_text()) == ([], "")


def test_button_without_a_line_stays_on_the_page_and_says_so(desk, made, lost):
    lost.route("**/edit/save/", lambda route: route.abort())
    lost.get_by_role("button", name="Save Q1").click()
    lost.get_by_text("Not saved yet; kept on this device.").wait_for()
    assert lost.get_by_label("Question", exact=True).input_value() == "Typed on?"
    lost.unroute("**/edit/save/")
    follow(lost.get_by_role("button", name="Save Q1"))
    assert typed_on(desk, made)


@pytest.mark.parametrize("way", ["autosave", "button"])
def test_tab_that_dies_after_a_lost_reply_leaves_text_that_saves(desk, made, lost, way):
    other = lost.context.new_page()
    lost.close(run_before_unload=False)
    other.goto(lost.url)
    kept_notice(other).get_by_text("Not saved yet: Q1").wait_for()
    text = other.get_by_label("Question", exact=True)
    assert text.input_value() == "Typed on?"
    assert "Someone has saved it" not in kept_notice(other).inner_text()
    if way == "button":
        follow(other.get_by_role("button", name="Save Q1"))
    else:
        text.press("End")
        text.press(" ")
    until(lambda: typed_on(desk, made), bool)
    assert other.get_by_text("Someone else").count() == 0


def test_what_someone_else_changed_after_a_lost_reply_is_still_theirs(desk, made, lost, open_window):
    path = made["path"] + "edit/?question=Q1"
    theirs = open_window(made["sessions"][1], path).page
    theirs.get_by_label("Question", exact=True).fill("Theirs?")
    follow(theirs.get_by_role("button", name="Save Q1"))
    follow(lost.get_by_role("button", name="Save Q1"))
    lost.get_by_text("Someone else has saved Q1").wait_for()
    assert desk.question_of(made["draft"], "Q1")["text"] == "Theirs?"
    assert lost.get_by_label("Question", exact=True).input_value() == "Typed on?"


TYPES_ON = """() => document.addEventListener("submit", () => setTimeout(() => {
  const title = document.querySelector("[data-keep=section-s1] [name=title]");
  title.value = "Once, and on";
  title.dispatchEvent(new Event("input", { bubbles: true }));
}))"""


@pytest.mark.parametrize("is_lost", [True, False])
def test_what_is_typed_while_a_form_is_on_its_way_goes_on_from_that_save(desk, made, open_window, is_lost):
    page = open_window(made["sessions"][0], made["path"] + "edit/?section=s1").page
    here, form = page.url, page.locator("form[data-keep='section-s1']")
    form.get_by_label("Title").fill("Once")
    page.evaluate(TYPES_ON)
    if is_lost:
        page.route("**/section/**", lose, times=1)
    with suppress(PlaywrightError):
        form.get_by_role("button", name="Save").click()
    until(lambda: page.wait_for_timeout(50) or page.url, lambda at: at != here)
    page.goto(here)
    kept_notice(page).get_by_text("Not saved yet: the section").wait_for()
    assert "Someone has saved it" not in kept_notice(page).inner_text()
    assert form.get_by_label("Title").input_value() == "Once, and on"
    follow(form.get_by_role("button", name="Save"))
    page.get_by_text("The section is saved").wait_for()
    assert page.get_by_text("Someone else").count() == 0


def in_review(page):
    return page.get_by_role("heading", name="In review").count() == 1


def test_publish_link_waits_for_what_was_just_typed(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.get_by_label("Question", exact=True).fill("Typed last?")
    page.get_by_role("link", name="Publish", exact=True).click()
    page.wait_for_url("**/check/")
    assert desk.question_of(made["draft"], "Q1")["text"] == "Typed last?"
    assert kept_notice(page).inner_text() == ""
    page.get_by_role("button", name="Send to review").click()
    page.get_by_role("heading", name="In review").wait_for()


def test_draft_with_text_that_cannot_be_saved_is_not_sent(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.get_by_label("Question", exact=True).fill("")
    page.get_by_role("link", name="Publish", exact=True).click()
    page.wait_for_url("**/check/")
    kept_notice(page).get_by_role("link", name="Q1").wait_for()
    page.get_by_role("button", name="Send to review").click()
    page.get_by_text("Not sent: save or drop the text").wait_for()
    assert looks(page) == []
    kept_notice(page).get_by_role("button", name="Drop it").click()
    until(kept_notice(page).inner_text, lambda text: text == "")
    page.get_by_role("button", name="Send to review").click()
    page.get_by_role("heading", name="In review").wait_for()


def test_draft_is_sent_once_the_other_tab_has_saved(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    other = page.context.new_page()
    other.goto(page.url.split("edit/")[0] + "check/")
    page.get_by_label("Question", exact=True).fill("Typed beside?")
    other.get_by_role("button", name="Send to review").click(no_wait_after=True)
    until(lambda: other.wait_for_timeout(100) or in_review(other), bool)
    assert desk.question_of(made["draft"], "Q1")["text"] == "Typed beside?"


def test_draft_is_sent_once_though_the_button_is_pressed_again(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    other = page.context.new_page()
    other.goto(page.url.split("edit/")[0] + "check/")
    sent = []
    other.on("request", lambda asked: sent.append(asked.method))
    other.route("**/send/", lambda route: (time.sleep(1), route.continue_()))
    page.get_by_label("Question", exact=True).fill("Typed beside?")
    for _ in range(2):
        other.get_by_role("button", name="Send to review").click(no_wait_after=True)
    until(lambda: other.wait_for_timeout(100) or in_review(other), bool)
    assert sent.count("POST") == 1


def test_text_of_a_tab_closed_meanwhile_is_named_at_once(made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    page.route("**/edit/save/", lambda route: route.abort())
    page.get_by_label("Question", exact=True).fill("Typed and left?")
    other = page.context.new_page()
    other.goto(page.url.split("edit/")[0] + "check/", wait_until="networkidle")
    page.close(run_before_unload=False)
    locks = "navigator.locks.query().then((all) => all.held.length)"
    becomes(lambda: other.evaluate(locks), 1)  # its own
    other.get_by_role("button", name="Send to review").click()
    said = "Not sent: save or drop the text named above first."
    other.get_by_text(said).wait_for(timeout=5000)
    kept_notice(other).get_by_role("link", name="Q1").wait_for()


def test_text_that_comes_after_publication_is_never_shown_as_saved(desk, made, open_window):
    page = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1").page
    text = page.get_by_label("Question", exact=True)
    text.fill("Typed before?")
    page.locator("#save time").wait_for()
    desk.to_review(made["draft"])
    text.fill("Typed after all?")
    assert page.locator("#save time").count() == 0
    page.get_by_text("is in review and can no longer change").wait_for()
    page.goto(page.url)
    kept_notice(page).get_by_text("Typed after all?").wait_for()
    assert desk.question_of(made["draft"], "Q1")["text"] == "Typed before?"
