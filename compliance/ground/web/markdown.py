"""Guidance in a small Markdown, as HTML that holds nothing but text, lists and links.

Paragraphs, lists, emphasis, code and links to http, https and mailto. All else stands as
it was written: HTML is switched off in the parser, and what it makes goes through an
allowlist besides. Line breaks stay, so plain text looks as it always did.
"""

import re
from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

MOST = 100_000
"""Characters that are parsed; a longer text is shown as it was written."""
DEPTH = 20
TAGS = {"p", "br", "ul", "ol", "li", "em", "strong", "code", "pre", "a"}
_SCHEMES = {"http", "https", "mailto"}
_LINK = re.compile(r"(https?://|mailto:)[^\s\\]", re.IGNORECASE)


def _parser() -> MarkdownIt:
    options = {"html": False, "breaks": True, "maxNesting": DEPTH}
    parser = MarkdownIt("zero", options).enable(
        ["list", "fence", "emphasis", "link", "backticks", "escape", "newline"]
    )
    # a link that may not be one stays text: its brackets and address are seen
    parser.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    return parser


_MARKDOWN = _parser()


def as_html(text: str) -> SafeString:
    """A text of paragraphs and lists; one nested too deeply is shown as it was written."""
    text = _plain(text)
    if len(text) > MOST:
        return _cleaned(_literal(text))
    tokens = _MARKDOWN.parse(text)
    if any(token.level >= DEPTH - 2 for token in tokens):
        return _cleaned(_literal(text))  # the parser would leave out what lies deeper
    return _cleaned(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def line_as_html(text: str) -> SafeString:
    """A text of one line, without a paragraph around it."""
    text = _plain(text)
    is_long = len(text) > MOST
    return _cleaned(escape(text) if is_long else _MARKDOWN.renderInline(text))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _literal(text: str) -> str:
    return f"<p>{escape(text).replace(chr(10), '<br>')}</p>"


def _cleaned(html: str) -> SafeString:
    """The one place that calls HTML safe: nothing leaves it but what is allowed."""
    return mark_safe(  # noqa: S308 - cleaned by an allowlist in this very line
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
            url_schemes=_SCHEMES,
            link_rel="external noreferrer",
            set_tag_attribute_values={"p": {"dir": "auto"}, "li": {"dir": "auto"}},
        )
    )
