"""Patches that make the engine faster save work and change no byte of its pages."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from compliance.proof.press import engine, process, weasyprint_patches
from compliance.proof.press.api import RenderError
from compliance.proof.press.job import Limits
from compliance.reporting.reports import split
from compliance.reporting.reports.html import html_of, pieces_of, stylesheet
from tests.proof.press.printing import render
from tests.reporting.reports.papers import make_full_paper, make_paper

pytestmark = pytest.mark.slow

PAGE = '<html lang="en"><title>x</title><h2>One</h2><p>Two</p>'
PATCHES = [patch.__name__ for patch in weasyprint_patches.PATCHES]
PAPERS = pytest.mark.parametrize("paper", [make_paper, pytest.param(make_full_paper, marks=pytest.mark.long)])
UNPATCHED = """
import sys
from compliance.proof.press import pdf, weasyprint_patches

weasyprint_patches.PATCHES = ()
sys.exit(pdf.main())
"""


def run(given, *command):
    return subprocess.run(
        [sys.executable, *command],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        cwd=process.ROOT,
    ).stdout


def written(pieces, folder, *command):
    """The bytes of a report whose file a process of that command makes."""
    folder.mkdir()
    paths = [folder / f"{number}.html" for number in range(len(pieces))]
    for path, piece in zip(paths, pieces, strict=True):
        path.write_text(piece)
    limits = Limits(120, 2 * 2**30)
    job = process.job_of(list(map(str, paths)), stylesheet(), folder / "fonts", limits)
    job |= {"path": str(folder / "report.pdf"), "workers": 1}
    run(job, *command)
    return (folder / "report.pdf").read_bytes()


@pytest.mark.parametrize("weight", [split.WHOLE, 0])
@PAPERS
def test_patched_engine_writes_the_same_bytes(paper, weight, tmp_path, monkeypatch):
    monkeypatch.setattr(split, "WHOLE", weight)
    monkeypatch.setattr(split, "PIECE", 20_000)
    pieces = pieces_of(paper())
    assert (len(pieces) == 1) == (weight > 0)
    patched = written(pieces, tmp_path / "a", "-m", "compliance.proof.press.pdf")
    assert patched == written(pieces, tmp_path / "b", "-c", UNPATCHED)


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """The file and the counts of work, with the named patch alone or none."""
    folder = tmp_path_factory.mktemp("counted")

    @cache
    def count(paper, name):
        text = html_of(paper())
        path = folder / f"{name}.pdf"
        given = {
            "html": text,
            "css": stylesheet(),
            "path": str(path),
            "fonts": str(folder),
            "patch": name,
        }
        counts = json.loads(run(given, "-m", "tests.proof.press.counting"))["calls"]
        return path.read_bytes(), counts

    return count


@pytest.mark.parametrize("name", PATCHES)
@PAPERS
def test_each_patch_alone_saves_its_work_and_no_byte(paper, name, counted):
    unpatched, most = counted(paper, "")
    pages, calls = counted(paper, name)
    assert pages == unpatched
    assert calls[name] < most[name] / 2


@pytest.mark.parametrize("name", PATCHES)
def test_each_patch_has_a_text_for_its_project(name):
    text = Path(process.ROOT, "docs/upstream", f"{name}.md").read_text()
    for heading in ("## Problem", "## Measured", "## Proposed change"):
        assert heading in text


@pytest.fixture
def strange(monkeypatch):
    """An engine that Attest does not know."""
    process._warn.cache_clear()
    monkeypatch.setattr(process, "MODULE", "tests.proof.press.strange_engine")


@pytest.mark.usefixtures("strange")
def test_unknown_version_runs_unpatched_and_is_logged_once(tmp_path, monkeypatch, caplog):
    for name in ("a", "b"):
        render([PAGE], "", tmp_path / name, lambda *step: None)
    [warning] = [one for one in caplog.records if one.levelname == "WARNING"]
    assert "WeasyPrint 70.9 and pydyf 0.13.0 are installed" in warning.getMessage()
    monkeypatch.setattr(process, "MODULE", "compliance.proof.press.pdf")
    render([PAGE], "", tmp_path / "known", lambda *step: None)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "known").read_bytes()


@pytest.mark.usefixtures("strange")
@pytest.mark.parametrize("part", ["weasyprint.pdf.resolve_links", "pydyf._to_bytes"])
def test_engine_that_lacks_a_part_is_refused_in_words(part, tmp_path):
    with pytest.raises(RenderError, match=f"Attest needs {part} as in WeasyPrint 70.0"):
        render([PAGE], f"/* {part} */", tmp_path / "x", lambda *step: None)
    assert not (tmp_path / "x").exists()


def test_versions_that_are_installed_are_known():
    assert engine.installed() == engine.KNOWN
    assert engine.refusal() == ""
