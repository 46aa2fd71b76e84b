"""Saves that do not get through: kept on the device, said so, sent later, once."""

import pytest

from tests.browser.window import Window, becomes, held, lose, until
from tests.support.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def saved(desk, answers):
    return [desk.standing(answer)["verdict"] for answer in answers]


def box(page):
    """The saves that wait in the browser's own storage."""
    return page.evaluate(
        """Object.entries({...localStorage})
          .filter(([key]) => key.startsWith("outbox-")).join()"""
    )


def test_offline_answers_wait_and_are_saved_on_return(work, desk):
    first = work.answers[:5]
    work.window.open(first[0])
    work.page.evaluate("window.stayed = true")
    work.page.context.set_offline(True)
    work.window.note(first[0]).fill("Written in the train.")
    for answer in first:
        work.window.choose(answer, "met")
    work.window.says(r"Offline\. 5 answers wait on this device\.")
    assert saved(desk, first) == ["unanswered"] * 5
    work.page.context.set_offline(False)
    becomes(lambda: saved(desk, first), ["met"] * 5)
    assert desk.standing(first[0])["note"] == "Written in the train."
    assert [desk.standing(answer)["version"] for answer in first] == [1] * 5
    work.window.says("Saved")
    becomes(lambda: box(work.page), "")
    assert work.page.evaluate("window.stayed")
    assert work.window.scripts == []


def test_one_waiting_answer_is_one_answer(work):
    work.page.context.set_offline(True)
    work.window.choose(work.answers[0], "partly")
    work.window.says(r"Offline\. 1 answer waits on this device\.")


def test_server_gone_and_back_loses_nothing(work, desk, site):
    work.window.open(work.answers[0])
    site.kill()
    work.window.note(work.answers[0]).fill("While the server was down.")
    work.window.choose(work.answers[1], "not_met")
    work.window.says(r"2 answers wait")
    site.start()
    becomes(lambda: desk.standing(work.answers[1])["verdict"], "not_met", 20)
    text = "While the server was down."
    becomes(lambda: desk.standing(work.answers[0])["note"], text, 20)
    work.window.says("Saved", 20)


def test_retry_waits_for_nobody_but_the_line(work, desk):
    """A row that was typed on meanwhile sends the newest text, once."""
    answer = work.answers[0]
    work.window.open(answer)
    work.page.context.set_offline(True)
    work.window.note(answer).fill("First")
    work.window.says("1 answer waits")
    work.window.note(answer).fill("First and second")
    work.page.context.set_offline(False)
    becomes(lambda: desk.standing(answer)["note"], "First and second")
    until(lambda: desk.standing(answer)["version"], lambda version: version <= 2)


def sign_in_at(page, desk, person):
    email = desk.password(person)
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    page.click("main button.btn-primary")


def test_expired_session_keeps_the_text_until_sign_in(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    email = desk.password(work.person)
    work.page.context.clear_cookies(name="sessionid")
    work.window.note(answer).fill("Typed when the session had ended.")
    work.window.choose(work.answers[1], "met")
    work.window.says(r"You are signed out\. 2 answers wait on this device\.\s+Sign in")
    assert desk.standing(answer)["note"] == ""
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.locator("#save").get_by_role("link", name="Sign in").click()
    work.page.fill("#id_login", email)
    work.page.fill("#id_password", PASSWORD)
    work.page.click("main button.btn-primary")
    work.page.wait_for_url(f"**{work.path}*")
    text = "Typed when the session had ended."
    becomes(lambda: desk.standing(answer)["note"], text)
    becomes(lambda: desk.standing(work.answers[1])["verdict"], "met")
    assert work.window.note(answer).input_value() == text
    assert work.window.note(answer).is_visible()
    assert work.window.chosen(work.answers[1]) == "met"
    becomes(lambda: box(work.page), "")


def test_restored_text_meets_a_colleague_as_a_conflict(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.page.context.clear_cookies(name="sessionid")
    work.window.note(answer).fill("Mine, typed before.")
    work.window.says("You are signed out")
    desk.save(work.person, answer, {"note": "Theirs, saved meanwhile."})
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.context.add_cookies([cookie_like(work, desk)])
    work.page.goto(work.path)
    work.page.locator("[data-conflict]").wait_for()
    assert desk.standing(answer)["note"] == "Theirs, saved meanwhile."
    assert work.window.note(answer).input_value() == "Mine, typed before."


def cookie_like(work, desk):
    url = work.page.evaluate("location.origin")
    return {"name": "sessionid", "value": desk.session(work.person), "url": url}


def two_notes_wait(work):
    """The session ends, and the notes of two rows wait on the device."""
    one, two = work.answers[:2]
    work.window.open(two)
    work.window.open(one)
    work.page.context.clear_cookies(name="sessionid")
    work.window.note(one).fill("Note of A.")
    work.window.says("1 answer waits")
    work.window.open(two)
    work.window.note(two).fill("Note of B.")
    work.window.says("2 answers wait")
    return one, two


def come_back(work, desk, one):
    """Signed in again, while the fields of a row that waits are held: their route."""
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.context.add_cookies([cookie_like(work, desk)])
    routes = held(work.page, f"**/answers/{one}/")
    work.page.goto(work.path)
    becomes(lambda: work.page.evaluate("1") and len(routes), 1)
    return routes[0]


@pytest.mark.parametrize("is_lost", [False, True])
def test_row_answered_before_its_text_came_back_keeps_both(work, desk, is_lost):
    """The fields of another row, which come first, are still on their way."""
    one, two = two_notes_wait(work)
    route = come_back(work, desk, one)
    if is_lost:
        work.page.route(f"**/answers/{two}/save/", lose)
    work.window.choose(two, "met")
    if is_lost:
        work.window.says("2 answers wait")
        work.page.unroute(f"**/answers/{two}/save/")
    becomes(lambda: desk.standing(two)["verdict"], "met")
    assert "Note of B." in box(work.page)
    route.continue_()
    becomes(lambda: desk.standing(two)["note"], "Note of B.")
    becomes(lambda: desk.standing(one)["note"], "Note of A.")
    becomes(lambda: box(work.page), "")
    assert desk.standing(two)["verdict"] == work.window.chosen(two) == "met"
    assert work.window.note(two).input_value() == "Note of B."
    assert desk.standing(two)["version"] == 2
    assert work.page.locator("[data-conflict]").count() == 0


def test_row_answered_before_its_text_came_back_still_asks_about_a_conflict(work, desk):
    one, two = two_notes_wait(work)
    desk.save(work.person, two, {"note": "Theirs, saved meanwhile."})
    route = come_back(work, desk, one)
    work.window.choose(two, "met")
    becomes(lambda: desk.standing(two)["verdict"], "met")
    route.continue_()
    work.page.locator("[data-conflict]").wait_for()
    assert desk.standing(two)["note"] == "Theirs, saved meanwhile."
    assert work.window.note(two).input_value() == "Note of B."


def test_reason_given_in_a_closed_row_is_restored(work, desk):
    answer = work.answers[0]
    work.page.context.clear_cookies(name="sessionid")
    work.window.choose(answer, "na")
    work.page.get_by_label("Why does Q1 not apply to you?").fill("We have no staff.")
    work.window.says("You are signed out")
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.context.add_cookies([cookie_like(work, desk)])
    work.page.goto(work.path)
    becomes(lambda: desk.standing(answer)["reason"], "We have no staff.")
    assert work.window.chosen(answer) == desk.standing(answer)["verdict"] == "na"
    assert work.page.get_by_label("Why does Q1").input_value() == "We have no staff."
    becomes(lambda: box(work.page), "")


def test_restored_row_shows_what_a_colleague_saved_in_other_fields(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.page.context.clear_cookies(name="sessionid")
    work.window.note(answer).fill("Only the note is mine.")
    work.window.says("You are signed out")
    desk.save(work.person, answer, {"verdict": "partly"})
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.context.add_cookies([cookie_like(work, desk)])
    work.page.goto(work.path)
    becomes(lambda: desk.standing(answer)["note"], "Only the note is mine.")
    assert desk.standing(answer)["verdict"] == "partly"
    assert work.window.chosen(answer) == "partly"


def test_sign_in_in_another_tab_rotates_the_token_and_saving_goes_on(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    other = work.page.context.new_page()
    work.page.context.clear_cookies()
    other.goto("/accounts/login/")
    sign_in_at(other, desk, work.person)
    other.wait_for_url("**/o/**")
    work.window.note(answer).fill("Saved with the new token.")
    becomes(lambda: desk.standing(answer)["note"], "Saved with the new token.")
    work.window.says("Saved")
    becomes(lambda: box(work.page), "")


def test_lost_right_is_said_and_asked_for_once(work, desk):
    """A role that may no longer answer: no endless retries, the text stays."""
    answer = work.answers[0]
    work.window.open(answer)
    desk.role(work.person, "reader")
    work.window.note(answer).fill("I may no longer write this.")
    work.window.says("may no longer")
    work.page.wait_for_timeout(1000)
    tried = [fault for fault in work.window.faults if fault.startswith("403")]
    assert len(tried) <= 3
    assert work.window.note(answer).input_value() == "I may no longer write this."
    assert "I may no longer write this." in box(work.page)
    desk.role(work.person, "officer")
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.reload()
    becomes(lambda: desk.standing(answer)["note"], "I may no longer write this.")


@pytest.mark.parametrize("names", [("Cara",), ("Cara", "Ole")])
def test_another_person_in_this_browser_never_saves_for_the_first(desk, open_window, names):
    """Somebody signs in in another tab: a stranger, or a colleague."""
    made = desk.assessment(*names)
    answer = made["answers"][0]
    other = made["people"][1] if len(names) > 1 else desk.assessment("Zoe")["people"][0]
    window = open_window(made["sessions"][0], made["path"])
    window.open(answer)
    tab = window.page.context.new_page()
    window.page.context.clear_cookies(name="sessionid")
    tab.goto("/accounts/login/")
    sign_in_at(tab, desk, other)
    tab.wait_for_url("**/o/**")
    window.note(answer).fill("Typed by Cara.")
    window.says("1 answer waits")
    window.page.wait_for_timeout(300)
    assert desk.standing(answer)["note"] == ""
    assert "Typed by Cara." in box(window.page)


def warned(page):
    """Whether leaving asks first; the page stays."""
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.reload(), 5)")
    asked.value.dismiss()
    return asked.value.type == "beforeunload"


def test_leaving_with_unsaved_text_warns(work):
    work.window.open(work.answers[0])
    work.page.context.set_offline(True)
    work.window.note(work.answers[0]).press_sequentially("Half a sent")
    assert warned(work.page)
    assert work.window.note(work.answers[0]).input_value() == "Half a sent"


def test_leaving_just_after_a_choice_warns(work):
    asked = []
    work.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    held(work.page, "**/save/")
    work.window.choose(work.answers[0], "met")
    work.page.evaluate("setTimeout(() => location.reload())")
    becomes(lambda: work.page.evaluate("1") and asked, ["beforeunload"])


def test_leaving_with_everything_saved_does_not_warn(work, desk):
    work.window.open(work.answers[0])
    work.window.note(work.answers[0]).fill("Whole sentence.")
    work.window.says("Saved")
    asked = []
    work.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    work.page.reload()
    assert asked == []


@pytest.mark.parametrize("way", ["filter", "search"])
def test_text_of_a_row_that_leaves_the_list_is_saved(work, desk, way):
    """The list is replaced within the 800 ms that typing waits."""
    answer = work.answers[0]
    work.window.open(answer)
    work.page.evaluate("window.stayed = true")
    work.window.note(answer).fill("Typed, then filtered away.")
    if way == "filter":
        work.page.get_by_role("link", name="Unanswered").click()
    else:
        work.page.fill("#q", "Q7")
        work.page.press("#q", "Enter")
    becomes(lambda: desk.standing(answer)["note"], "Typed, then filtered away.")
    work.window.says("Saved")
    becomes(lambda: box(work.page), "")
    assert work.page.evaluate("window.stayed")
    assert desk.standing(answer)["version"] == 1


LATE = """() => {
  const [soon, late] = [window.setTimeout, []];
  window.setTimeout = (act, ms, ...given) =>
    [100, 5000].includes(ms) ? late.push(() => act(...given)) : soon(act, ms, ...given);
  window.ring = () => late.map((act) => act()).length;
}"""
"""A busy machine: what a row wants done in a moment is done when ``ring()`` says so."""


def test_device_keeps_no_copy_of_a_row_that_is_gone_and_saved(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.page.evaluate(LATE)
    work.window.note(answer).fill("Saved on its way out.")
    work.page.fill("#q", "Q7")
    work.page.press("#q", "Enter")
    becomes(lambda: desk.standing(answer)["note"], "Saved on its way out.")
    becomes(lambda: box(work.page), "")
    assert work.page.evaluate("ring()") >= 2
    assert box(work.page) == ""
    assert work.window.faults == []


def test_text_kept_of_a_row_that_is_gone_is_sent_once(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.page.route("**/save/", lambda route: route.abort())
    work.window.note(answer).fill("Kept, then filtered away.")
    work.window.says("1 answer waits")
    work.page.fill("#q", "Q7")
    work.page.press("#q", "Enter")
    becomes(lambda: work.window.row(answer).count(), 0)
    work.page.unroute("**/save/")
    work.page.evaluate("dispatchEvent(new Event('online'))")
    becomes(lambda: desk.standing(answer)["note"], "Kept, then filtered away.")
    becomes(lambda: box(work.page), "")
    assert desk.standing(answer)["version"] == 1


def test_sent_but_unanswered_save_is_sent_again_and_counts_once(work, desk):
    """The reply is lost, not the request."""
    answer = work.answers[0]
    work.window.open(answer)

    work.page.route("**/save/", lose)
    work.window.note(answer).fill("Saved, but nobody said so.")
    work.window.says("1 answer waits")
    work.page.unroute("**/save/")
    work.page.evaluate("dispatchEvent(new Event('online'))")
    work.window.says("Saved")
    becomes(lambda: box(work.page), "")
    assert desk.standing(answer)["version"] == 1
    assert [action for action, _ in desk.events(answer)] == ["answer.saved"]


def test_without_storage_the_page_still_holds_and_says_it(desk, open_window):
    made = desk.assessment("Cara")
    window = open_window(made["sessions"][0])
    window.page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    window.page.goto(made["path"])
    window.open(made["answers"][0])
    window.page.context.set_offline(True)
    window.note(made["answers"][0]).fill("Nowhere to keep this.")
    window.says(r"1 answer waits")
    window.page.context.set_offline(False)
    becomes(lambda: desk.standing(made["answers"][0])["note"], "Nowhere to keep this.")


def without_clearing(route):
    """A browser that does not know Clear-Site-Data, or is not asked by HTTPS."""
    reply = route.fetch(max_redirects=0)
    headers = {k: v for k, v in reply.headers.items() if k != "clear-site-data"}
    route.fulfill(response=reply, headers=headers)


def press_sign_out(page):
    page.locator(".topbar details.menu-end summary").click()
    page.get_by_role("button", name="Sign out").click()


def test_sign_out_empties_the_outbox_of_this_device(work):
    work.page.route("**/accounts/logout/", without_clearing)
    work.window.open(work.answers[0])
    work.page.route("**/save/", lambda route: route.abort())
    work.window.note(work.answers[0]).fill("Not for the next person here.")
    work.window.says("1 answer waits")
    asked = []
    work.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    press_sign_out(work.page)
    work.page.wait_for_url("**/accounts/**")
    assert asked == ["beforeunload"]
    becomes(lambda: box(work.page), "")


def test_sign_out_on_another_page_empties_it_too(work):
    work.window.open(work.answers[0])
    work.page.route("**/save/", lambda route: route.abort())
    work.window.note(work.answers[0]).fill("Not for the next person here.")
    work.window.says("1 answer waits")
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.goto(work.path + "applicability/")
    assert "Not for the next person" in box(work.page)
    press_sign_out(work.page)
    work.page.wait_for_url("**/accounts/**")
    becomes(lambda: box(work.page), "")


def test_staying_after_sign_out_was_pressed_loses_no_text(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.page.route("**/save/", lambda route: route.abort())
    work.window.note(answer).fill("Not signed out after all.")
    work.window.says("1 answer waits")
    with work.page.expect_event("dialog") as asked:
        work.page.once("dialog", lambda dialog: dialog.dismiss())
        press_sign_out(work.page)
    assert asked.value.type == "beforeunload"
    work.page.on("dialog", lambda dialog: dialog.accept())
    work.page.context.clear_cookies(name="sessionid")
    work.page.unroute("**/save/")
    work.page.evaluate("window.dispatchEvent(new Event('online'))")
    work.window.says("You are signed out")
    work.page.get_by_role("link", name="Sign in").click()
    work.page.wait_for_url("**/accounts/login/**")
    work.page.wait_for_load_state("networkidle")
    assert "Not signed out after all." in box(work.page)
    work.page.context.add_cookies([cookie_like(work, desk)])
    work.page.goto(work.path)
    becomes(lambda: desk.standing(answer)["note"], "Not signed out after all.")


def test_sign_out_leaves_the_text_of_another_tab(work, desk):
    answer, other = work.answers[0], Window(work.page.context.new_page())
    other.page.goto(work.path)
    other.page.route("**/save/", lambda route: route.abort())
    other.open(answer)
    other.note(answer).fill("Typed in the other tab.")
    other.says("1 answer waits")
    work.page.route("**/accounts/logout/", without_clearing)
    press_sign_out(work.page)
    work.page.wait_for_url("**/accounts/**")
    work.page.wait_for_load_state("networkidle")
    other.page.on("dialog", lambda dialog: dialog.accept())
    other.page.goto(work.page.url)
    other.page.wait_for_load_state("networkidle")
    assert "Typed in the other tab." in box(other.page)


def test_text_of_a_tab_that_died_is_saved_by_the_next_one(work, desk):
    """Neither a save nor a goodbye: the tab is gone in the middle of a word."""
    answer, context = work.answers[0], work.page.context
    work.window.open(answer)
    work.page.route("**/save/", lambda route: route.abort())
    work.window.note(answer).press_sequentially("The list is kept by")
    becomes(lambda: "kept by" in box(work.page), True)
    work.page.close(run_before_unload=False)
    page = context.new_page()
    page.goto(work.path)
    becomes(lambda: desk.standing(answer)["note"], "The list is kept by")
    becomes(lambda: box(page), "")


def test_other_tab_leaves_text_that_is_being_typed_alone(work, desk):
    answer = work.answers[0]
    work.window.open(answer)
    work.page.route("**/save/", lambda route: route.abort())
    work.window.note(answer).fill("Still being typed")
    work.window.says("1 answer waits")
    page = work.page.context.new_page()
    page.goto(work.path)
    page.wait_for_timeout(1000)
    assert desk.standing(answer)["note"] == ""
    assert "Still being typed" in box(page)


@pytest.mark.parametrize("is_between", [False, True])
def test_duplicated_tab_keeps_its_text_apart(work, desk, is_between):
    """A duplicate begins with the storage of its tab, as a window opened by a page does."""
    (one, two), context = work.answers[:2], work.page.context
    work.window.open(one)
    work.page.route("**/save/", lambda route: route.abort())
    if is_between:  # duplicated on a page that keeps nothing
        work.page.goto("/")
    with work.page.expect_popup() as opened:
        work.page.evaluate("path => { window.open(path); }", work.path)
    if is_between:
        work.page.goto(work.path)
        work.window.open(one)
    copy = Window(opened.value)
    copy.page.wait_for_load_state()
    copy.page.route("**/save/", lambda route: route.abort())
    work.window.note(one).fill("Typed in the first.")
    work.window.says("1 answer waits")
    copy.open(two)
    copy.note(two).fill("Typed in the copy.")
    copy.says("1 answer waits")
    kept = box(work.page)
    assert "Typed in the first." in kept
    assert "Typed in the copy." in kept
    for page in (work.page, copy.page):
        page.close(run_before_unload=False)
    context.new_page().goto(work.path)
    becomes(lambda: desk.standing(one)["note"], "Typed in the first.")
    becomes(lambda: desk.standing(two)["note"], "Typed in the copy.")
