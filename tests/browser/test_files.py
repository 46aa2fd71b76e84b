"""Files by picking, dropping and pasting, with their progress; refusals in words."""

from types import SimpleNamespace

import pytest

from tests.browser.conftest import PDF
from tests.browser.test_accessible import faults_here, looks
from tests.browser.window import becomes, follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CLIP = """async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 9, height: 7 });
    canvas.getContext("2d").fillRect(0, 0, 9, 7);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}"""
TYPED = "Typed before the file fell on it."


@pytest.fixture
def library(desk, open_window):
    """Cara at the library of a new organisation."""
    made = desk.assessment("Cara")
    path = made["path"].split("assessments/")[0] + "evidence/"
    window = open_window(made["sessions"][0], path)
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return SimpleNamespace(page=window.page, path=path, window=window)


def drop(page, selector, *paths):
    """Let files of the disk fall on an element, as the system does it."""
    box = page.locator(selector).first.bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + min(box["height"] / 2, 40)}
    line = page.context.new_cdp_session(page)
    data = {"items": [], "files": list(paths), "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        line.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})


def slow_down(line, bytes_a_second):
    """By the session of DevTools that slowed it down before: each has its own limit."""
    conditions = {
        "offline": False,
        "latency": 0,
        "downloadThroughput": -1,
        "uploadThroughput": bytes_a_second,
    }
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", conditions)


def said(page):
    return page.locator("[data-queue-said]").inner_text()


def titles(page):
    return sorted(page.locator(".evtable .tl").all_inner_texts())


def test_files_are_picked_dropped_and_pasted_and_a_bad_one_is_refused(library, papers):
    page = library.page
    follow(page.get_by_role("link", name="Add evidence").first)
    bad = papers("page.html", b"<!doctype html><script>alert(1)</script>")
    page.set_input_files("#id_upload", [papers("one.pdf"), bad])
    drop(page, "#id_upload", papers("two.pdf"))
    page.evaluate(CLIP)
    page.keyboard.press("Control+v")
    chosen = "[...document.getElementById('id_upload').files].map((one) => one.name)"
    until(lambda: page.evaluate(chosen), lambda names: len(names) == 4)
    page.fill("#id_document_on", "2026-01-12")
    page.get_by_role("button", name="Add evidence").click()
    becomes(lambda: said(page), "3 of 4 added, 1 not.")
    refused = page.locator("[data-queue] li.qwarn")
    assert refused.count() == 1
    assert "Web pages and SVG pictures can run code." in refused.inner_text()
    assert looks(page) == []
    page.goto(library.path)
    one, pasted, two = titles(page)
    assert (one, two) == ("one.pdf", "two.pdf")
    assert pasted.startswith("pasted 20")
    page.get_by_role("link", name="two.pdf").click()
    until(lambda: page.inner_text("#pane"), lambda text: "12 Jan 2026" in text)


def test_progress_is_seen_and_one_can_be_cancelled(library, papers):
    page = library.page
    line = page.context.new_cdp_session(page)
    slow_down(line, 30_000)  # for as long as axe takes
    drop(page, "main", papers("long.pdf", PDF + b"%" * 900_000), papers("next.pdf"))
    sum_ = page.locator("[data-queue-sum]")
    until(sum_.inner_text, lambda text: text.startswith("0 of 2 files, "))
    bar = page.locator("[data-queue] progress").first
    half = until(lambda: bar.evaluate("(one) => one.value"), lambda value: value > 10)
    assert half < 100
    assert faults_here(page) == []
    page.get_by_role("button", name="Cancel long.pdf").click()
    becomes(lambda: said(page), "1 of 1 added.")
    assert until(lambda: titles(page), bool) == ["next.pdf"]
    slow_down(line, -1)
    page.get_by_role("button", name="Try again long.pdf").click()
    becomes(lambda: said(page), "2 of 2 added.")
    becomes(lambda: titles(page), ["long.pdf", "next.pdf"])


def test_file_dropped_on_a_question_is_its_evidence_and_typed_text_stays(work, desk, papers):
    first, second = work.answers[:2]
    work.window.open(first)
    work.page.route("**/answers/*/save/", lambda route: route.abort("failed"))
    work.window.note(first).fill(TYPED)
    drop(work.page, f'form[data-q="{first}"]', papers("log.pdf"))
    proof = work.page.locator(f"#proofs-{first} .chip", has_text="log.pdf")
    proof.wait_for()
    assert desk.standing(first)["evidence"] == ["log.pdf"]
    assert work.window.note(first).input_value() == TYPED
    drop(work.page, f'form[data-q="{second}"]', papers("minutes.pdf"))
    until(lambda: desk.standing(second)["evidence"], bool)
    assert desk.standing(second)["evidence"] == ["minutes.pdf"]


def test_lost_line_is_named_and_the_file_can_be_sent_again(library, papers):
    page = library.page
    page.route("**/evidence/add/", lambda route: route.abort("failed"))
    drop(page, "main", papers("one.pdf"))
    becomes(lambda: said(page), "0 of 1 added, 1 not.")
    assert "Not added: the line is down." in page.inner_text("[data-queue]")
    page.unroute("**/evidence/add/")
    page.get_by_role("button", name="Try again one.pdf").click()
    becomes(lambda: titles(page), ["one.pdf"])


def test_piece_opened_by_key_is_read_and_left_by_escape(library, papers):
    page = library.page
    drop(page, "main", papers("one.pdf"), papers("two.pdf"))
    becomes(lambda: titles(page), ["one.pdf", "two.pdf"])
    page.locator(".evtable .tl", has_text="one.pdf").focus()
    page.keyboard.press("Enter")
    focused = "document.activeElement.textContent.trim()"
    becomes(lambda: page.evaluate("document.activeElement.id"), "pane-h")
    assert page.evaluate(focused) == "one.pdf"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "tl"


def test_files_added_for_an_answer_lead_back_to_its_row(work, desk, papers):
    page, answer = work.page, work.answers[0]
    page.goto(f"{work.path}answers/{answer}/evidence/")
    for names in (["log.pdf"], ["minutes.pdf", "list.pdf"]):
        page.set_input_files('input[type="file"]', [papers(n) for n in names])
        page.get_by_role("button", name="Add evidence").click()
        work.window.note(answer).wait_for()
        page.locator(f"#proofs-{answer}").get_by_text(names[-1]).first.wait_for()
        page.go_back()
    assert len(desk.standing(answer)["evidence"]) == 3


def test_library_is_filtered_as_one_types(work, desk):
    first, second = work.answers[:2]
    desk.attach_link(first)
    page = work.page
    page.goto(f"{work.path}answers/{second}/evidence/")
    page.locator("#lib-q").press_sequentially("pol")
    page.locator("#found").get_by_text("Policy").first.wait_for()
    page.locator("#lib-q").press_sequentially("ish")
    page.get_by_text("Nothing else in the library has “polish”").wait_for()
    assert page.evaluate("document.activeElement.id") == "lib-q"
    assert work.window.faults == []
