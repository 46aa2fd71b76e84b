"""The content of an assessment, as values and as text."""

import pytest

from compliance.work.snapshots.content import content_from
from tests.reporting.reports.papers import HOSTILE, make_content, make_full_paper, make_line


def test_content_comes_back_from_its_text():
    content = make_full_paper().content
    again = content_from(content.as_json)
    assert again == content
    assert again.content_hash == content.content_hash


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_it_was(text):
    content = make_content([make_line(note=text)])
    assert content_from(content.as_json).as_json == content.as_json


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"organisation": 1}'])
def test_text_that_is_no_content_is_refused(text):
    with pytest.raises(ValueError, match="validation error"):
        content_from(text)
