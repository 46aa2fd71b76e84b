"""Charts: every part inside its picture, each count and level once, on screen and paper."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.ground.charts.shapes import (
    BLOCK,
    TONES,
    Axis,
    Chart,
    Shape,
    bar,
    line,
    moved,
    radar,
    strip,
    strip_in_blocks,
    track,
)
from compliance.templatetags.charts import shapes
from compliance.templatetags.ui import GLYPHS
from compliance.work.assessments.scoring import ORDER

pytestmark = pytest.mark.slow

COUNTS = st.lists(
    st.tuples(st.sampled_from(ORDER), st.integers(0, 900)),
    max_size=5,
    unique_by=lambda pair: pair[0],
)


def boxes(chart):
    """Tone, left and right end of each box of a bar or a track."""
    return [
        (shape.tone, float(found[1]), float(found[1]) + float(found[2]))
        for shape in chart.shapes
        if (found := re.fullmatch(r"M(\S+) \S+h(\S+?)v.*z", shape.path))
    ]


@given(st.lists(st.sampled_from(ORDER), max_size=300))
def test_strip_draws_one_bar_for_each_verdict(verdicts):
    drawn = strip(verdicts)
    bars = {shape.tone: shape.path.count("M") for shape in drawn.shapes}
    named = {"unanswered": "open"}
    assert bars == {named.get(v, v): verdicts.count(v) for v in set(verdicts)}
    assert drawn.box == f"0 0 {max(4 * len(verdicts), 4)} 12"


VERDICTS = st.lists(st.sampled_from(ORDER), min_size=1, max_size=3 * BLOCK)


@given(VERDICTS)
def test_blocks_draw_the_same_bars_as_the_whole_strip(verdicts):
    whole, blocks = strip(verdicts), strip_in_blocks(verdicts)
    found = {}
    for block in blocks.blocks:
        for shape in block.chart.shapes:
            for x, rest in re.findall(r"M(\d+) ([^M]+)", shape.path):
                path = f"M{int(x) + int(block.left)} {rest}"
                found[shape.tone] = found.get(shape.tone, "") + path
    assert found == {shape.tone: shape.path for shape in whole.shapes}
    assert blocks.box == whole.box


@given(VERDICTS, VERDICTS)
def test_page_with_the_blocks_it_lacks_has_the_strip(before, after):
    old, new = strip_in_blocks(before), strip_in_blocks(after)
    assert new.since(new.drawn) == []
    lacks = new.since(old.drawn)
    if lacks is None:
        assert len(before) != len(after)
        return
    page = {block.number: block for block in old.blocks}
    page |= {block.number: block for block in lacks}
    assert tuple(page.values()) == new.blocks


@given(st.text(max_size=40))
def test_page_that_says_nonsense_lacks_all_or_nothing(drawn):
    found = strip_in_blocks(["met"] * 101).since(drawn)
    assert found is None or len(found) <= 2


@given(COUNTS)
def test_bar_stays_inside_its_length_and_leaves_zeros_out(counts):
    found = boxes(bar(counts))
    assert [tone for tone, _, _ in found] == [v for v, count in counts if count]
    assert all(0 <= left < right <= 200.5 for _, left, right in found)


@given(COUNTS)
def test_hatching_stays_inside_its_part(counts):
    chart = bar([*(one for one in counts if one[0] != "partly"), ("partly", 3)])
    parts = {tone: (left, right) for tone, left, right in boxes(chart)}
    lines = "".join(s.path for s in chart.shapes if s.tone == "partly-line")
    for x, y, run, rise in re.findall(r"M(\S+) (\S+)l(\S+) -([\d.]+)", lines):
        assert parts["partly"][0] - 0.1 <= float(x)
        assert float(x) + float(run) <= parts["partly"][1] + 0.2
        assert -0.1 <= float(y) - float(rise) <= float(y) <= 12


def test_track_has_a_box_for_each_level_above_the_lowest():
    assert [tone for tone, _, _ in boxes(track(1, 3, 4))] == [
        "reached",
        "missing",
        "missing",
        "none",
    ]
    assert [tone for tone, _, _ in boxes(track(None, None, 2))] == ["none", "none"]


def test_line_needs_two_values_and_marks_where_another_period_begins():
    assert line([None, 3], is_stepped=False) is None
    chart = line([None, 3, 5, 4], is_stepped=True, begins=[1, 2])
    assert chart.tones == ["line", "begun", "dot"]
    assert "H" in chart.shapes[0].path
    flat = line([2, 2], is_stepped=False)
    assert flat.shapes[0].path == "M4.0 14.0L116.0 14.0"


AXES = [Axis(name, Decimal("2.5"), 1, 3) for name in "ABC"]


def test_radar_needs_three_axes_and_every_target():
    assert radar(AXES[:2], 4) is None
    chart = radar(AXES, 4)
    assert "wanted" in chart.tones
    assert [label.value for label in chart.labels] == [Decimal("2.5")] * 3
    without = radar([*AXES, Axis("D", Decimal(1), 1, None)], 4)
    assert "wanted" not in without.tones


def test_each_tone_has_a_colour_for_paper_and_a_class_for_the_screen():
    assert all(tone.css and (tone.fill != "none" or tone.stroke) for tone in TONES.values())
    assert set(GLYPHS) <= set(TONES)
    svg = shapes(Chart("0 0 9 9", (Shape("M0 0h9", "wanted"),)))
    assert svg == (
        '<path class="ra-target" d="M0 0h9" fill="none" stroke="#18202c"'
        ' stroke-dasharray="6 4" stroke-width="1.5"/>'
    )


def test_words_of_a_radar_are_literal():
    axes = [Axis("</svg><script>", Decimal(1), 1, None), *AXES]
    assert "<script>" not in shapes(radar(axes, 4))


def test_moved_has_a_diamond_only_where_the_level_changed_and_no_mark_for_no_level():
    def tones(*levels):
        return [shape.tone for shape in moved(*levels).shapes]

    assert tones(0, 2, 2, 4) == ["ring", "pin", "line", "was", "dot"]
    assert tones(2, 2, None, 4) == ["ring", "dot"]
    assert tones(None, 1, 2, 4) == ["ring", "pin", "dot"]
    assert tones(1, None, None, 4) == ["ring", "was"]


def test_last_means_are_drawn_where_every_axis_has_one():
    def axes(*last):
        return [Axis(str(n), Decimal(2), 1, None, one) for n, one in enumerate(last)]

    assert "last" in radar(axes(Decimal(1), Decimal(2), Decimal(3)), 4).tones
    assert "last" not in radar(axes(Decimal(1), None, Decimal(3)), 4).tones
