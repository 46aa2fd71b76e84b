"""Everything works without JavaScript, one page at a time."""

from types import SimpleNamespace

import pytest

from tests.browser.window import follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def plain(desk, open_window):
    """Cara without JavaScript, at an opened row."""
    made = desk.assessment("Cara")
    window = open_window(made["sessions"][0], java_script_enabled=False)
    answer = made["answers"][0]
    window.page.goto(made["path"])
    follow(window.row(answer).locator("[data-qlink]"))
    row = window.row(answer)
    return SimpleNamespace(
        page=window.page,
        window=window,
        row=row,
        answer=answer,
        path=made["path"],
    )


def save(plain):
    follow(plain.row.get_by_role("button", name="Save Q1"))


def test_answer_and_note_are_saved(plain, desk):
    plain.row.locator('input[value="met"]').check()
    plain.row.locator('[name="note"]').fill("Written without script.")
    save(plain)
    saved = desk.standing(plain.answer)
    assert (saved["verdict"], saved["note"]) == ("met", "Written without script.")
    assert plain.row.locator('[name="note"]').input_value() == "Written without script."


def test_na_without_reason_is_refused_and_the_text_kept(plain, desk):
    plain.row.locator('input[value="na"]').check()
    plain.row.locator('[name="note"]').fill("Still here.")
    save(plain)
    assert "Give a reason why Q1 does not apply." in plain.page.inner_text("main")
    assert plain.row.locator('[name="note"]').input_value() == "Still here."
    assert plain.row.locator('input[value="na"]').is_checked()
    assert desk.standing(plain.answer)["version"] == 0
    plain.row.locator('[name="reason"]').fill("We have no staff.")
    save(plain)
    assert desk.standing(plain.answer)["reason"] == "We have no staff."


def test_na_in_a_closed_row_opens_it_and_asks_for_the_reason(plain, desk):
    plain.page.goto(plain.path)
    plain.row.locator('input[value="na"]').check()
    save(plain)
    assert "Give a reason why Q1 does not apply." in plain.page.inner_text("main")
    plain.page.get_by_label("Why does Q1 not apply to you?").fill("We have no staff.")
    save(plain)
    standing = desk.standing(plain.answer)
    assert (standing["verdict"], standing["reason"]) == ("na", "We have no staff.")


def test_stale_save_shows_both_texts(plain, desk):
    person = desk.people_of(plain.answer)[0]
    desk.save(person, plain.answer, {"note": "Saved meanwhile."})
    plain.row.locator('[name="note"]').fill("Typed meanwhile.")
    save(plain)
    block = plain.page.locator("[data-conflict]")
    texts = block.locator(".versus p:not(.label)").all_inner_texts()
    assert texts == ["Typed meanwhile.", "Saved meanwhile."]
    follow(block.get_by_role("button", name="Keep both"))
    both = "Saved meanwhile.\n\nTyped meanwhile."
    assert desk.standing(plain.answer)["note"] == both


def test_comment_is_added(plain, desk):
    follow(plain.page.get_by_role("link", name="Comments"))
    plain.page.fill("#talk", "Who keeps the list?")
    follow(plain.page.get_by_role("button", name="Comment"))
    assert desk.standing(plain.answer)["comments"] == ["Who keeps the list?"]


def test_evidence_is_added(plain, desk, tmp_path):
    follow(plain.row.locator("[data-add-evidence]"))
    paper = tmp_path / "list.csv"
    paper.write_text("no;activity\n")
    plain.page.set_input_files("#id_upload", paper)
    plain.page.fill("#id_title", "The list")
    follow(plain.page.get_by_role("button", name="Add evidence"))
    assert desk.standing(plain.answer)["evidence"] == ["The list"]
    assert "The list" in plain.row.inner_text()


def test_several_files_are_added_and_a_bad_one_is_refused_in_words(plain, desk, tmp_path):
    follow(plain.row.locator("[data-add-evidence]"))
    papers = [tmp_path / name for name in ("one.csv", "page.html", "two.csv")]
    for paper in papers:
        paper.write_text(f"no;{paper.name}\n")
    plain.page.set_input_files("#id_upload", papers)
    follow(plain.page.get_by_role("button", name="Add evidence"))
    said = "page.html: Web pages and SVG pictures can run code."
    assert said in plain.page.inner_text(".errsum, [role=alert]")
    assert desk.standing(plain.answer)["evidence"] == ["one.csv", "two.csv"]


def test_filter_and_search_show_their_rows(plain):
    follow(plain.page.get_by_role("link", name="Unanswered"))
    assert plain.page.locator("form[data-q]").count() == 8
    plain.page.fill("#q", "Q7")
    with plain.page.expect_event("load"):
        plain.page.press("#q", "Enter")
    assert plain.page.locator("form[data-q]").count() == 1


def test_report_is_asked_for_and_made(plain):
    plain.page.goto(plain.path)
    plain.page.locator(".exports summary").click()
    follow(plain.page.get_by_role("link", name="PDF report"))
    follow(plain.page.get_by_role("button", name="Make report"))
    link = plain.page.get_by_role("link", name="Download the PDF")

    def is_there():
        plain.page.reload()
        return link.count()

    until(is_there, bool, 60)
