"""A comment is never lost: not by the line, the session, the right, or another page."""

import pytest

from tests.browser.test_accessible import looks
from tests.browser.window import Window, becomes, held, kept, lose

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEXT = "Who keeps the list? Typed before anything went wrong."


@pytest.fixture
def talk(work):
    """The box for a comment on the first question, with a text in it."""
    work.page.on("dialog", lambda dialog: dialog.accept())
    with work.page.expect_response("**/js/talk.js"):
        write(work, TEXT)
    return work.page.locator("#talk")


def write(work, text):
    work.window.focus(work.answers[0])
    work.page.keyboard.press("c")
    work.page.locator("#talk").press_sequentially(text)


def send(work):
    work.page.get_by_role("button", name="Comment", exact=True).click()


def said(work):
    return work.page.locator("#talk-said").inner_text()


def comments(work, desk):
    return desk.standing(work.answers[0])["comments"]


def test_cut_line_leaves_the_text_until_it_is_sent_again(work, desk, talk):
    work.page.context.set_offline(True)
    send(work)
    becomes(
        lambda: said(work),
        "Offline. The comment is not sent. It stays here: try again.",
    )
    assert talk.input_value() == TEXT
    assert looks(work.page) == []
    work.page.context.set_offline(False)
    talk.press_sequentially(" And since when?")
    send(work)
    becomes(lambda: comments(work, desk), [f"{TEXT} And since when?"])
    becomes(talk.input_value, "")
    assert (said(work), "Who keeps" in kept(work.page)) == ("", False)


def test_lost_reply_is_one_comment(work, desk, talk):
    work.page.route("**/comments/", lose)
    send(work)
    becomes(lambda: said(work).startswith("Offline"), True)
    assert talk.input_value() == TEXT
    work.page.unroute("**/comments/")
    send(work)
    becomes(talk.input_value, "")
    assert comments(work, desk) == [TEXT]
    assert work.page.locator("#panel .trail li").count() == 1


def test_text_typed_while_a_comment_is_on_its_way_stays(work, desk, talk):
    def wait(route):
        reply = route.fetch()
        work.page.locator("#talk").press_sequentially(" More.")
        route.fulfill(response=reply)

    work.page.route("**/comments/", wait)
    send(work)
    becomes(talk.input_value, "More.")
    assert comments(work, desk) == [TEXT]


def test_reply_that_comes_after_the_next_question_leaves_that_one_alone(work, desk, talk):
    first, second = work.answers[:2]
    comment = f"**/answers/{first}/comments/"
    ways = held(work.page, comment)
    with work.page.expect_request(comment):
        send(work)
    work.window.focus(second)
    work.page.keyboard.press("c")
    panel = work.page.locator(f'#panel [data-panel-of="{second}"]')
    panel.wait_for()
    talk.press_sequentially("Second: ")
    with work.page.expect_response(comment):
        ways[0].continue_()
    becomes(lambda: comments(work, desk), [TEXT])
    becomes(lambda: TEXT in kept(work.page), False)  # by then the reply is here
    talk.press_sequentially("fire plan")
    assert panel.count() == 1
    assert talk.input_value() == "Second: fire plan"
    send(work)
    becomes(talk.input_value, "")
    assert desk.standing(second)["comments"] == ["Second: fire plan"]


def test_comment_of_a_closed_tab_is_given_back_in_the_next(work, desk, talk):
    other = Window(work.page.context.new_page())
    work.page.close(run_before_unload=False)
    other.page.goto(work.path)
    other.focus(work.answers[0])
    other.page.keyboard.press("c")
    becomes(other.page.locator("#talk").input_value, TEXT)
    other.page.get_by_role("button", name="Comment", exact=True).click()
    becomes(lambda: comments(work, desk), [TEXT])


def test_resolving_another_comment_keeps_the_text(work, desk, talk):
    send(work)
    becomes(talk.input_value, "")
    talk.press_sequentially("Half a sen")
    work.page.get_by_role("button", name="Resolve").click()
    work.page.locator("#panel summary").wait_for()
    assert talk.input_value() == "Half a sen"


def test_ended_session_keeps_the_text_until_sign_in(work, desk, talk):
    work.page.context.clear_cookies(name="sessionid")
    send(work)
    becomes(lambda: said(work).startswith("You are signed out."), True)
    assert talk.input_value() == TEXT
    assert looks(work.page) == []
    work.page.get_by_role("link", name="Sign in").click()
    work.page.wait_for_url("**/accounts/login/**")
    session = {"name": "sessionid", "value": desk.session(work.person)}
    root = work.page.url.split("/accounts/")[0]
    work.page.context.add_cookies([session | {"url": root}])
    work.page.goto(work.path)
    work.window.says("A comment on Q1 is not sent.")
    work.page.get_by_role("link", name="Look at it").click()
    becomes(talk.input_value, TEXT)
    send(work)
    becomes(lambda: comments(work, desk), [TEXT])


def test_new_token_of_this_session_sends_by_itself(work, desk, talk):
    work.page.evaluate(
        "document.querySelectorAll('[name=csrfmiddlewaretoken]')"
        ".forEach((one) => { one.value = 'x'.repeat(64); })"
    )
    send(work)
    becomes(lambda: comments(work, desk), [TEXT])
    becomes(talk.input_value, "")


@pytest.mark.parametrize(
    ("way", "words"),
    [("reader", "You may no longer comment here"), ("archive", "is closed")],
)
def test_refused_comment_is_offered_as_a_copy(work, desk, talk, way, words):
    if way == "reader":
        desk.role(work.person, "reader")
    else:
        desk.archive(work.path.split("/")[4])
    send(work)
    fault = work.page.locator("#panel .error", has_text=words)
    fault.wait_for()
    assert talk.input_value() == TEXT
    assert looks(work.page) == []
    work.page.goto(work.path)
    work.page.locator("#save").get_by_role("button", name="Show the text").click()
    area = work.page.locator("#kept textarea")
    area.wait_for()
    assert area.input_value() == TEXT
    assert work.page.locator("#kept label").inner_text() == "Q1: Comment"
    assert looks(work.page) == []


def test_text_stays_before_whoever_is_no_member_any_more(work, desk, talk):
    desk.remove(work.person)
    send(work)
    becomes(lambda: "no longer open to you" in said(work), True)
    assert talk.input_value() == TEXT


def test_button_pressed_twice_is_one_comment(work, desk, talk):
    work.page.get_by_role("button", name="Comment", exact=True).dblclick()
    becomes(talk.input_value, "")
    becomes(work.page.locator("#panel .trail li").count, 1)
    assert comments(work, desk) == [TEXT]


def test_back_brings_the_text_back(work, talk):
    work.page.goto(work.path + "applicability/")
    work.page.go_back()
    write(work, "")
    becomes(work.page.locator("#talk").input_value, TEXT)


def test_text_leads_back_from_another_assessment(work, desk, talk):
    other = desk.beside(work.answers[0])
    work.page.goto(other)
    work.page.locator("#save").get_by_role("link", name="Look at it").click()
    work.page.wait_for_url(f"**{work.path}?open=*")
    becomes(talk.input_value, TEXT)


def test_page_of_one_panel_keeps_the_text_too(work, desk, talk):
    path = f"{work.path}answers/{work.answers[0]}/panel/comments/"
    work.page.goto(path)
    becomes(talk.input_value, TEXT)
    work.page.route("**/comments/", lambda route: route.abort())
    send(work)
    becomes(lambda: said(work).startswith("Offline"), True)
    work.page.unroute("**/comments/")
    send(work)
    becomes(lambda: comments(work, desk), [TEXT])
    assert work.window.scripts == []


def test_each_tab_has_a_text_of_its_own(work, desk, talk):
    other = work.page.context.new_page()
    other.goto(f"{work.path}?open={work.answers[0]}&panel=comments")
    assert other.locator("#talk").input_value() == ""
    other.fill("#talk", "From the other tab.")
    other.get_by_role("button", name="Comment", exact=True).click()
    other.locator("#panel .trail li").wait_for()
    assert talk.input_value() == TEXT
    send(work)
    becomes(lambda: sorted(comments(work, desk)), ["From the other tab.", TEXT])


def test_signing_out_empties_it(work, talk):
    assert TEXT in kept(work.page)
    work.page.locator("details.menu-end summary").first.click()
    work.page.get_by_role("button", name="Sign out").click()
    work.page.wait_for_url("**/accounts/**")
    becomes(lambda: TEXT in kept(work.page), False)
