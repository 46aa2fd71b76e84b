"""Forms and their pages follow each other in place: nothing typed is lost, whatever becomes of them."""

import pytest
from playwright.sync_api import expect

from tests.browser.authenticator import confirm
from tests.browser.test_accessible import faults_here
from tests.browser.window import active, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = "Object.keys(localStorage).filter(key => key.endsWith('-forms'))"
CONFIRM = "Confirm that it is you"


@pytest.fixture
def owned(desk):
    """Kim, who owns an organisation, and Ole in it."""
    made = desk.assessment("Kim", "Ole")
    kim, ole = made["people"]
    desk.role(kim, "owner")
    desk.password(kim)
    home = made["path"].partition("assessments/")[0]
    return {"home": home, "ole": ole, "kim": kim, "session": desk.session(kim)}


@pytest.fixture
def members(owned, open_window):
    return watched(open_window(owned["session"], owned["home"] + "members/"))


def watched(window):
    """The window, which knows from now on whether a page was loaded."""
    window.page.evaluate("window.isSame = true")
    return window


def is_same(window):
    return window.page.evaluate("window.isSame === true")


def heading(page, name):
    page.get_by_role("heading", name=name, level=1).wait_for()


def invite(page, email):
    page.get_by_label("Email", exact=True).press_sequentially(email)
    page.get_by_label("Name", exact=True).press_sequentially("New")
    until(lambda: page.evaluate(KEPT), lambda found: found != [])
    page.get_by_role("button", name="Invite").click()
    heading(page, CONFIRM)


def test_invitation_is_made_in_place_past_a_wrong_password(members):
    page = members.page
    invite(page, "new@example.org")
    assert page.get_by_text("Not saved yet").count() == 0  # it is on its way
    assert faults_here(page) == []
    confirm(page, "wrong")
    page.get_by_text("Not saved yet").wait_for()
    assert page.url.endswith("/members/")  # the other address takes no reader
    confirm(page)
    heading(page, "Hand this link to")
    assert page.evaluate(KEPT) == []
    page.get_by_role("button", name="Copy").wait_for()
    page.get_by_role("link", name="I have the link").click()
    heading(page, "Invitations")
    page.locator(".invites").get_by_text("new@example.org", exact=True).wait_for()
    assert active(page) == "Invitations"
    assert is_same(members)
    page.go_back()
    heading(page, "Members")


def test_change_of_a_role_is_said_where_the_focus_is(members):
    page = members.page
    page.get_by_role("link", name="Change Ole").click()
    heading(page, "Ole")
    page.locator("main select").first.select_option(label="Reviewer")
    page.get_by_role("button", name="Change", exact=True).click()
    heading(page, CONFIRM)
    confirm(page)
    heading(page, "Members")
    assert active(page) == "Ole: Reviewer now."
    assert page.title().startswith("Members")
    assert page.url.endswith("/members/")
    assert is_same(members)
    assert members.scripts == []


def test_form_about_somebody_who_is_gone_says_so(members, desk, owned):
    page = members.page
    page.get_by_role("link", name="Change Ole").click()
    heading(page, "Ole")
    desk.remove(owned["ole"])
    page.get_by_role("button", name="Change", exact=True).click()
    heading(page, CONFIRM)
    confirm(page)
    heading(page, "Nothing here")
    page.get_by_role("link", name="Go to the start").wait_for()


def test_text_of_another_form_outlives_a_refusal_and_the_line(desk, open_window):
    made = desk.in_review()
    window = watched(open_window(made["session"], made["path"]))
    page = window.page
    page.get_by_label("Reservations").press_sequentially("But for one")
    until(lambda: page.evaluate(KEPT), lambda found: found != [])
    page.get_by_role("button", name="Return for changes").click()
    page.locator("[aria-labelledby=backh] .error").wait_for()
    until(lambda: page.input_value("#res"), lambda text: text == "But for one")
    assert page.url.endswith(made["path"])
    page.get_by_label("Changes to make").press_sequentially("Name the owner.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Return for changes").click()
    page.get_by_text("nothing was sent").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="Return for changes").click()
    page.get_by_text("Returned for changes.").wait_for()
    assert desk.reviewed(made["id"])["status"] == "running"
    assert is_same(window)
    page.get_by_text("Not saved yet: Sign").wait_for()
    assert page.get_by_text("But for one").count() == 1  # to be copied


def test_text_typed_signed_out_comes_back_after_the_sign_in(desk, open_window):
    made = desk.in_review()
    window = open_window(made["session"], made["path"])
    page = window.page
    said = page.get_by_label("Changes to make")
    said.press_sequentially("Name the owner.")
    until(lambda: page.evaluate(KEPT), lambda found: found != [])
    desk.end_session(made["session"])
    page.get_by_role("button", name="Return for changes").click()
    page.wait_for_url("**/accounts/login/**")
    again = desk.session(made["person"])
    page.context.add_cookies([{"name": "sessionid", "value": again, "url": window.page.url.split("/acc")[0]}])
    page.goto(made["path"])
    page.get_by_text("Not saved yet").first.wait_for()
    assert said.input_value() == "Name the owner."
    assert desk.reviewed(made["id"])["status"] == "review"


def test_two_who_decide_at_once_see_how_it_stands(desk, open_window):
    made = desk.in_review()
    first = watched(open_window(made["session"], made["path"]))
    other = watched(open_window(made["session"], made["path"]))
    for window in (first, other):
        window.page.get_by_label("Changes to make").press_sequentially("Whose is it?")
    for window in (first, other):
        window.page.get_by_role("button", name="Return for changes").click()
        window.page.get_by_role("heading", name="Send for review").wait_for()
    assert active(other.page) != ""
    assert desk.reviewed(made["id"])["status"] == "running"
    assert other.page.input_value("#unsent-1") == "Whose is it?"  # to be copied
    assert first.page.get_by_text("Not saved yet").count() == 0


def test_new_assessment_is_begun_in_steps_on_each_page_that_comes(owned, open_window):
    window = watched(open_window(owned["session"], owned["home"]))
    page = window.page
    page.get_by_role("link", name="New assessment").click()
    heading(page, "Pick a checklist")
    expect(page.locator(".mainnav [aria-current=page]")).to_have_text("Assessments")
    for title in ("GDPR", "EU AI Act"):
        page.get_by_role("link", name=title, exact=True).click()
        page.get_by_role("heading", name="Step 1 of").wait_for()
        assert page.get_by_role("heading", name="Step 1 of").count() == 1
        page.get_by_role("link", name="Another checklist").click()
        heading(page, "Pick a checklist")
    assert is_same(window)
    page.go_back()
    page.get_by_role("heading", name="Step 1 of").wait_for()
    assert window.faults == []


def test_draft_that_comes_in_place_shows_what_waits_of_it(desk, open_window):
    made = desk.own_draft(2)
    window = open_window(made["sessions"][0], made["path"] + "edit/?question=Q2")
    page = window.page
    page.route("**/edit/save/", lambda route: route.abort())
    page.get_by_label("Question", exact=True).fill("Only on this device?")
    page.get_by_text("Not saved yet; kept on this device.").wait_for()
    checklists = made["path"].rpartition(f"{made['draft']}/")[0]
    page.goto(checklists)
    watched(window)
    page.locator("[aria-labelledby=drafts]").get_by_role("link", name="Privacy").click()
    page.get_by_text("Not saved yet: ").wait_for()
    assert is_same(window)


def test_members_are_changed_without_a_script(owned, open_window):
    path = owned["home"] + "members/"
    page = open_window(owned["session"], path, java_script_enabled=False).page
    page.get_by_role("link", name="Change Ole").click()
    page.locator("main select").first.select_option(label="Reviewer")
    page.get_by_role("button", name="Change", exact=True).click()
    heading(page, CONFIRM)
    confirm(page)
    page.get_by_text("Ole: Reviewer now.").wait_for()
