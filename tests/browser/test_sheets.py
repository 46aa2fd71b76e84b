"""A spreadsheet is taken away, filled in and taken in again, without JavaScript too."""

import re

import pytest

from tests.assurance.answer_sheets.making import changed
from tests.browser.test_accessible import looks
from tests.browser.window import follow

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CELLS = {
    ("Q1", "verdict"): "N/A",
    ("Q1", "reason"): "No such data",
    ("Q2", "note"): "Written in the file. =1+1",
    ("Q3", "note"): "In the file",
    ("Q4", "due"): "24.12.2026",
}


def send_changed(window, made, desk, tmp_path):
    """Download by way of the work bar, change, and send; Q3 changes here meanwhile."""
    page = window.page
    page.goto(made["path"])
    page.locator(".exports summary").click()
    page.get_by_role("link", name="Spreadsheet").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download sheet").click()
    assert re.fullmatch(r"[a-z0-9-]+\.xlsx", download.value.suggested_filename)
    desk.save(made["people"][1], made["answers"][2], {"note": "Here"})
    filled = tmp_path / "filled.xlsx"
    filled.write_bytes(changed(download.value.path().read_bytes(), CELLS))
    page.set_input_files("input[type=file]", filled)
    page.get_by_role("button", name="Show changes").click()
    page.get_by_role("heading", name="Changes in filled.xlsx").wait_for()
    page.wait_for_load_state()


def test_sheet_goes_out_and_comes_back_without_script(desk, open_window, tmp_path):
    made = desk.assessment("Cara", "Ole")
    window = open_window(made["sessions"][0], java_script_enabled=False)
    page = window.page
    send_changed(window, made, desk, tmp_path)
    said = page.inner_text("main")
    assert "“24.12.2026” is not a date. Write it as 2026-12-31." in said
    assert "A second person has to confirm this N/A." in said
    page.get_by_label("Take the version in the file").check()
    follow(page.get_by_role("button", name="Import"))
    assert "3 answers changed, 1 refused." in page.inner_text("main")
    notes = [desk.standing(answer)["note"] for answer in made["answers"][:3]]
    assert notes == ["", "Written in the file. =1+1", "In the file"]
    follow(page.get_by_role("button", name="Undo filled.xlsx"))
    assert "3 answers put back." in page.inner_text("main")
    notes = [desk.standing(answer)["note"] for answer in made["answers"][:3]]
    assert notes == ["", "", "Here"]
    assert window.faults == []


def test_preview_and_what_follows_have_no_fault(desk, open_window, tmp_path):
    made = desk.assessment("Cara", "Ole")
    window = open_window(made["sessions"][0])
    page = window.page
    send_changed(window, made, desk, tmp_path)
    wrong = looks(page)
    desk.save(made["people"][1], made["answers"][2], {"note": "Here, again"})
    page.get_by_role("button", name="Import").click()
    page.get_by_text("Answers have changed since").wait_for()
    wrong += looks(page)
    page.get_by_role("button", name="Import").click()
    page.get_by_role("button", name="Undo filled.xlsx").wait_for()
    wrong += looks(page)
    page.get_by_role("button", name="Show changes").click()
    page.get_by_text("Choose the file.").first.wait_for()
    assert wrong + looks(page) == []
    assert [fault for fault in window.faults if not re.search("409|422", fault)] == []
