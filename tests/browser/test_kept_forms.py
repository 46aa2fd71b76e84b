"""Text in a form outside the list of questions: kept, given back, and forgotten once saved."""

import pytest

from tests.browser.authenticator import confirm
from tests.browser.test_accessible import looks
from tests.browser.window import becomes, follow, held, kept, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = "Object.keys(localStorage).filter(key => key.endsWith('-forms'))"


@pytest.fixture
def page(desk, open_window):
    made = desk.assessment("Kim")
    page = open_window(made["sessions"][0], made["path"]).page
    page.goto(page.url.split("/assessments/")[0] + "/actions/new/")
    return page


def notice(page):
    return page.locator("#main > [role=status]")


def write(page, title, text):
    page.get_by_label("Task").press_sequentially(title)
    page.locator("form textarea").first.press_sequentially(text)
    until(lambda: page.evaluate(KEPT), lambda found: found != [])


def test_text_of_a_form_outlives_its_tab_and_is_forgotten_once_saved(page):
    write(page, "Train", "Half a sentence")
    other = page.context.new_page()
    other.goto(page.url)
    page.close(run_before_unload=False)
    other.reload()
    notice(other).get_by_text("Not saved yet: New action").wait_for()
    assert other.locator("form textarea").first.input_value() == "Half a sentence"
    assert other.get_by_label("Task").input_value() == "Train"
    assert looks(other) == []
    new = other.url
    follow(other.locator("main form button").last)
    until(lambda: other.evaluate(KEPT), lambda found: found == [])
    other.goto(new)
    assert other.locator("form textarea").first.input_value() == ""


def test_refused_form_keeps_its_text_though_the_page_is_left(page):
    write(page, " ", "Typed in vain?")
    new = page.url
    follow(page.locator("main form button").last)
    page.locator(".error").first.wait_for()
    page.goto(new.replace("/actions/new/", "/evidence/"))
    page.goto(new)
    notice(page).get_by_text("Not saved yet").wait_for()
    assert page.locator("form textarea").first.input_value() == "Typed in vain?"
    follow(notice(page).get_by_role("button", name="Drop it"))
    assert page.locator("form textarea").first.input_value() == ""
    assert page.evaluate(KEPT) == []


def test_reservations_outlive_a_tab_and_the_password_is_never_kept(desk, open_window):
    made = desk.in_review()
    page = open_window(made["session"], made["path"]).page
    page.get_by_label("Your password").fill("never kept")
    page.get_by_label("Reservations").press_sequentially("But for one")
    until(lambda: page.evaluate(KEPT), lambda found: found != [])
    assert "never kept" not in kept(page)
    page.reload()
    notice(page).get_by_text("Not saved yet").wait_for()
    assert page.get_by_label("Reservations").input_value() == "But for one"


def test_what_a_page_between_sends_on_is_forgotten_once_saved(desk, open_window):
    made = desk.assessment("Kim")
    desk.role(made["people"][0], "owner")
    desk.password(made["people"][0])
    page = open_window(desk.session(made["people"][0]), made["path"]).page
    page.goto(page.url.split("/assessments/")[0] + "/members/")
    page.get_by_label("Email", exact=True).press_sequentially("new@example.org")
    page.get_by_label("Name", exact=True).press_sequentially("New")
    until(lambda: page.evaluate(KEPT), lambda found: found != [])
    assert notice(page).count() == 0  # nothing was given back
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("heading", name="Confirm that it is you").wait_for()
    assert page.evaluate(KEPT) != []
    confirm(page)
    until(lambda: page.evaluate(KEPT), lambda found: found == [])
    assert notice(page).count() == 0


def test_tab_between_two_pages_keeps_its_text(page):
    write(page, "Train", "Mine")
    other = page.context.new_page()
    ways = held(page, "**/device-store*.js")
    with page.expect_request("**/device-store*.js"):
        page.reload(wait_until="commit")  # no page of this tab holds its lock now
    with other.expect_event("requestfinished", lambda one: "/gone" in one.url):
        other.goto(page.url)
    ways[0].continue_()
    notice(page).get_by_text("Not saved yet: New action").wait_for()
    other.wait_for_timeout(2500)  # by then a closed tab's text would be here
    assert notice(other).count() == 0
    assert page.locator("form textarea").first.input_value() == "Mine"


def test_one_tab_saves_nothing_for_another_at_the_same_address(page):
    write(page, "Train", "Mine")
    other = page.context.new_page()
    other.goto(page.url)
    page.route("**/actions/new/", lambda route: route.fulfill(status=204))
    page.locator("main form button").last.click()  # it does not arrive
    page.unroute("**/actions/new/")
    write(other, "Other", "Saved")
    new = other.url
    follow(other.locator("main form button").last)
    page.goto(new)
    notice(page).get_by_text("Not saved yet: New action").wait_for()
    assert page.locator("form textarea").first.input_value() == "Mine"


def test_form_that_comes_with_a_part_of_the_page_is_kept_too(desk, open_window):
    made = desk.assessment("Cara", "Ole")
    (first, second), other = made["answers"][:2], made["people"][1]
    for answer in (first, second):
        desk.save(other, answer, {"verdict": "na", "reason": "We have none."})
    window = open_window(made["sessions"][0], made["path"])
    for answer, why in ((first, "For the first."), (second, "For the second.")):
        window.open(answer)
        window.row(answer).get_by_role("link", name="Send back").click()
        window.page.locator(f"#why-{answer}").press_sequentially(why)
        until(lambda said=why: said in kept(window.page), bool)
    window.page.reload()
    window.open(second)
    window.row(second).get_by_role("link", name="Send back").click()
    becomes(window.page.locator(f"#why-{second}").input_value, "For the second.")
