"""The process that makes the file is killed when it takes too much."""

import itertools
import time

import pytest

from compliance.proof.press import process
from compliance.proof.press.api import Limits, RenderError
from tests.proof.press.printing import render
from tests.reporting.reports.breaking import KILLED, SECRET
from tests.support.costs import busy

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("cold")]

FETCHES = '<html lang="en"><title>x</title><img alt="x" src="http://127.0.0.1:9/x.png">'
PAGE = '<html lang="en"><title>x</title><h2>One</h2><p>Two</p>'


def silent(step, percent):
    pass


def test_runaway_is_stopped_at_the_wall(tmp_path):
    limits = Limits(2, 2**30)
    with pytest.raises(RenderError, match="longer than 2 seconds"):
        render([PAGE + "<p>word " * 300_000], "", tmp_path / "x.pdf", silent, limits=limits)


@pytest.mark.parametrize("broken", ["_prepare", "_lay_out"])
def test_log_has_the_way_to_a_fault_and_no_word_of_an_answer(broken, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(process, "MODULE", "tests.reporting.reports.breaking")
    with pytest.raises(RenderError, match="could not be laid out"):
        render([PAGE + broken], "", tmp_path / "x.pdf", silent)
    [record] = [one for one in caplog.records if one.levelname == "ERROR"]
    assert "builtins.KeyError" in record.getMessage()
    assert "breaking.py" in record.getMessage()
    assert SECRET not in caplog.text


@pytest.mark.parametrize("where", ["_prepare", "_lay_out"])
def test_process_that_was_killed_is_not_called_slow(where, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "MODULE", "tests.reporting.reports.breaking")
    with pytest.raises(RenderError, match="ran out of memory") as refused:
        render([PAGE + KILLED + where], "", tmp_path / "x.pdf", silent)
    assert "seconds" not in str(refused.value)


def test_glutton_is_stopped_at_its_memory(tmp_path):
    limits = Limits(600, 200 * 2**20)
    with pytest.raises(RenderError, match="memory"):
        render(
            [PAGE + "<p>word</p>" * 300_000],
            "",
            tmp_path / "x.pdf",
            silent,
            limits=limits,
        )


def test_nothing_outside_is_fetched(tmp_path):
    with pytest.raises(RenderError, match="outside itself"):
        render([FETCHES], "", tmp_path / "x.pdf", silent)


class StoppedError(Exception):
    pass


def test_what_the_listener_raises_stops_all_at_once(tmp_path):
    began = []

    def stop(step, percent):
        if step.startswith("Laying out page"):
            began.append(time.monotonic())
            raise StoppedError

    with pytest.raises(StoppedError):
        render([PAGE + "<p>word</p>" * 100_000], "", tmp_path / "x.pdf", stop)
    assert time.monotonic() - began[0] < 2 * busy()
    assert list(tmp_path.glob("tmp*")) == []


def test_steps_are_reported_every_second(tmp_path):
    heard = []
    render(
        [PAGE + "<p>" + "word " * 30_000],
        "",
        tmp_path / "x.pdf",
        lambda *step: heard.append(time.monotonic()),
    )
    assert max(b - a for a, b in itertools.pairwise(heard)) < 2


def test_steps_come_before_the_file(tmp_path):
    steps = []
    render([PAGE], "", tmp_path / "x.pdf", lambda step, _: steps.append(step))
    assert steps[0] == "Writing down answers"
    assert steps[-1] == "Binding pages"
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_full_disk_is_named_as_such(tmp_path):
    (tmp_path / "report").symlink_to("/dev/full")
    with pytest.raises(RenderError, match="The disk is full"):
        render(["<h1>Page</h1>"], "", tmp_path / "report", lambda *step: None)
