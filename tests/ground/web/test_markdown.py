"""Guidance in Markdown: what it can be, and what it can never become."""

import re
import time
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from compliance.ground.web.markdown import MOST, TAGS, as_html, line_as_html

SEEDS = Path(__file__).parents[3] / "seeds"
GUIDANCE = {"good", "check", "partly", "mistake", "remedy"}
ATTRIBUTES = {"a": {"href", "rel"}, "p": {"dir"}, "li": {"dir"}, "ol": {"start"}}


class Seen(HTMLParser):
    """A page as a browser would read it: elements with attributes, and the text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.text = [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def assert_harmless(html):
    for tag, attributes in Seen(html).elements:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        href = attributes.get("href", "https://")
        assert href.lower().startswith(("http://", "https://", "mailto:"))


def test_paragraphs_lists_emphasis_code_and_links_are_shown():
    html = as_html(
        "One\ntwo **strong** *soft* `code`\n\n- a\n- b\n\n1. x\n\n"
        "[law](https://eur-lex.europa.eu/?a=1&b=2)\n\n```\n<b>\n```"
    )
    assert html == (
        '<p dir="auto">One<br>\ntwo <strong>strong</strong> <em>soft</em>'
        ' <code>code</code></p>\n<ul>\n<li dir="auto">a</li>\n<li dir="auto">b</li>\n'
        '</ul>\n<ol>\n<li dir="auto">x</li>\n</ol>\n<p dir="auto">'
        '<a href="https://eur-lex.europa.eu/?a=1&amp;b=2" rel="external noreferrer">'
        "law</a></p>\n<pre><code>&lt;b&gt;\n</code></pre>\n"
    )


def test_a_line_has_no_paragraph_and_no_list():
    html = line_as_html("- a **strong** point")
    assert html == "- a <strong>strong</strong> point"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<A HREF='https://example.org' onclick=alert(1)>x</A>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "[x](file:///etc/passwd)",
        "[x](//evil.example)",
        "[x](/o/acme/members/)",
        "[x](\x01https://evil.example)",
        "<javascript:alert(1)>",
        "![x](x)",
        "<!-- hidden -->",
        "&lt;script&gt; &amp; &#60;",
        "# Head\n===\n> said",
        "| a | b |\n|---|---|",
    ],
)
def test_what_is_not_allowed_stands_as_it_was_written(text):
    for html in (as_html(text), line_as_html(text)):
        assert_harmless(html)
        assert "<a" not in html
        assert re.sub(r"\s+", "", Seen(html).text) == re.sub(r"\s+", "", text)


@pytest.mark.parametrize(
    "text",
    [
        '[x](https://a.example" onmouseover="alert(1))',
        '[x](https://a.example "title\\" onmouseover=\\"alert(1)")',
        '[x](<https://a.example/" onmouseover="alert(1)>)',
        "[x](https://a.example/<script>)",
        "[<img src=x onerror=alert(1)>](https://a.example)",
        "`<script>`",
        "```<script>\n</code></pre><script>\n```",
        "**<script>**",
        "![x](https://a.example/pixel.png)",
    ],
)
def test_nothing_breaks_out_of_what_is_allowed(text):
    for html in (as_html(text), line_as_html(text)):
        assert_harmless(html)
        assert "<script" not in html
        assert "<img" not in html


def test_a_text_that_turns_the_direction_stays_in_its_paragraph():
    html = as_html("\u202eevil\n\n[\u202egro.elpmaxe](https://evil.example)")
    assert html.count('<p dir="auto">') == 2
    assert_harmless(html)


@pytest.mark.parametrize("mark", ["- ", "1. ", "* - "])
def test_lists_nested_too_deeply_lose_no_word(mark):
    deep = mark * 60 + "the last word"
    assert "the last word" in as_html(deep)
    steps = "\n".join(f"{'  ' * at}- word{at}" for at in range(40))
    assert all(f"word{at}" in as_html(steps) for at in range(40))


def test_lists_are_nested_as_deep_as_people_write_them():
    text = "\n".join(f"{'  ' * at}- word{at}" for at in range(6))
    assert as_html(text).count("<ul>") == 6


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["*a ", "[", "[a](", "`a", "- a\n", "\\", "_", "*_", "a\n", "**a *b ", "[a](<b",
     "[a](http://b.c)", "&amp;", "<b>", "![", "- ", "1. ", "```\n", "\u202e"],
)  # fmt: skip
@pytest.mark.parametrize("share", [5, pytest.param(1, marks=pytest.mark.long)])
def test_a_long_text_takes_a_bounded_time(piece, share):
    text = (piece * MOST)[: MOST // share]
    began = time.process_time()
    html = as_html(text) + line_as_html(text)
    assert time.process_time() - began < 10 / share  # seconds, twice what a busy machine takes
    assert_harmless(html)


def test_a_text_that_is_too_long_is_shown_as_it_was_written():
    text = "**a** <b>\n" * (MOST // 8)
    assert unescape(re.sub(r"</?p[^>]*>|<br>", "", as_html(text))) == text.replace("\n", "")


@given(st.text(alphabet=st.sampled_from("ab *_`[]()<>!\"'&#;:/\\-\n.1~|"), max_size=60))
def test_whatever_is_written_is_harmless(text):
    assert_harmless(as_html(text))
    assert_harmless(line_as_html(text))


def seed_guidance():
    for path in SEEDS.glob("*/*.yaml"):
        if path.parent.name in {"law", "schema", "demo"}:
            continue
        yield from _guidance(yaml.safe_load(path.read_text()))


def _guidance(value):
    for name, part in value.items() if isinstance(value, dict) else ():
        if name in GUIDANCE:
            yield from part if isinstance(part, list) else [part]
        yield from _guidance(part)
    for part in value if isinstance(value, list) else ():
        yield from _guidance(part)


@pytest.mark.slow
def test_the_guidance_of_the_seeds_looks_as_it_was_written():
    texts = list(seed_guidance())
    assert len(texts) > 500
    for text in texts:
        shown = [unescape(line_as_html(text))]
        shown.append(re.sub(r'^<p dir="auto">|</p>\n$', "", unescape(as_html(text))))
        assert shown == [text.strip()] * 2
