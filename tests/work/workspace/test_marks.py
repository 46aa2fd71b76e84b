"""The state with every mark has each that the templates of a row hold."""

import re

import pytest
from django.template.base import TextNode
from django.template.loader import get_template

from tests.support.marked_rows import make_marked
from tests.support.resting_assessments import resting, sign_part
from tests.support.signing import answer

ROW = "work/workspace/_row.html"
HERE = "work/workspace/_here.html"


def marks_of(name, part=".*"):
    """The pieces of text with a tag in a part of a template, and in what that includes."""
    template = get_template(name).template
    source = re.search(part, template.source, re.DOTALL)[0]
    nodes = {
        id(node): f"{name}: {node.s.strip()}"
        for node in template.nodelist.get_nodes_by_type(TextNode)
        if re.search("<[a-z]", node.s.replace("<bdi>", "")) and node.s in source
    }
    for included in re.findall(r'{% include "([^"]+)"', source):
        nodes |= marks_of(included)
    return nodes


@pytest.fixture
def rendered(monkeypatch):
    """The ids of all pieces of text that templates have rendered."""
    found = set()

    def render(node, context):
        found.add(id(node))
        return node.s

    monkeypatch.setattr(TextNode, "render_annotated", render)
    return found


@pytest.mark.slow
def test_every_mark_that_a_row_can_carry_is_in_one_state(cast, sign_in, rendered):
    """A new mark fails here until ``tests/support/marked_rows.py`` shows it to the browser tests."""
    wanted = marks_of(ROW, r'<p class="qmeta">.*?</p>')
    wanted |= marks_of(HERE, r"{% for answer_id, people in here.rows %}.*")
    address = make_marked(cast.acme, cast.ada, cast.otto).get_absolute_url()
    client = sign_in(cast.ada)
    for query in ({}, {"show": "does-not-apply"}):
        assert client.get(address, query).status_code == 200
    whole, here = resting(cast.acme, cast.ada)
    sign_part(cast, here)
    answer(cast.con, whole, "Q2", verdict="not_met")
    assert client.get(here.get_absolute_url(), {"show": "elsewhere"}).status_code == 200
    htmx = {"HX-Request": "true"}
    client.post(f"{address}presence/", {"known": ""}, headers=htmx)
    assert [text for node, text in wanted.items() if node not in rendered] == []
    assert len(wanted) > 20
