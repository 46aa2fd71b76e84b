"""A checklist that LibreOffice opened and saved again is the same checklist."""

import json
import subprocess

import pytest

from compliance.content.checklist_files.writing import FORMATS
from tests.content.checklist_files.making import make_sheet
from tests.content.checklist_files.reading import read

pytestmark = [
    pytest.mark.long,
    pytest.mark.needs("soffice"),
]
FILTERS = {
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76",
}


def saved(content, name, folder):
    """A file of ours once LibreOffice has saved it as its own kind."""
    source = folder / f"own.{name}"
    source.write_bytes(content)
    out = folder / "out"
    subprocess.run(
        [
            "soffice",
            "--headless",
            "--norestore",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to",
            FILTERS[name],
            "--outdir",
            str(out),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (out / f"own.{name}").read_bytes()


def plain(document):
    """A document with the one line end that LibreOffice keeps."""
    return json.dumps(document, sort_keys=True).replace("\\r\\n", "\\n")


@pytest.mark.parametrize("name", FILTERS)
def test_file_saved_by_libreoffice_is_the_same_checklist(name, tmp_path):
    sheet = make_sheet(6)
    content = saved(FORMATS[name].write(sheet), name, tmp_path)
    found = read(content, f".{name}")
    assert found.faults == ()
    words = (found.title, found.summary, found.theme)
    assert words == (sheet.title, sheet.summary, sheet.theme)
    assert plain(found.document) == plain(sheet.document)
