"""What frames a page gives way: on paper, in a low window, and where a word appears."""

import pytest

from tests.browser.window import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_first_save_moves_nothing_in_the_header(work):
    place = "() => document.querySelector('#progress').getBoundingClientRect().left"
    before = work.page.evaluate(place)
    work.window.choose(work.answers[0], "met")
    work.window.says("Saved")
    assert work.page.evaluate(place) == before


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
    assert page.locator(".print-only").is_visible()
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
