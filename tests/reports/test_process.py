"""The process that makes the file is killed when it takes too much."""

import pytest

from compliance.reports.process import RenderError, render

pytestmark = pytest.mark.slow

FETCHES = '<html lang="en"><title>x</title><img alt="x" src="http://127.0.0.1:9/x.png">'
PAGE = '<html lang="en"><title>x</title><h2>One</h2><p>Two</p>'


def silent(step, percent):
    pass


def test_runaway_is_stopped_at_the_wall(tmp_path, settings):
    settings.REPORT_SECONDS = 2
    with pytest.raises(RenderError, match="longer than 2 seconds"):
        render(PAGE + "<p>word " * 300_000, "", tmp_path / "x.pdf", silent)


def test_glutton_is_stopped_at_its_memory(tmp_path, settings):
    settings.REPORT_BYTES = 300 * 2**20
    with pytest.raises(RenderError, match="memory"):
        render(PAGE + "<p>word</p>" * 300_000, "", tmp_path / "x.pdf", silent)


def test_nothing_outside_is_fetched(tmp_path):
    with pytest.raises(RenderError, match="outside itself"):
        render(FETCHES, "", tmp_path / "x.pdf", silent)


def test_steps_come_before_the_file(tmp_path):
    steps = []
    render(PAGE, "", tmp_path / "x.pdf", lambda step, _: steps.append(step))
    assert steps[0] == "Laying out pages"
    assert steps[-1] == "Checking"
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-1.7")
