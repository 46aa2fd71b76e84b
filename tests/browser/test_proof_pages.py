"""The pages of proof, by what a person presses, most of it without JavaScript."""

from zipfile import ZipFile

import pytest

from tests.browser.authenticator import confirm
from tests.browser.conftest import own_desk, own_site
from tests.browser.window import active, follow, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADA, ZOE = "ada@nordhavn.example", "zoe@suedwind.example"
NORDHAVN, SUEDWIND = "/o/nordhavn/", "/o/suedwind/"
site, desk = own_site, own_desk


@pytest.fixture
def plain(desk, open_window):
    """``plain(email, path)``: a page without JavaScript, of that person or of nobody."""

    def start(email="", path=""):
        session = desk.session_of(email) if email else ""
        return open_window(session, path, java_script_enabled=False).page

    return start


def press(page, name):
    follow(page.get_by_role("button", name=name, exact=True))


def send(page, path, name):
    """Choose a file, or none, and press; what the page says of it."""
    page.set_input_files('input[type="file"]', path or [])
    press(page, name)
    return page.locator("main").inner_text()


@pytest.fixture
def pack(desk, plain, tmp_path):
    """The folder with what was in an audit pack that Ada made and took away."""
    page = plain(ADA, f"{NORDHAVN}exports/of/{desk.signed_place()}/")
    press(page, "Make an audit pack")
    way = page.get_by_role("link", name="Download the ZIP")

    def is_there():
        page.reload()
        return way.count()

    until(is_there, bool, 60)
    follow(way)
    press(page, "Download the ZIP")
    with page.expect_download() as download:
        confirm(page, "attest demo 2026")
    with ZipFile(download.value.path()) as made:
        made.extractall(tmp_path)
    return tmp_path


def test_report_of_a_pack_is_checked_by_anybody(plain, pack):
    report = bytearray((pack / "report.pdf").read_bytes())
    report[len(report) // 2] ^= 1
    (pack / "changed.pdf").write_bytes(report)
    page = plain(path="/verify/")
    assert "Everything agrees" in send(page, pack / "report.pdf", "Check")
    changed = send(page, pack / "changed.pdf", "Check")
    assert "The file was changed after it was sealed." in changed
    assert "Do not rely on this file." in changed
    said = send(page, pack / "README.txt", "Check")
    assert "The file is not a PDF. Choose a file" in said
    assert "Choose the PDF of a report." in send(page, None, "Check")


def test_bundle_is_looked_at_then_brought_in(plain, pack):
    page = plain(ZOE, f"{SUEDWIND}bundles/in/")
    choose = "Preview"
    assert "Choose the file." in send(page, None, choose)
    shown = send(page, pack / "bundle.zip", choose)
    assert "Nothing is saved yet." in shown
    assert "This installation wrote the bundle" in shown
    press(page, "Import")
    assert "was imported, with an equal content hash." in page.inner_text("#undo")
    follow(page.get_by_role("link", name="Imported"))
    assert "each is as it was recorded" in page.inner_text("main")


def test_trail_is_filtered_verified_and_taken(plain):
    page = plain(ADA, f"{NORDHAVN}trail/")
    page.get_by_label("Text").fill("no entry says this")
    press(page, "Show")
    assert "No entry fits." in page.inner_text("main")
    follow(page.get_by_role("link", name="Show all").first)
    follow(page.get_by_role("link", name="Verify"))
    assert "events are as written." in page.inner_text("main")
    press(page, "Download as CSV")
    with page.expect_download() as taken:
        confirm(page, "attest demo 2026")
    assert taken.value.path().read_bytes().count(b"\n") > 100


def test_moments_are_shown_and_compared(desk, plain):
    page = plain(ADA, f"{NORDHAVN}reports/as-of/{desk.signed_place()}/")
    press(page, "Show")
    assert "Answers then" in page.inner_text("main")
    now = page.locator("#at").input_value()
    page.get_by_label("Compare with").fill(now)
    press(page, "Show")
    assert "Nothing that matters differs" in page.inner_text("main")
    page.get_by_label("Compare with").fill("2000-01-01T00:00")
    press(page, "Show")
    assert "There is nothing to compare with" in page.inner_text("main")
    follow(page.get_by_role("link", name="Report of this moment"))
    assert "after entry" in page.inner_text("main")


def test_auditor_samples_flags_asks_and_takes_what_was_given(desk, plain):
    seat = f"{NORDHAVN}audit/{desk.demo_seat()}/"
    page = plain("eloise@audit.example", f"{seat}sample/")
    page.get_by_label("How").select_option("random")
    page.get_by_label("Questions").fill("2")
    press(page, "Pick")
    assert "2 questions drawn." in page.inner_text("main")
    drawn = page.get_by_role("listitem").filter(has_text="To look at")
    follow(drawn.get_by_role("link").first)
    press(page, "Flag")
    assert "Say what is wrong." in page.inner_text(".field .error")
    page.get_by_label("Note").fill("Where is the log?")
    press(page, "Flag")
    assert page.locator(".badge", has_text="Flagged").count() == 1
    press(page, "Ask")
    assert "Say what you need." in page.inner_text("main")
    page.get_by_label("Your request").fill("The log of May")
    press(page, "Ask")
    follow(page.get_by_role("link", name="The log of May"))
    bruno = plain("bruno@nordhavn.example", f"{NORDHAVN}requests/")
    follow(bruno.get_by_role("link", name="The log of May"))
    bruno.get_by_label("Message").fill("Here it is.")
    bruno.get_by_label("File from the library").select_option(index=1)
    press(bruno, "Answer")
    page.reload()
    with page.expect_download() as taken:
        page.locator("a.chip").click()
    assert taken.value.path().stat().st_size > 0
    press(page, "I have what I need: close")
    assert "is closed." in page.inner_text("main")


def test_share_link_opens_until_it_is_taken_back(desk, plain):
    page = plain(ADA, f"{NORDHAVN}assessments/{desk.signed_place()}/auditors/")
    form = page.locator("form", has=page.get_by_text("Make the link"))
    form.get_by_label("Days").fill("91")
    press(page, "Make the link")
    confirm(page, "attest demo 2026")
    said = page.inner_text("main [role=alert]")
    for words in ("Name the recipient of the link.", "from 1 to 90"):
        assert words in said
    form.get_by_label("Recipient").fill("Bank of Oslo")
    form.get_by_label("Days").fill("7")
    press(page, "Make the link")
    link = page.get_by_label("Address of the link").input_value()
    nobody = plain(path=link[link.index("/share/") :])
    follow(nobody.get_by_role("table").get_by_role("link").first)
    follow(nobody.get_by_role("link", name="All sections"))
    kept = page.get_by_role("listitem").filter(has_text="Bank of Oslo")
    follow(kept.get_by_role("button"))
    nobody.reload()
    assert "Nothing opens here" in nobody.inner_text("main")


def test_signed_assessment_is_asked_to_be_reopened_and_left(desk, plain):
    path = f"{NORDHAVN}assessments/{desk.signed_place()}/review/"
    page = plain(ADA, path)
    press(page, "Ask to reopen")
    confirm(page, "attest demo 2026")
    page.locator("main").get_by_text("Give the reason for reopening.").wait_for()
    page.get_by_label("Why reopen it?").fill("A file was wrong.")
    press(page, "Ask to reopen")
    main = page.locator("main")
    main.get_by_text("A second person approves it").first.wait_for()
    irena = plain("irena@nordhavn.example", path)
    press(irena, "Leave it signed")
    confirm(irena, "attest demo 2026")
    irena.locator("main").get_by_text("It stays signed.").wait_for()


def test_keys_stay_on_the_button_while_a_report_is_made(desk, open_window):
    made = desk.many(400, "Cara")
    path = made["path"].replace("/assessments/", "/reports/ask/")
    page = open_window(made["sessions"][0], path).page
    page.get_by_role("button", name="Make report").click()
    cancel = page.get_by_role("button", name="Cancel this report")
    cancel.focus()
    page.evaluate("document.querySelector('#report-state').dataset.old = 1")
    page.locator("#report-state:not([data-old])").wait_for()
    assert active(page) == "Cancel this report"
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Cancelled").wait_for()


DROP = """() => {
  const data = new DataTransfer();
  data.items.add(new File(["no PDF"], "dropped.pdf", { type: "application/pdf" }));
  const said = { dataTransfer: data, bubbles: true, cancelable: true };
  const place = document.querySelector("h1");
  for (const kind of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(kind, said));
}"""


def test_file_that_is_dropped_beside_the_field_is_taken(open_window):
    window = open_window(path="/verify/")
    window.page.evaluate(DROP)
    assert window.page.evaluate("document.activeElement.files[0].name") == "dropped.pdf"
    window.page.get_by_role("button", name="Check").click()
    window.page.get_by_text("The file is not a PDF.").wait_for()
    assert window.scripts == []
