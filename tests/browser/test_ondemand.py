"""Scripts that come when first needed: nothing done before they are there is lost."""

import pytest

from tests.browser.test_files import CLIP, drop
from tests.browser.window import becomes, kept, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def hold(page, *names):
    """Let scripts wait; what lets them come."""
    waiting, is_over = [], []

    def wait(route):
        if is_over:
            route.continue_()
        else:
            waiting.append(route)

    def release():
        is_over.append(True)
        for route in waiting:
            route.continue_()

    for name in names:
        page.route(f"**/js/{name}.js", wait)
    return release


def is_asked(page, name):
    """Wait, after what follows, until that script is asked for."""
    return page.expect_request(f"**/js/{name}.js")


def test_bulk_button_pressed_twice_before_its_script_is_sent_once(work, desk):
    first, second = work.answers[:2]
    desk.save(work.person, first, {"verdict": "met"})
    page = work.page
    page.reload()
    sent = []
    page.on("request", lambda one: "/bulk/" in one.url and sent.append(one.post_data))
    release = hold(page, "bulk")
    work.window.focus(first)
    with is_asked(page, "bulk"):
        page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Control+d")
    page.keyboard.press("Control+d")
    page.wait_for_timeout(300)
    assert sent == []
    release()
    becomes(lambda: desk.standing(second)["verdict"], "met")
    page.get_by_text("1 answer set.").wait_for()
    assert len(sent) == 1
    assert f"pinned={first}%201" in sent[0]  # goes with its version
    assert work.window.scripts == []


def test_comment_pressed_on_a_cut_line_before_its_script_is_refused_in_words(work, desk):
    page, first = work.page, work.answers[0]
    page.route("**/js/talk.js", lambda route: route.abort())
    page.locator("#panel").get_by_role("link", name="Comments").click()
    page.locator("#talk").press_sequentially("Typed on a bad line.")
    page.get_by_role("button", name="Comment", exact=True).click()
    work.window.says("This is not loaded yet. Try again.")
    assert page.locator("#talk").input_value() == "Typed on a bad line."
    page.unroute("**/js/talk.js")
    page.get_by_role("button", name="Comment", exact=True).click()
    becomes(lambda: desk.standing(first)["comments"], ["Typed on a bad line."])
    becomes(page.locator("#talk").input_value, "")


def test_bulk_script_that_did_not_arrive_is_asked_for_again(work):
    page = work.page
    page.route("**/js/bulk.js", lambda route: route.abort())
    work.window.focus(work.answers[0])
    page.keyboard.press("x")
    page.get_by_role("button", name="Set answer").click()
    work.window.says("This is not loaded yet. Try again.")
    assert page.url.endswith(work.path)
    page.unroute("**/js/bulk.js")
    page.get_by_role("button", name="Set answer").click()
    page.locator("#bulkbox [data-focus]").wait_for()


def test_files_dropped_and_pasted_before_their_script_are_added(
    work,
    desk,
    papers,
):
    first, second = work.answers[:2]
    page = work.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(CLIP)
    release = hold(page, "proofs")
    with is_asked(page, "proofs"):
        drop(page, f'form[data-q="{first}"]', papers("log.pdf"))
    work.window.focus(second)
    page.keyboard.press("Control+v")
    page.wait_for_timeout(300)
    assert page.url.endswith(work.path)
    release()
    until(lambda: desk.standing(first)["evidence"], bool)
    until(lambda: desk.standing(second)["evidence"], bool)
    assert desk.standing(first)["evidence"] == ["log.pdf"]
    (pasted,) = desk.standing(second)["evidence"]
    assert pasted.startswith("pasted 20")
    assert work.window.scripts == []


def test_comment_typed_before_its_script_is_kept_and_offers_people(desk, open_window):
    made = desk.assessment("Cara", "Ole")
    window = open_window(made["sessions"][0], made["path"])
    page = window.page
    release = hold(page, "talk", "mention")
    page.locator("#panel").get_by_role("link", name="Comments").click()
    box = page.locator("#talk")
    box.press_sequentially("Typed early, @Ol")
    release()
    page.locator("#offers [role=option]:visible").wait_for()
    page.keyboard.press("Enter")
    becomes(box.input_value, "Typed early, @Ole ")
    until(lambda: kept(page), lambda found: "@Ole " in found)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    window.says("A comment on Q1 is not sent.")
    page.get_by_role("link", name="Look at it").click()
    becomes(page.locator("#talk").input_value, "Typed early, @Ole ")
    assert window.scripts == []


def test_link_of_a_related_answer_waits_for_its_script(desk, open_window):
    made = desk.related("Cara")
    window = open_window(made["sessions"][0], made["path"])
    page = window.page
    release = hold(page, "states")
    window.open(made["answers"][0])
    page.locator(".q-open [data-below]").click()
    page.wait_for_timeout(300)
    release()
    page.get_by_text("Both need the list.").wait_for()
    assert page.url.endswith(made["path"])
    assert window.faults == []
