"""The pages of proof without JavaScript: an audit pack is made, checked, brought in."""

from zipfile import ZipFile

import pytest

from tests.browser.conftest import cookie
from tests.browser.window import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADA, ZOE = "ada@nordhavn.example", "zoe@suedwind.example"
NORDHAVN, SUEDWIND = "/o/nordhavn/", "/o/suedwind/"


@pytest.fixture
def plain(desk, open_window):
    """``plain(email, path)``: a page without JavaScript, of that person or of nobody."""

    def start(email="", path=""):
        session = desk.session_of(email) if email else ""
        return open_window(session, path, java_script_enabled=False).page

    return start


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def send(page, path, name):
    """Choose a file, or none, and press; what the page says of it."""
    page.set_input_files('input[type="file"]', path or [])
    press(page, name)
    return page.locator("main").inner_text()


@pytest.fixture(scope="module")
def pack(desk, site, browser, tmp_path_factory):
    """The folder with what was in an audit pack that Ada made and took away."""
    folder = tmp_path_factory.mktemp("pack")
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    context.add_cookies([cookie(site, desk.session_of(ADA))])
    page = context.new_page()
    page.goto(f"{NORDHAVN}exports/of/{desk.signed_place()}/")
    press(page, "Make an audit pack")
    way = page.get_by_role("button", name="Download the ZIP")

    def is_there():
        page.reload()
        return way.count()

    until(is_there, bool, 60)
    with page.expect_download() as download:
        way.click()
    with ZipFile(download.value.path()) as made:
        made.extractall(folder)
    context.close()
    return folder


def test_report_of_a_pack_is_checked_by_anybody(plain, pack):
    report = bytearray((pack / "report.pdf").read_bytes())
    report[len(report) // 2] ^= 1
    for name, data in (("changed.pdf", report), ("none.txt", b"x"), ("no.pdf", b"")):
        (pack / name).write_bytes(data)
    page = plain(path="/verify/")
    assert "Everything agrees" in send(page, pack / "report.pdf", "Check")
    changed = send(page, pack / "changed.pdf", "Check")
    assert "The file was changed after it was sealed." in changed
    assert "Do not rely on this file." in changed
    said = send(page, pack / "none.txt", "Check")
    assert "The file is no PDF. Choose a file" in said
    assert "The file is empty." in send(page, pack / "no.pdf", "Check")
    assert "Choose the PDF of a report." in send(page, None, "Check")
