"""What makes the engine faster changes no byte of what it writes."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from compliance.reports import cutting
from compliance.reports.html import pieces_of, stylesheet
from tests.reports.papers import make_full_paper

pytestmark = pytest.mark.slow

UNTAUGHT = """
import sys, weasyprint
from compliance.press import pdf, weasyprint_patches

pdf.do_nothing_twice = weasyprint_patches._keep_page_references
pdf.source = lambda text, fetcher: weasyprint.HTML(string=text, url_fetcher=fetcher)
sys.exit(pdf.main())
"""


def written(pieces, folder, *command):
    """The bytes of a report whose file a process of that command makes."""
    folder.mkdir()
    paths = [folder / f"{number}.html" for number in range(len(pieces))]
    for path, piece in zip(paths, pieces, strict=True):
        path.write_text(piece)
    job = {
        "pieces": [str(path) for path in paths], "css": stylesheet(), "fonts": str(folder / "fonts"),
        "path": str(folder / "report.pdf"), "attachments": [],
        "bytes": 2 * 2**30, "seconds": 120, "workers": 1,
    }  # fmt: skip
    subprocess.run(
        [sys.executable, *command],
        input=json.dumps(job),
        text=True,
        check=True,
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
    )
    return (folder / "report.pdf").read_bytes()


@pytest.mark.parametrize("weight", [cutting.WHOLE, 0])
def test_taught_engine_writes_the_same_bytes(weight, tmp_path, monkeypatch):
    monkeypatch.setattr(cutting, "WHOLE", weight)
    monkeypatch.setattr(cutting, "PIECE", 20_000)
    pieces = pieces_of(make_full_paper())
    assert (len(pieces) == 1) == (weight > 0)
    taught = written(pieces, tmp_path / "a", "-m", "compliance.press.pdf")
    assert taught == written(pieces, tmp_path / "b", "-c", UNTAUGHT)
