"""How reading ends that gives no result: the file is blamed for its own faults only."""

import io
import json
import time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compliance.assurance.answer_sheets import process as sheets
from compliance.assurance.answer_sheets.returned_rows import SheetError
from compliance.assurance.bundles.process import UnreadableError, opened
from compliance.content.checklist_files import process as formats
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.formats import limits, pending_imports
from compliance.ground.sandbox import process
from compliance.proof.verifier import checked as verified
from tests.assurance.bundles import making as bundles
from tests.content.checklist_files.making import make_sheet
from tests.content.checklist_files.raising import SECRET
from tests.content.foreign_formats.catalogs import ASVS_CSV, make_asvs, make_library, make_pia

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cold")]
SHEET = make_sheet(2)


def as_json(value):
    return json.dumps(value, default=str).encode()


OURS = {name: kind.write(SHEET) for name, kind in FORMATS.items()}
FILES = {
    **{name: (content, FORMATS[name].suffix) for name, content in OURS.items()},
    "CISO library": (as_json(make_library()), ".json"),
    "PIA": (as_json(make_pia()), ".json"),
    "ASVS": (as_json(make_asvs()), ".json"),
    "ASVS as CSV": (ASVS_CSV, ".csv"),
}


@pytest.fixture
def broken(monkeypatch):
    monkeypatch.setattr(process, "CHILD", "tests.content.checklist_files.raising")


def is_blamed(words, caplog):
    """Whether Attest is blamed, and the log knows the way to it and nothing else."""
    assert words.startswith("Attest failed on this; the file is not to blame.")
    [record] = [one for one in caplog.records if one.levelname == "ERROR"]
    said = record.getMessage()
    assert "builtins.KeyError" in said
    assert "raising.py" in said
    assert SECRET not in said
    return True


@pytest.mark.parametrize("name", FILES)
def test_reader_that_breaks_blames_attest(name, broken, caplog):
    content, suffix = FILES[name]
    [fault] = formats.read([content], f"x{suffix}").faults
    assert is_blamed(str(fault), caplog)


def test_reader_of_answer_sheets_that_breaks_blames_attest(broken, caplog):
    with pytest.raises(SheetError) as refused:
        sheets.read([OURS["xlsx"]])
    assert is_blamed(str(refused.value), caplog)


def test_library_that_cannot_read_a_damaged_sheet_blames_the_file(caplog):
    damaged = io.BytesIO()
    with (
        ZipFile(io.BytesIO(OURS["xlsx"])) as whole,
        ZipFile(damaged, "w", ZIP_DEFLATED) as archive,
    ):
        for name in whole.namelist():
            part = whole.read(name)
            if name == "xl/_rels/workbook.xml.rels":
                part = part.replace(b'xmlns="http://', b'xmlns="http://://', 1)
            archive.writestr(name, part)
    with pytest.raises(SheetError, match="is damaged and cannot be read"):
        sheets.read([damaged.getvalue()])
    [fault] = formats.read([damaged.getvalue()], "x.xlsx").faults
    assert "is damaged and cannot be read" in str(fault)
    assert caplog.records == []


def test_verifier_that_breaks_blames_attest(broken, caplog, tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    with (
        (tmp_path / "x.pdf").open("rb") as file,
        pytest.raises(verified.NoReportError) as refused,
    ):
        verified.verified(file, [])
    assert is_blamed(str(refused.value), caplog)


def test_reader_of_bundles_that_breaks_blames_attest(cast, broken, caplog, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    content = bundles.bundle_of(bundles.make_everything(cast))
    with (
        bundles.as_file(content) as file,
        pytest.raises(UnreadableError) as refused,
        opened(file),
    ):
        pass
    assert is_blamed(str(refused.value), caplog)


def test_module_that_cannot_be_loaded_is_a_fault_of_attest(caplog):
    with (
        pytest.raises(process.FailedError),
        process.output_of("tests.nowhere", [], [b""], seconds=5, memory_bytes=2**28),
    ):
        pass
    assert "builtins.ModuleNotFoundError" in caplog.text


def test_page_blames_attest_and_says_what_to_do(cast, sign_in, broken):
    client = sign_in(cast.ada)
    path = reverse("checklist_files:checklist_read", args=["acme"])
    upload = SimpleUploadedFile("own.yaml", OURS["yaml"])
    page = client.post(path, {"upload": upload}).content.decode()
    assert "Attest failed on this; the file is not to blame." in page
    assert "ask the person who runs Attest to look in its log" in page


def test_clock_that_runs_out_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setattr(process, "PATIENCE_SECONDS", 0.01 - limits.SECONDS)
    [fault] = formats.read([OURS["yaml"]], "x.yaml").faults
    assert str(fault).startswith("The server is busy")
    assert str(fault).endswith("Try again later.")


def test_time_that_is_waited_is_no_work(monkeypatch):
    began = time.monotonic()
    with process.output_of(
        "tests.content.checklist_files.working", ["2", "0"], [], seconds=1, memory_bytes=2**28
    ) as output:
        assert output.read() == b"done"
    assert time.monotonic() - began > 2


def test_work_that_takes_too_long_is_named_as_such():
    with (
        pytest.raises(process.UnfinishedError, match="more than 1 seconds of work"),
        process.output_of(
            "tests.content.checklist_files.working",
            ["0", "9"],
            [],
            seconds=1,
            memory_bytes=2**28,
        ),
    ):
        pass


def test_bundle_that_cannot_be_read_again_is_refused_on_its_page(
    cast, sign_in, monkeypatch, settings, tmp_path
):
    settings.FILES_DIR = tmp_path / "files"
    content = bundles.bundle_of(bundles.make_everything(cast))
    draft = pending_imports.keep_file(user_id=cast.zoe.pk, thing_id=cast.other.pk, chunks=[content])
    monkeypatch.setattr(process, "PATIENCE_SECONDS", -1000)
    client = sign_in(cast.zoe)
    shown = client.get(reverse("bundles:bundle_preview", args=[cast.other.slug]), {"draft": draft})
    taken = client.post(
        reverse("bundles:bundle_take", args=[cast.other.slug]),
        {"draft": draft, "seen": "x"},
    )
    for page in (shown, taken):
        assert page.status_code == 422
        assert "The server is busy" in page.content.decode()
