"""Guidance seen while it is typed, and translating by keyboard, in a browser."""

import pytest

from tests.browser.test_accessible import looks
from tests.browser.window import follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def made(desk):
    """A draft of four questions, Q1 and Q2 in the first section."""
    return desk.own_draft(4)


def test_guidance_is_shown_while_it_is_typed(made, open_window):
    window = open_window(made["sessions"][0], made["path"] + "edit/?question=Q1")
    page = window.page
    page.locator("#id_how_to_check").fill("- **Ask** <b>them</b>\n- [x](javascript:1)")
    shown = page.locator("#guidance-preview")
    until(lambda: shown.locator("strong").all_inner_texts(), lambda t: t == ["Ask"])
    assert "<b>them</b>" in shown.inner_text()
    assert shown.locator("a, b").count() == 0
    assert page.locator("#id_how_to_check").evaluate("e => e === document.activeElement")
    assert window.faults == []
    assert looks(page) == []


def test_guidance_is_shown_by_a_button_without_script(made, open_window):
    place = made["path"] + "edit/?question=Q1"
    page = open_window(made["sessions"][0], place, java_script_enabled=False).page
    page.locator("#id_when_partly").fill("Only *half* of it")
    follow(page.get_by_role("button", name="Preview the guidance"))
    assert page.locator("#guidance-preview em").inner_text() == "half"
    assert page.locator("#id_when_partly").input_value() == "Only *half* of it"


@pytest.mark.parametrize("script", [True, False])
def test_a_question_is_translated_by_keyboard(made, open_window, script):
    place = made["path"] + "edit/translations/"
    window = open_window(made["sessions"][0], place, java_script_enabled=script)
    page = window.page
    page.get_by_label("Or its code").fill("pt_br")
    page.keyboard.press("Enter")
    page.locator("a[href*='key=Q1']").wait_for()
    if script:
        assert looks(page) == []
    page.locator("a[href*='key=Q1']").focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Question", exact=True)
    assert field.get_attribute("lang") == "pt-BR"
    field.fill("Mantém o registo?")
    page.get_by_role("button", name="Save and go to the next").press("Enter")
    page.wait_for_url("**key=Q2**")
    page.goto(page.url.replace("key=Q2", "key=Q1"))
    said = page.locator("section[aria-labelledby=read] [lang='pt-BR']")
    assert said.all_inner_texts() == ["Mantém o registo?"]
    assert window.faults == []
    if script:
        assert looks(page) == []
