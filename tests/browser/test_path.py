"""The whole path in one sitting: from sign-in to the report as a file."""

import re

import pypdf
import pytest

from tests.browser.window import becomes, follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_from_sign_in_to_the_report(open_window, desk, tmp_path):
    window = open_window()
    page = window.page
    sign_in(page)
    start(page)
    rows = page.locator("form[data-q]:has(.seg)")
    answers = [rows.nth(place).get_attribute("data-q") for place in range(5)]
    first, second = answers[:2]
    answer_by_key(window, answers, desk)
    write_a_note(window, first, desk)
    take_back(window, second, desk)
    add_evidence(window, first, desk, tmp_path)
    report = ask_for_the_report(page, tmp_path)
    assert "Nordhavn Leasing" in report
    assert "The board reviews it each March." in report
    assert window.faults == []


def sign_in(page):
    page.goto("/")
    page.fill("#id_login", "bruno@nordhavn.example")
    page.fill("#id_password", "attest demo 2026")
    page.click("main button.btn-primary")
    if "/accounts/password/" in page.url:
        page.goto("/o/nordhavn/")
    page.wait_for_url("**/o/nordhavn/")


def start(page):
    """Start an assessment; the counts follow the facts."""
    page.get_by_role("link", name="New assessment").first.click()
    page.locator(".pick a").first.click()
    page.fill("#id_subject", "Nordhavn Leasing")
    counts = page.locator("#applying")
    before = counts.inner_text()
    page.locator(".stephead").wait_for()
    further = page.get_by_role("button", name="Next")
    while further.is_visible():
        further.click()
        for one in page.locator(".facts-set:visible").all():
            one.locator("input").first.check()
    until(counts.inner_text, lambda text: text != before)
    follow(page.get_by_role("button", name="Start assessment"))
    assert "Nordhavn Leasing" in page.locator("h1").inner_text()


def answer_by_key(window, answers, desk):
    page = window.page
    counted = page.locator("#counts strong")
    for answer, key in zip(answers, ("1", "2", "3", "4"), strict=False):
        window.focus(answer)
        page.keyboard.press(key)
        if key == "4":
            page.keyboard.type("We never act for others.")
    becomes(counted.inner_text, "4")
    verdicts = [desk.standing(answer)["verdict"] for answer in answers]
    assert verdicts == ["met", "partly", "not_met", "na", "unanswered"]
    assert desk.standing(answers[3])["reason"] == "We never act for others."
    window.focus(answers[0])
    following = page.locator("form[data-q]").nth(1).get_attribute("data-q")
    page.keyboard.press("j")
    assert focused(page) == following
    page.keyboard.press("k")
    assert focused(page) == answers[0]
    page.keyboard.press("u")
    becomes(lambda: desk.standing(focused(page))["verdict"], "unanswered")
    window.focus(answers[4])
    page.keyboard.press("1")
    becomes(counted.inner_text, "5")
    page.keyboard.press("0")
    becomes(counted.inner_text, "4")
    assert re.search(r"Saved\s+\d\d:\d\d", page.locator("#save").inner_text())


def focused(page):
    return page.evaluate("document.activeElement.closest('[data-q]')?.dataset.q")


def write_a_note(window, answer, desk):
    window.focus(answer)
    window.page.keyboard.press("n")
    window.note(answer).wait_for()
    until(
        lambda: window.page.evaluate("document.activeElement.name"),
        lambda name: name == "note",
    )
    window.page.keyboard.type("The board reviews it each March. 1, 2, 3: j k u.")
    text = "The board reviews it each March. 1, 2, 3: j k u."
    becomes(lambda: desk.standing(answer)["note"], text)
    assert desk.standing(answer)["verdict"] == "met"


def take_back(window, answer, desk):
    """Undo by toast, and by key while the change is still on its way."""
    window.page.evaluate("window.stayed = true")
    window.focus(answer)
    window.page.keyboard.press("3")
    becomes(lambda: desk.standing(answer)["verdict"], "not_met")
    saved = window.page.locator("#undo form", has_text="Not met, saved.")
    saved.get_by_role("button", name="Undo").click()
    becomes(lambda: desk.standing(answer)["verdict"], "partly")
    becomes(lambda: window.chosen(answer), "partly")
    becomes(lambda: focused(window.page), answer)
    window.page.keyboard.press("1")
    window.page.keyboard.press("Control+z")
    becomes(lambda: desk.standing(answer)["version"], 5)
    assert desk.standing(answer)["verdict"] == "partly"
    becomes(lambda: window.chosen(answer), "partly")
    assert window.page.evaluate("window.stayed")


def add_evidence(window, answer, desk, tmp_path):
    page = window.page
    window.focus(answer)
    page.keyboard.press("e")
    page.locator(f"#ev-q-{answer}").wait_for()
    paper = tmp_path / "minutes-march.txt"
    paper.write_text("The board has reviewed it.")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose", exact=True).click()
    chooser.value.set_files(paper)
    page.locator(f"#proofs-{answer}", has_text="minutes-march.txt").wait_for()
    page.keyboard.press("Escape")
    assert desk.standing(answer)["evidence"] == ["minutes-march.txt"]


def ask_for_the_report(page, tmp_path):
    """Its text, as the worker of the served app made it."""
    page.locator(".exports summary").click()
    page.get_by_role("link", name="PDF report").click()
    page.get_by_role("button", name="Make report").click()
    link = page.get_by_role("link", name="Download the PDF")
    link.wait_for(timeout=120_000)
    with page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "report.pdf")
    pages = pypdf.PdfReader(tmp_path / "report.pdf").pages
    return "".join(page.extract_text() for page in pages)
