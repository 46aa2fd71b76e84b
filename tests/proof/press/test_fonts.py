"""The fonts of a report are unpacked once, and only those come along that draw."""

import base64
import errno
import re

import pytest

from compliance.proof.press import fonts
from compliance.reporting.reports.html import stylesheet

pytestmark = pytest.mark.slow


def test_fonts_are_unpacked_once(tmp_path, monkeypatch):
    first = fonts.unpacked(stylesheet(), set("abc"), tmp_path / "fonts")
    monkeypatch.setattr(fonts, "decompress", None)
    assert fonts.unpacked(stylesheet(), set("abc"), tmp_path / "fonts") == first
    kept = {path.read_bytes() for path in (tmp_path / "fonts").iterdir()}
    packed = re.findall('data:font/ttf;base64,([^"]*)', first[0])
    assert {base64.b64decode(text) for text in packed} <= kept
    assert 0 < len(packed) < len(kept)


def test_faces_that_draw_nothing_are_left_out(tmp_path):
    latin, greek = (
        fonts.unpacked(stylesheet(), set(text), tmp_path)[0] for text in ("ABC", "abc\u03bb\u03b4")
    )
    for script in ("Greek", "Greek Ext", "Cyr", "Cyr Ext", "Ext"):
        assert f'"RSans {script}"; src' not in latin
    assert '"RSans Greek"; src' in greek


def test_full_disk_keeps_no_half_font_and_stops_no_report(tmp_path, monkeypatch):
    def refuse(handle):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("os.fsync", refuse)
    drawn = fonts.unpacked(stylesheet(), set("abc"), tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert fonts.unpacked(stylesheet(), set("abc"), tmp_path) == drawn
    assert {path.suffix for path in tmp_path.iterdir()} == {".ttf"}
