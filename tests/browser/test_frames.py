"""The frames of a page give way: on paper, in a low window, and where a word appears."""

import pytest

from tests.browser.window import follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_first_save_moves_nothing_in_the_header(work):
    place = "() => document.querySelector('#progress').getBoundingClientRect().left"
    before = work.page.evaluate(place)
    work.window.choose(work.answers[0], "met")
    work.window.says("Saved")
    assert work.page.evaluate(place) == before


def test_focus_is_seen_around_the_row_also_where_rows_are_compact(work):
    """A ring around the words alone is cut off with them."""
    ring = """() => {
      const one = document.activeElement.closest("form[data-q]");
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return [one.dataset.q, outlineStyle, outlineWidth];
    }"""
    for answer, density in zip(work.answers, ("", "compact"), strict=False):
        work.page.evaluate(f"document.documentElement.dataset.density = '{density}'")
        work.page.keyboard.press("j")
        assert work.page.evaluate(ring) == [str(answer), "solid", "2px"]


def test_a_low_window_is_left_to_the_page(work):
    work.page.set_viewport_size({"width": 320, "height": 256})
    work.page.evaluate("document.querySelector('.qlist').scrollIntoView()")
    in_the_way = work.page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((one) => {
          const { position } = getComputedStyle(one);
          const box = one.getBoundingClientRect();
          return ["fixed", "sticky"].includes(position) && box.height && box.width
            && box.bottom > 0 && box.top < innerHeight;
        }).map((one) => one.className)"""
    )
    assert in_the_way == []


def test_list_is_printed_to_its_end(desk, open_window):
    made = desk.many(100, "Cara")
    page = open_window(made["sessions"][0], made["path"]).page
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.locator(".print-only").wait_for(state="attached")
    page.emulate_media(media="print")
    said = page.locator(".print-only").inner_text()
    assert page.locator(".print-only").is_visible()
    assert said.startswith(f"{page.locator('form[data-q]').count()} of 100 questions")
    page.emulate_media(media="screen")
    page.keyboard.press("Control+p")
    until(lambda: page.evaluate("() => window.printed"), bool)
    assert page.locator("form[data-q]").count() == 100
    assert page.locator(".print-only").count() == 0


def test_share_stays_on_one_line_however_long_a_name_is(desk, open_window):
    page = open_window(desk.session_of("ada@nordhavn.example"), "/o/nordhavn/").page
    page.set_viewport_size({"width": 1024, "height": 800})
    lines = page.evaluate(
        """() => {
          for (const name of document.querySelectorAll(".posture th bdi")) name.textContent = "Leasinggesellschaft".repeat(2);
          return [...document.querySelectorAll(".posture td.num")].map((cell) => {
            const text = document.createRange();
            text.selectNodeContents(cell);
            return new Set([...text.getClientRects()].map((box) => box.top)).size;
          });
        }"""
    )
    assert set(lines) == {1}


LONG = "Datenschutzfolgenabschätzungsdurchführungsverantwortlichkeitsübertragung"
NAMES = "main bdi, main .tl, .crumbs span"


@pytest.mark.parametrize("place", ["", "evidence/", "actions/", "reports/", "members/"])
def test_word_of_seventy_letters_breaks(desk, open_window, place):
    page = open_window(desk.session_of("ada@nordhavn.example"), f"/o/nordhavn/{place}").page
    for width in (1440, 820, 390, 320):
        page.set_viewport_size({"width": width, "height": 640})
        page.eval_on_selector_all(
            NAMES,
            "(all, word) => all.forEach((one) => { one.textContent = word; })",
            LONG,
        )
        assert page.evaluate("document.documentElement.scrollWidth") == width, width


def test_members_buttons_keep_apart_on_a_small_screen(desk, open_window):
    page = open_window(desk.session_of("ada@nordhavn.example"), "/o/nordhavn/members/").page
    page.set_viewport_size({"width": 320, "height": 640})
    overlapping = page.evaluate(
        """() => {
          const all = [...document.querySelectorAll("main :is(button, .btn, select)")]
            .map((one) => one.getBoundingClientRect()).filter((box) => box.width > 2);
          return all.flatMap((a, at) => all.slice(at + 1).filter((b) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)).length;
        }"""
    )
    assert overlapping == 0


def test_chosen_answer_shows_in_forced_colours(work):
    work.page.emulate_media(forced_colors="active")
    work.window.choose(work.answers[0], "met")
    row = work.window.row(work.answers[0])
    ground = "(one) => getComputedStyle(one).backgroundColor"
    chosen = row.locator(".seg label:has(:checked)").evaluate(ground)
    others = row.locator(".seg label:not(:has(:checked))").first.evaluate(ground)
    assert chosen != others


def test_what_was_done_elsewhere_is_said_in_view_beside_the_row(desk, open_window):
    made = desk.many(40, "Cara")
    answer = made["answers"][30]
    page = open_window(made["sessions"][0], f"{made['path']}answers/{answer}/actions/").page
    page.get_by_label("Task").fill("Write it")
    follow(page.get_by_role("button", name="Make action"))
    box = page.get_by_text("AC-1 is made for").bounding_box()
    row = page.locator(f'form[data-q="{answer}"]').bounding_box()
    assert 0 <= box["y"] <= page.viewport_size["height"] - box["height"]
    assert 0 <= row["y"] <= page.viewport_size["height"]


def test_actions_are_sorted_on_a_small_screen(desk, open_window):
    page = open_window(desk.session_of("ada@nordhavn.example"), "/o/nordhavn/actions/").page
    page.set_viewport_size({"width": 390, "height": 800})
    follow(page.get_by_role("link", name="Owner", exact=True))
    page.wait_for_url("**sort=owner*")
    sorters = page.locator(".sorter")
    sorters.last.focus()
    assert sorters.count() == page.locator(".sorter:visible").count() == 6
    assert sorters.last.bounding_box()["height"] >= 24
