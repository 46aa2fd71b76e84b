"""Markup of OSCAL: the elements of XML and the Markdown of JSON are one to each other."""

import json
import re

import pytest

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.foreign_formats.oscal import marked, markup, tree
from tests.content.checklist_files.reading import read
from tests.content.foreign_formats.test_foreign import questions_of, sheet_of

BLOCKS = [
    "<p>Only words, and (a) 2 < 3</p>".replace("< 3", "&lt; 3"),
    "<p>One</p><p>two</p>",
    "<p>a<br/>b</p>",
    "<p><em>a</em> <i>b</i> <strong>c</strong> <b>d</b> <code>e *f* \\g</code></p>",
    "<p><q>a <em>b</em></q>, H<sub>2</sub>O and x<sup>2</sup></p>",
    '<p><em><strong>both</strong></em>, <strong>a <em>b</em></strong> and <a href="#r-1">a <em>link</em></a></p>',
    '<p><a href="https://e.eu/a_(b)?c=d&amp;e">here</a></p>',
    '<p><img alt="a plan" src="plan.png"/></p>',
    '<p>For <insert type="param" id-ref="a-1_prm.2"/> of all</p>',
    "<p>be:</p><ul><li>one</li><li>two</li></ul>",
    "<ol><li>one</li><li>two<ul><li>a<ol><li>b</li></ol></li></ul></li></ol>",
    "<ul><li><p>one</p><p>more of it</p></li><li><p>two</p></li></ul>",
    "<ul><li>one</li></ul><ul><li>other</li></ul><ol><li>a</li></ol><ol><li>b</li></ol>",
    "<table><tr><th>A</th><th>B</th></tr><tr><td>c | d</td><td><em>e</em></td></tr></table>",
    "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>",
    "<pre>if a &lt; b:\n\n    say(`c`)\n\n```</pre><p>after</p>",
    "<blockquote><p>said</p><ul><li>so</li></ul></blockquote>",
    *(f"<h{n}>Head <em>{n}</em></h{n}><p>t</p>" for n in range(1, 7)),
    # words that would be marks
    "<p>2 * 3 * 4, *not em*, _not i_, __init__, a_b_c and \\* and \\</p>",
    '<p>`no code`, ~no sub~, ^no sup^, "no quote", 5" by 3"</p>',
    "<p>[no](link), ![no](image), [Assignment: roles]</p>",
    "<p>{{ insert: param, none }}</p>",
    "<p>- no list</p><p>1. none either</p><p>2) nor this</p><p># no head</p>",
    "<p>&gt; no quotation</p><p>| no | table |<br/>| --- | --- |</p><p>---</p><p>+ x</p>",
    "<p>```<br/>no code<br/>```</p><p>&lt;b&gt;no tag&lt;/b&gt; &amp;amp;</p>",
    "<p>a<br/>- b<br/>1. c</p>",
    '<p><q>one</q> "two"</p>',
]


def node_of(content):
    return tree.parsed(f"<x>{content}</x>".encode())


@pytest.mark.parametrize("content", BLOCKS)
def test_elements_come_back_as_they_were(content):
    text, is_whole = marked.blocks(node_of(content))
    assert (markup.paragraphs(text), is_whole) == (content, True)


@pytest.mark.parametrize(
    "content",
    [c[3:-4] for c in BLOCKS if re.fullmatch("<p>((?!</p>).)*</p>", c) and "<br/>" not in c],
)
def test_line_comes_back_as_it_was(content):
    text, is_whole = marked.line(node_of(content))
    assert (markup.line(text), is_whole) == (content, True)


def test_words_stay_as_they_are_where_nothing_marks_them():
    for text in ("a_b, 5 * 3 and [x]", "C:\\dir (a)", 'He said "no'):
        assert marked.blocks(node_of(f"<p>{text}</p>")) == (text, True)


@pytest.mark.parametrize(
    "content",
    [
        "<ul><li>tight</li><li><p>loose</p></li></ul>",
        "<p><code>a <em>b</em></code></p>",
        '<p><a href="x" title="y">z</a></p>',
        "<blockquote>bare</blockquote>",
        "<p>a <blink>b</blink></p>",
        "<p>a<em> b </em>c</p>",
        "<p><strong><em>a</em></strong></p>",
        "<table><tr><td>a</td></tr><tr><th>b</th></tr></table>",
    ],
)
def test_what_markdown_cannot_say_is_lost_in_words(content):
    assert marked.blocks(node_of(content))[1] is False
    found = read(catalog(content))
    [lost] = found.lost
    assert str(lost).startswith("line 1, part: markup that Markdown has no words for")


def catalog(prose, title="G <em>one</em>"):
    return (
        '<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0" uuid="u"><metadata><title>C'
        "</title><last-modified>2026-01-02T00:00:00Z</last-modified><version>1</version>"
        f'</metadata><group id="g"><title>{title}</title><control id="a"><title>A</title>'
        f'<part name="statement">{prose}</part></control></group></catalog>'
    ).encode()


def test_catalog_in_xml_comes_back_as_it_was():
    content = catalog("".join(BLOCKS))
    found = read(content)
    assert (found.faults, found.lost) == ((), ())
    written = FORMATS["oscal-xml"].write(sheet_of(found)).decode()
    tight = re.sub(r">\n *<", "><", written).partition("?>")[2].strip()
    assert tight == content.decode()
    assert found.document["sections"][0]["title"] == "G one"


def test_list_of_a_statement_is_what_a_good_answer_shows():
    prose = "<p>It <em>must</em> be:</p><ul><li>one</li><li><code>two</code></li></ul>"
    [question] = questions_of(read(catalog(prose)))
    assert question["text"] == "It must be:"
    assert question["good"] == ["one", "`two`"]


def test_own_words_come_back_though_xml_would_write_them_otherwise():
    found = read(json.dumps({"catalog": json.loads(MADE)}).encode())
    for question in questions_of(found):
        question["how_to_check"] = "* one\n* two\n\n~~~~\n|a|b|\n|-|-|\n__init__"
        question["good"] = ['1) a *b* "c"', "# d"]
    again = read(FORMATS["oscal-xml"].write(sheet_of(found)))
    [was], [now] = questions_of(found), questions_of(again)
    assert now.pop("extra")["oscal"]["parts"][0]["prose"] == "- one\n- __two__"
    assert was.pop("extra")
    assert now == was


MADE = json.dumps(
    {
        "uuid": "u",
        "metadata": {"title": "C", "last-modified": "2026-01-02", "version": "1"},
        "controls": [
            {
                "id": "a",
                "title": "A _fine_ duty",
                "parts": [{"name": "statement", "prose": "* one\n* __two__"}],
            }
        ],
    }
)
