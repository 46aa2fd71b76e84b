"""The law, the rule and the days of a question, by mouse and by keyboard alone."""

import pytest

from tests.browser.test_accessible import NARROW, VIEWS, looks
from tests.browser.window import follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def made(desk):
    """A draft of four questions, Q1 and Q2 in the first section."""
    return desk.own_draft(4)


@pytest.fixture
def window(made, open_window):
    return open_window(made["sessions"][0], made["path"] + "edit/?question=Q1")


def focused(page):
    return page.evaluate("document.activeElement.id")


def comes(page, wanted):
    until(lambda: focused(page), lambda found: found == wanted)


def choose(page, row, pick):
    """A fact of a condition, and one of the answers that come with it."""
    page.locator(f"#id_{row}-fact").select_option(pick.split("=")[0])
    page.locator(f'[name="{row}-picks"][value="{pick}"]').check()


def cites(page):
    return page.locator("input[name=cites]").evaluate_all("all => all.map(one => one.value)")


def says(page, place):
    return " ".join(page.locator(place).inner_text().split())


def test_citation_is_picked_by_keyboard_alone(desk, made, window):
    found, later, gone = desk.provisions()
    page, box = window.page, window.page.locator("#id_cite")
    box.focus()
    page.keyboard.type(found.rpartition(" ")[0])
    options = page.locator("#cite-list [role=option]")
    until(options.count, lambda number: number == 3)
    assert box.get_attribute("aria-expanded") == "true"
    assert says(page, "[data-combo-said]") == "3 provisions."
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "cite-option-2"
    assert "not yet in force, from 2 Jan 2099" in says(page, "[aria-selected=true]")
    assert looks(page, VIEWS) == []
    page.keyboard.press("Enter")
    until(lambda: cites(page), lambda now: now == [later])
    comes(page, "id_cite")
    assert box.input_value() == ""
    page.keyboard.type(gone)
    page.keyboard.press("Enter")
    until(lambda: cites(page), lambda now: now == [later, gone])
    assert looks(page) == []
    assert window.faults == []


def test_citations_are_ordered_and_replaced_by_keyboard_alone(desk, made, window):
    found, later, gone = desk.provisions()
    page = window.page
    page.locator("#id_cite").focus()
    for at, cite in enumerate((later, gone), 1):
        page.keyboard.type(cite)
        page.keyboard.press("Enter")
        until(lambda: len(cites(page)), lambda now, at=at: now == at)
        comes(page, "id_cite")
    page.get_by_role("button", name=f"Use {found}").focus()
    page.keyboard.press("Enter")
    until(lambda: cites(page), lambda now: now == [later, found])
    page.locator("#law-1-up").focus()
    page.keyboard.press("Enter")
    until(lambda: cites(page), lambda now: now == [found, later])
    comes(page, "law-0-up")
    page.locator("#law-1-remove").focus()
    page.keyboard.press("Enter")
    until(lambda: cites(page), lambda now: now == [found])
    comes(page, "law-0-remove")
    page.get_by_role("button", name="Save Q1").press("Enter")
    page.get_by_text("Q1 is saved").wait_for()
    assert desk.question_of(made["draft"], "Q1")["cites"] == [found]
    assert window.faults == []


AT_ONCE = """(id) => {
  window.stayed = true;
  new MutationObserver((_, seeing) => {
    const button = document.getElementById(id);
    if (button) { seeing.disconnect(); button.click(); }
  }).observe(document.body, { subtree: true, childList: true });
}"""


def test_button_works_as_soon_as_it_is_there(desk, window):
    """Pressed before htmx knew it, it sent the form, and the page was loaded anew."""
    found, later, _ = desk.provisions()
    page = window.page
    page.locator("#id_cite").focus()
    page.keyboard.type(later)
    page.keyboard.press("Enter")
    until(lambda: cites(page), lambda now: now == [later])
    comes(page, "id_cite")
    page.evaluate(AT_ONCE, "law-1-up")
    page.keyboard.type(found)
    page.keyboard.press("Enter")
    until(lambda: cites(page), lambda now: now == [found, later])
    assert page.evaluate("window.stayed")
    assert window.faults == []


def test_citation_is_picked_by_mouse_and_what_is_unknown_stays_typed(desk, window):
    found, *_ = desk.provisions()
    page, box = window.page, window.page.locator("#id_cite")
    box.click()
    box.press_sequentially(found)
    page.locator("#cite-list [role=option]").first.click()
    until(lambda: cites(page), lambda now: now == [found])
    box.press_sequentially("<b>Zebra</b>")
    until(lambda: says(page, "[data-combo-said]"), lambda said: "No provision" in said)
    page.get_by_role("button", name="Search the legal index").click()
    page.get_by_text("“<b>Zebra</b>” is not in the legal index").wait_for()
    assert box.input_value() == "<b>Zebra</b>"
    assert looks(page) == []
    box.press("Escape")
    assert window.faults == []


def test_rule_with_groups_is_built_by_keyboard_alone(desk, made, window):
    page, keys = window.page, window.page.keyboard
    page.locator("#if-group").focus()
    keys.press("Enter")
    comes(page, "id_if-0-join")
    page.locator("#id_if-0-join").select_option("none")
    page.locator("#if-0-condition").focus()
    keys.press("Enter")
    comes(page, "id_if-1-fact")
    choose(page, "if-1", "data=health")
    until(
        lambda: says(page, "#rule-says"),
        lambda said: "applies when not (Data is “Health data”)" in said,
    )
    page.locator("#if-condition").focus()
    keys.press("Enter")
    comes(page, "id_if-2-fact")
    choose(page, "if-2", "data=children")
    page.locator("#if-2-up").focus()
    keys.press("Enter")
    comes(page, "if-2-up")
    until(
        lambda: says(page, "#rule-says"),
        lambda said: "not (Data is “Health data” or Data is “Data of children”)" in said,
    )
    assert looks(page, VIEWS) == []
    page.get_by_role("button", name="Save Q1").press("Enter")
    page.get_by_text("Q1 is saved").wait_for()
    rule = {"not": {"any": [{"data": ["health"]}, {"data": ["children"]}]}}
    assert desk.question_of(made["draft"], "Q1")["rule"] == rule
    assert window.scripts == []  # half a condition may have been refused meanwhile


def test_days_by_route_are_built_by_mouse(desk, made, window):
    page = window.page
    page.locator("#date-add").click()
    comes(page, "id_date-0-on")
    page.locator("#id_date-0-on").fill("2027-12-02")
    page.locator("#date-0-when-condition").click()
    comes(page, "id_date-0-when-0-fact")
    choose(page, "date-0-when-0", "data=health")
    page.locator("#date-add").click()
    comes(page, "id_date-1-on")
    page.locator("#id_date-1-on").fill("2028-08-02")
    page.locator("#id_date-1-on").blur()
    words = "from 2 Dec 2027 when Data is “Health data”; else from 2 Aug 2028."
    until(lambda: says(page, "#days-say"), lambda said: words in said)
    assert looks(page, VIEWS) == []
    page.locator("#date-0-down").click()
    comes(page, "date-1-down")
    page.get_by_role("button", name="Save Q1").click()
    page.get_by_text("Not saved yet").first.wait_for()
    assert "no day below it counts" in page.locator("main").inner_text()
    assert looks(page) == []
    page.locator("#date-0-down").click()
    comes(page, "date-1-down")
    page.get_by_role("button", name="Save Q1").click()
    page.get_by_text("Q1 is saved").wait_for()
    assert desk.question_of(made["draft"], "Q1")["applies_from"] == [
        {"date": "2027-12-02", "when": {"data": ["health"]}},
        {"date": "2028-08-02"},
    ]


def test_rule_is_built_without_scripts(desk, made, open_window):
    path = made["path"] + "edit/?question=Q1"
    page = open_window(made["sessions"][0], path, java_script_enabled=False).page
    page.get_by_label("Question", exact=True).fill("Typed first?")
    follow(page.get_by_role("button", name="Add group").first)
    follow(page.locator("#if-0-condition"))
    page.locator("#id_if-1-fact").select_option("data")
    follow(page.locator("#if-1-answers"))
    page.locator('[value="data=health"]').check()
    page.get_by_role("button", name="Save Q1").click()
    page.get_by_text("Q1 is saved").wait_for()
    stands = desk.question_of(made["draft"], "Q1")
    assert (stands["rule"], stands["text"]) == ({"data": ["health"]}, "Typed first?")


def test_outline_is_searched_and_a_question_duplicated_by_keyboard(desk, made, window):
    page, keys = window.page, window.page.keyboard
    page.locator("#outline-find").focus()
    keys.type("duty 3")
    until(lambda: says(page, "#outline-said"), lambda said: said == "1 question found.")
    assert focused(page) == "outline-find"
    assert page.locator(".outline .grip").count() == 0
    assert looks(page) == []
    page.locator("#outline [data-item] a").focus()
    keys.press("Enter")
    page.get_by_role("button", name="Save Q3").wait_for()
    page.wait_for_load_state()
    assert page.locator("#outline-find").input_value() == "duty 3"
    page.locator("#outline-find").fill("")
    until(page.locator("#outline [data-item] .grip").count, lambda number: number == 4)
    page.get_by_role("button", name="Duplicate").focus()
    keys.press("Enter")
    page.get_by_text("Q5 is a copy of Q3").wait_for()
    order = [[key for key, _ in rows] for rows in desk.asked(made["draft"]).values()]
    assert order == [["Q1", "Q2"], ["Q3", "Q5", "Q4"]]
    assert window.faults == []


def test_two_editors_of_a_rule_lose_nothing(desk, made, open_window):
    path = made["path"] + "edit/?question=Q1"
    ours, theirs = (open_window(session, path) for session in made["sessions"])
    for window, pick in ((theirs, "data=health"), (ours, "data=children")):
        page = window.page
        page.locator("#if-condition").click()
        comes(page, "id_if-0-fact")
        choose(page, "if-0", pick)
        page.get_by_role("button", name="Save Q1").click()
    ours.page.get_by_text("Someone else has saved Q1").wait_for()
    stands = desk.question_of(made["draft"], "Q1")
    assert stands["rule"] == {"data": ["health"]}
    assert ours.page.locator('[value="data=children"]').is_checked()
    ours.page.get_by_role("button", name="Save Q1").click()
    ours.page.get_by_text("Q1 is saved").wait_for()
    stands = desk.question_of(made["draft"], "Q1")
    assert stands["rule"] == {"data": ["children"]}


def test_replacing_is_undone_by_one_button(desk, made, open_window):
    before = desk.asked(made["draft"])
    path = made["path"] + "edit/replace/?find=duty&put=task"
    window = open_window(made["sessions"][0], path)
    page = window.page
    page.set_viewport_size(NARROW)
    page.get_by_role("button", name="Replace in 4 texts").click()
    page.get_by_text("Replaced in 4 questions").wait_for()
    assert desk.asked(made["draft"]) != before
    assert looks(page) == []
    page.get_by_role("button", name="Undo").press("Enter")
    page.get_by_text("Undone").wait_for()
    assert desk.asked(made["draft"]) == before
    assert window.faults == []
