"""Two people in one assessment see each other, and name each other in comments."""

from types import SimpleNamespace

import pytest

from tests.browser.test_accessible import faults_here, looks
from tests.browser.window import active, becomes, follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def both(desk, open_window):
    """Cara and Ole, each in a window of their own."""
    made = desk.assessment("Cara", "Ole", "Olga")
    cara, ole = (open_window(session) for session in made["sessions"][:2])
    for window in (cara, ole):
        with window.page.expect_response("**/presence/"):
            window.page.goto(made["path"])
    return SimpleNamespace(cara=cara, ole=ole, answers=made["answers"], made=made)


def ping(window):
    """The call that comes by itself within half a minute."""
    with window.page.expect_response("**/presence/") as reply:
        window.page.evaluate("htmx.trigger('#presence', 'attest:place')")
    return reply.value.status


def opened(window, answer):
    """Open a row and wait until the server has heard of it."""
    with window.page.expect_response("**/presence/"):
        window.open(answer)


def marks(window):
    return window.page.locator(".q .qhere").all_inner_texts()


def test_people_see_each_other_and_the_row_that_is_open(both):
    first, second = both.answers[:2]
    opened(both.cara, first)
    ping(both.ole)
    mark = both.ole.row(first).locator(".qhere")
    mark.wait_for()
    assert "Cara is here" in " ".join(mark.inner_text().split())
    assert both.ole.page.locator("#here .av").first.get_attribute("title") == ("Cara is also here")
    opened(both.cara, second)
    ping(both.ole)
    becomes(both.ole.row(first).locator(".qhere").count, 0)
    assert both.ole.row(second).locator(".qhere").count() == 1
    assert faults_here(both.ole.page) == []
    assert both.ole.faults + both.cara.faults == []


def test_only_comings_and_goings_in_ones_own_row_are_announced(both):
    first, second = both.answers[:2]
    opened(both.ole, first)
    said = both.ole.page.locator("#came")
    opened(both.cara, second)
    ping(both.ole)
    both.ole.row(second).locator(".qhere").wait_for()
    assert said.inner_text() == ""
    opened(both.cara, first)
    ping(both.ole)
    becomes(said.inner_text, "Cara is in Q1 too.")
    opened(both.cara, second)
    ping(both.ole)
    becomes(said.inner_text, "Cara has left Q1.")


def test_presence_saves_nothing_and_leaves_focus_and_text_alone(both, desk):
    first = both.answers[0]
    opened(both.ole, first)
    note = both.ole.note(first)
    note.press_sequentially("Half a sen")
    opened(both.cara, first)
    ping(both.ole)
    both.ole.row(first).locator(".qhere").wait_for()
    both.ole.page.keyboard.type("tence")
    assert note.input_value() == "Half a sentence"
    becomes(lambda: desk.standing(first)["note"], "Half a sentence")
    assert desk.standing(first)["version"] <= 2
    assert {action for action, _ in desk.events(first)} == {"answer.saved"}


def test_hidden_tab_is_silent_and_a_closed_one_is_gone(both):
    first = both.answers[0]
    opened(both.cara, first)
    ping(both.ole)
    both.ole.row(first).locator(".qhere").wait_for()
    heard = []
    both.cara.page.on("request", lambda sent: heard.append(sent.url))
    both.cara.page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "htmx.trigger('#presence', 'attest:place')"
    )
    both.cara.page.wait_for_timeout(700)
    assert [url for url in heard if url.endswith("/presence/")] == []
    both.cara.page.wait_for_timeout(1500)  # a word of the last two seconds stands
    both.cara.page.goto("about:blank")
    until(lambda: (ping(both.ole), marks(both.ole))[1], lambda shown: shown == [])


def test_expired_session_says_nothing_of_its_own(both, desk):
    desk.end_session(both.made["sessions"][1])
    assert ping(both.ole) == 401
    assert both.ole.page.locator("#save").inner_text() == ""
    assert both.ole.scripts == []


def test_people_are_offered_while_one_types(both, desk):
    first, page = both.answers[0], both.cara.page
    both.cara.focus(first)
    page.keyboard.press("c")
    talk, list_ = page.locator("#talk"), page.locator("#offers")
    talk.wait_for()
    page.keyboard.type("Who has it? @ol")
    options = list_.locator('[role="option"]:visible')
    becomes(options.count, 2)
    active = lambda: talk.get_attribute("aria-activedescendant")  # noqa: E731
    assert active() == options.first.get_attribute("id")
    page.keyboard.press("ArrowDown")
    assert active() == options.nth(1).get_attribute("id")
    assert "2 people" in page.locator("#offers-said").inner_text()
    assert faults_here(page) == []
    page.keyboard.press("Escape")
    assert (list_.is_visible(), active()) == (False, None)
    page.keyboard.type("e")
    page.keyboard.press("Enter")
    assert talk.input_value() == "Who has it? @Ole "
    page.locator(".talk button").click()
    becomes(lambda: desk.standing(first)["comments"], ["Who has it? @Ole"])
    page.locator("#panel .mention").wait_for()
    assert page.locator("#panel .mention").inner_text() == "@Ole"
    count = both.cara.row(first).locator(f"#talked-{first}")
    becomes(lambda: count.inner_text().split(), ["1", "open", "comment"])
    page.get_by_role("button", name="Resolve").click()
    page.locator("#panel summary").wait_for()
    assert page.locator("#panel summary").inner_text() == "1 resolved"
    becomes(count.inner_text, "")
    assert both.cara.faults == []


def test_what_a_colleague_changed_is_shown_until_it_is_marked_as_seen(both, desk):
    first, second = both.answers[:2]
    person = both.made["people"][0]
    desk.save(person, first, {"verdict": "partly", "note": "Half of it."})
    desk.save(person, second, {"verdict": "met"})
    page = both.ole.page
    page.reload()
    badge = both.ole.row(first).locator(".badge-change")
    assert "Cara changed this, just now" in badge.inner_text()
    page.locator(".filters").get_by_role("link", name="Since I looked").click()
    seen = page.locator("#seen")
    seen.wait_for()
    assert "Others changed 2 answers since you last looked." in seen.inner_text()
    becomes(page.locator("form[data-q]").count, 2)
    both.ole.open(first)
    news = both.ole.row(first).locator(".news")
    assert "Unanswered changed to Partly; Note changed" in news.inner_text()
    assert looks(page) == []
    page.get_by_role("button", name="I have seen these").press("Enter")
    undo = seen.get_by_role("button", name="Undo")
    undo.wait_for()
    assert active(page) == "Undo"
    assert looks(page) == []
    undo.press("Enter")
    becomes(lambda: "Others changed 2 answers" in seen.inner_text(), True)
    page.get_by_role("button", name="I have seen these").click()
    undo.wait_for()
    page.goto(both.made["path"])
    assert page.locator(".badge-change").count() == 0
    assert both.ole.faults == []


def test_page_that_says_what_is_seen_works_without_script(desk, open_window):
    made = desk.assessment("Cara", "Ole")
    window = open_window(made["sessions"][1], made["path"])
    with window.page.expect_response("**/presence/"):
        window.page.reload()
    desk.save(made["people"][0], made["answers"][0], {"verdict": "met"})
    plain = open_window(made["sessions"][1], f"{made['path']}?show=changed", java_script_enabled=False)
    plain.page.get_by_role("button", name="I have seen these").click()
    plain.page.get_by_role("button", name="Undo").wait_for()
    assert plain.page.locator("h1").inner_text() == "Changes by others"
    follow(plain.page.get_by_role("link", name="Back to the questions"))
    assert plain.page.locator(".badge-change").count() == 0
