"""The page follows the work: counts, the rail beside the list, keys, and nothing that moves."""

import pytest

from tests.browser.window import becomes, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLACES = """() => Object.fromEntries([...document.querySelectorAll(
    ".worktitle, .workprogress, .workbar > a, #filters > a, .q, .qans, #more")].map(
    (one, at) => [`${at} ${one.className}`, Object.values(one.getBoundingClientRect().toJSON())]))"""


def here(page):
    """The section that the rail marks, and what it says."""
    marked = page.locator("#sections [aria-current]")
    return [
        (one.locator(".secno").inner_text(), one.locator(".sechere").inner_text()) for one in marked.all()
    ]


def focused(page):
    return page.evaluate("document.activeElement.closest('[data-q]')?.dataset.key")


def test_rail_says_where_one_is_and_follows_the_focus(work):
    becomes(lambda: here(work.page), [("1", "You are here: Q1, 1 of 4")])
    for _ in range(3):
        work.page.keyboard.press("j")
    becomes(lambda: here(work.page), [("1", "You are here: Q3, 3 of 4")])
    work.window.focus(work.answers[5])
    becomes(lambda: here(work.page), [("2", "You are here: Q6, 2 of 4")])
    work.window.choose(work.answers[5], "met")
    becomes(lambda: work.page.inner_text("#sections li:nth-child(2) .seccount"), "1/4")
    becomes(lambda: here(work.page), [("2", "You are here: Q6, 2 of 4")])
    work.page.locator("#show-unanswered").click()
    becomes(lambda: here(work.page), [("1", "You are here: Q1")])
    assert work.window.faults == []


def test_rail_follows_the_scroll_and_leads_without_loading(desk, open_window):
    made = desk.many(300, "Cara")
    window = open_window(made["sessions"][0], made["path"])
    page = window.page
    loads = []
    page.on("load", lambda _: loads.append(page.url))
    links = page.locator("#sections [data-section-link]")
    links.nth(3).click()  # its rows are not here yet
    until(lambda: here(page), lambda said: said and said[0][0] == "4")
    first = focused(page)
    assert first == "Q226"
    head = page.locator("section:has([data-q]) .sechead h2").first.bounding_box()
    assert head["y"] < 200
    page.keyboard.press("j")
    becomes(lambda: focused(page), "Q227")
    links.nth(0).click()
    becomes(lambda: here(page), [("1", "You are here: Q1, 1 of 75")])
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 3000)
    until(lambda: here(page)[0][1], lambda said: said >= "You are here: Q10")
    page.keyboard.press("j")
    becomes(lambda: focused(page), "Q2")
    links.nth(0).click()  # back at its head, without asking for anything
    becomes(lambda: focused(page), "Q1")
    assert loads == []
    assert "from=1" in page.url
    page.go_back()
    until(lambda: page.url, lambda url: "from=226" in url)
    page.locator(".q").first.wait_for()
    assert window.faults == []


def test_list_of_2000_is_followed_while_it_scrolls(desk, open_window):
    made = desk.many(2000, "Cara")
    window = open_window(made["sessions"][0], made["path"])
    window.page.evaluate("""() => { window.slow = [];
        new PerformanceObserver((list) => list.getEntries().forEach((one) => slow.push(one.duration)))
            .observe({ type: "longtask" }); }""")
    window.page.mouse.move(700, 500)
    for _ in range(20):
        window.page.mouse.wheel(0, 400)
        window.page.wait_for_timeout(40)
    until(lambda: here(window.page), lambda said: len(said) == 1)
    assert window.faults == []


@pytest.mark.parametrize("where", ["#sections a", ".workbar a", "[data-toggle='alt-panel']"])
def test_keys_lead_into_the_list_from_beside_it(work, where):
    work.page.locator(f"{where}:visible").last.focus()
    work.page.keyboard.press("1")  # an answer needs a row
    work.page.keyboard.press("j")
    becomes(lambda: focused(work.page), "Q1")
    work.page.locator(f"{where}:visible").last.focus()
    work.page.keyboard.press("/")
    becomes(lambda: work.page.evaluate("document.activeElement.id"), "q")
    assert work.window.chosen(work.answers[0]) == "unanswered"


def test_keys_stay_with_menus_and_the_panel(work):
    work.page.locator(".morefilters summary").focus()
    work.page.keyboard.press("j")
    work.page.locator("#panel a").first.focus()
    work.page.keyboard.press("j")
    assert focused(work.page) is None


@pytest.mark.parametrize("width", [1440, 820, 390])
def test_nothing_moves_when_saved_appears(work, desk, width):
    page = work.page
    page.set_viewport_size({"width": width, "height": 900})
    desk.save(work.person, work.answers[1], {"verdict": "not_met"})
    desk.plan(work.person, work.answers[0])  # else its row asks for one
    page.reload()
    page.wait_for_load_state("networkidle")
    before = page.evaluate(PLACES)
    work.window.choose(work.answers[0], "not_met")
    work.window.says(r"\d\d:\d\d")
    page.wait_for_timeout(200)
    after = page.evaluate(PLACES)
    moved = {one: (before[one], after.get(one)) for one in before if before[one] != after.get(one)}
    assert moved == {}


@pytest.mark.parametrize("width", [1440, 820, 390])
def test_question_for_an_action_moves_only_what_stands_below_it(work, width):
    """It takes room in its place, and neither the focus nor the row that was answered."""
    page, answer = work.page, work.answers[1]
    page.set_viewport_size({"width": width, "height": 900})
    rows = [f"[data-q='{one}']" for one in work.answers[:3]]
    before = [page.locator(row).bounding_box() for row in rows]
    work.window.choose(answer, "not_met")
    ask = page.locator(f"#ask-{answer} form")
    ask.wait_for()
    after = [page.locator(row).bounding_box() for row in rows]
    assert after[:2] == before[:2]
    assert after[2]["y"] > before[2]["y"]
    has_focus = f"document.activeElement.closest('#ask-{answer}') !== null"
    assert not page.evaluate(has_focus)
    ask.get_by_role("link", name="Later").click()
    ask.wait_for(state="detached")
    page.wait_for_timeout(200)
    assert ask.count() == 0
    assert page.locator(rows[2]).bounding_box() == before[2]


PLACE_OF_NEXT = """([one, next]) => {
  const top = () => document.querySelector(`[data-q="${next}"]`).getBoundingClientRect().top;
  const place = document.getElementById(`ask-${one}`);
  const tops = [];
  let isOver = false;
  const watch = () => { tops.push(top()); if (!isOver) requestAnimationFrame(watch); };
  watch();
  window.tops = new Promise((resolve) => new MutationObserver(() => {
    if (place.querySelector("form")) setTimeout(() => { isOver = true; resolve(tops); }, 300);
  }).observe(place, { childList: true, subtree: true }));
}"""


def next_row_stands(page):
    """Whether it did in each frame until the question for an action had come."""
    tops = page.evaluate("window.tops")
    return max(tops) - min(tops) < 2


@pytest.mark.parametrize("width", [1440, 820])
def test_row_under_the_mouse_stands_while_a_question_for_an_action_comes(desk, open_window, width):
    made = desk.many(40, "Cara")
    window = open_window(made["sessions"][0], made["path"])
    window.page.set_viewport_size({"width": width, "height": 900})
    one, following = made["answers"][3:5]
    window.focus(one)
    window.row(following).hover()
    window.page.evaluate(PLACE_OF_NEXT, [one, following])
    window.page.keyboard.press("3")
    assert next_row_stands(window.page)


def phone_before_many(desk, open_window):
    """The list of forty questions on a phone, and their answers."""
    made = desk.many(40, "Cara")
    phone = open_window(made["sessions"][0], made["path"], has_touch=True, is_mobile=True)
    phone.page.set_viewport_size({"width": 390, "height": 800})
    return phone, made["answers"]


def test_next_row_stands_under_the_finger_while_a_question_for_an_action_comes(desk, open_window):
    phone, answers = phone_before_many(desk, open_window)
    one, following = answers[3:5]
    phone.row(one).locator(".seg").scroll_into_view_if_needed()
    phone.page.evaluate(PLACE_OF_NEXT, [one, following])
    phone.row(one).locator('label:has([value="not_met"])').tap()
    assert next_row_stands(phone.page)


def test_list_stays_where_it_was_scrolled_after_no_question_for_an_action_came(desk, open_window):
    """A rating that is not met, and an answer whose action was planned meanwhile, ask for none."""
    phone, answers = phone_before_many(desk, open_window)
    phone.page.route("**/actions/ask/", lambda route: route.fulfill(body=""))
    one, other = answers[3], answers[6]
    phone.row(one).locator(".seg").scroll_into_view_if_needed()
    with phone.page.expect_response("**/actions/ask/"):
        phone.row(one).locator('label:has([value="not_met"])').tap()
    phone.row(other).locator(".seg").scroll_into_view_if_needed()
    before = phone.page.evaluate("scrollY")
    with phone.page.expect_response("**/progress/**"):
        phone.row(other).locator('label:has([value="met"])').tap()
    phone.page.wait_for_timeout(300)
    assert abs(phone.page.evaluate("scrollY") - before) < 2
    assert phone.faults == []
