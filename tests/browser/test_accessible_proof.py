"""Pages of proof: no accessibility fault, where tests change what the demo has."""

from zipfile import ZipFile

import pytest

from tests.browser.authenticator import confirm
from tests.browser.conftest import own_desk, own_site
from tests.browser.test_accessible import looks

pytestmark = [pytest.mark.browser, pytest.mark.slow]
site, desk = own_site, own_desk


@pytest.fixture
def places(desk):
    """A session of the demo's owner, and the ids of what the demo has."""
    return desk.session_of("ada@nordhavn.example"), {"signed": desk.signed_place()}


def test_shared_assessment_has_no_fault(desk, open_window, places):
    window = open_window(path=desk.share_demo())
    wrong = looks(window.page)
    window.page.get_by_role("table").get_by_role("link").first.click()
    wrong += looks(window.page) + window.faults
    window.page.goto("/share/wrong/")
    assert wrong + looks(window.page) == []


def test_refused_forms_of_seats_have_no_fault(desk, open_window, places):
    session, ids = places
    here = f"/o/nordhavn/assessments/{ids['signed']}/"
    window = open_window(session, f"{here}auditors/")
    wrong = []
    for name in ("Give the seat", "Make the link"):
        window.page.get_by_role("button", name=name).click()
        confirm(window.page, "attest demo 2026")
        window.page.get_by_role("alert").wait_for()
        wrong += looks(window.page)
    window.page.goto(f"{here}review/")
    window.page.get_by_role("button", name="Ask to reopen").click()
    confirm(window.page, "attest demo 2026")
    window.page.get_by_text("Give the reason for reopening.").wait_for()
    assert wrong + looks(window.page) == []


def test_finished_report_has_no_fault(open_window, places):
    session, ids = places
    window = open_window(session, f"/o/nordhavn/reports/ask/{ids['signed']}/")
    window.page.get_by_label("Evidence register").check()
    window.page.get_by_role("button", name="Make report").click()
    window.page.get_by_role("link", name="Download the PDF").wait_for(timeout=60_000)
    assert looks(window.page) + window.faults == []


def test_pack_its_report_and_its_bundle_have_no_fault(desk, open_window, places, tmp_path):
    session, ids = places
    page = open_window(session, f"/o/nordhavn/exports/of/{ids['signed']}/").page
    page.get_by_role("button", name="Make an audit pack").click()
    ready = page.get_by_role("link", name="Download the ZIP")
    ready.wait_for(timeout=60_000)
    wrong = looks(page)
    ready.click()
    wrong += looks(page)
    page.get_by_role("button", name="Download the ZIP").click()
    page.get_by_role("heading", name="Confirm that it is you").wait_for()
    wrong += looks(page)
    with page.expect_download() as download:
        confirm(page, "attest demo 2026")
    with ZipFile(download.value.path()) as pack:
        pack.extractall(tmp_path)
    wrong += results_of_a_check(open_window().page, tmp_path / "report.pdf")
    page = open_window(desk.session_of("zoe@suedwind.example"), "/o/suedwind/bundles/in/").page
    for leads_on in ("Import", "Choose another file"):
        page.goto("/o/suedwind/bundles/in/")
        page.set_input_files('input[type="file"]', tmp_path / "bundle.zip")
        page.get_by_role("button", name="Preview").click()
        way = page.locator("main .btn", has_text=leads_on)
        way.wait_for()
        wrong += looks(page)
        way.click()
    assert wrong == []


def results_of_a_check(page, report):
    """Faults of the page that says of a report: whole, changed, no report."""
    wrong, data = [], report.read_bytes()
    middle = len(data) // 2
    changed = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    for name, content in (("a.pdf", data), ("b.pdf", changed), ("c.txt", b"x")):
        file = {"name": name, "mimeType": "application/pdf", "buffer": content}
        page.goto("/verify/")
        page.set_input_files("#id_file", file)
        page.get_by_role("button", name="Check").click()
        page.locator("main .note").wait_for()
        wrong += looks(page)
    return wrong


def test_origin_has_no_fault(desk, open_window):
    session = desk.session_of("zoe@suedwind.example")
    window = open_window(session, desk.brought_in())
    window.page.get_by_role("heading", name="Imported from").wait_for()
    assert looks(window.page) + window.faults == []
