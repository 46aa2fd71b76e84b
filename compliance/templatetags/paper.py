"""Text from people as it can stand on paper: literal, whole, and able to break."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from compliance.templatetags.ui import ENGLISH, day
from compliance.web.text import FORBIDDEN

register = template.Library()

LONG_RUN = re.compile(r"\S{25,}")
BREAK = "\u200b"
EVERY = 12
LONGEST_CITE = 28
"""Characters of a citation that stay in one line, as the narrowest column has room."""
_TURNS = {"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"}
_JOINERS = {"\u200d", "\u200c", "\ufe0e", "\ufe0f"}


@register.filter
def paper(text: str) -> str:
    """The text with places to break in long words; nothing else is added.

    Characters that cannot be shown become U+FFFD, the sign for exactly that; more
    than one blank line becomes one.
    """
    text = FORBIDDEN.sub("\ufffd", str(text).replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub(r"\n{3,}", "\n\n", text)
    return LONG_RUN.sub(_with_breaks, text)


def _with_breaks(match: re.Match[str]) -> str:
    """A zero-width space after every twelfth character, never inside a cluster."""
    found: list[str] = []
    since = 0
    for character in match.group():
        if since >= EVERY and _starts_cluster(character, found[-1]):
            found.append(BREAK)
            since = 0
        found.append(character)
        since += 1
    return "".join(found)


def _starts_cluster(character: str, before: str) -> bool:
    return (
        before not in _JOINERS
        and character not in _JOINERS
        and unicodedata.category(character)[0] != "M"
        and not "\U0001f3fb" <= character <= "\U0001f3ff"
    )


@register.filter
def isolated(text: str) -> str:
    """The same for a name inside a sentence: what turns the direction stays inside.

    Isolates (U+2068, U+2069) do what ``bdi`` does and make no box of their own; they
    are left out where nothing can turn.
    """
    shown = paper(text)
    if any(unicodedata.bidirectional(character) in _TURNS for character in shown):
        return f"\u2068{shown}\u2069"
    return shown


@register.filter
def cites(text: str) -> SafeString:
    """Citations side by side, none of which breaks inside unless it is long."""
    shown = (
        format_html('<span class="cite">{}</span>', paper(one))
        if len(one) <= LONGEST_CITE
        else format_html("{}", paper(one))
        for one in text.split("; ")
    )
    return format_html_join("; ", "{}", ((one,) for one in shown))


@register.filter
def direction(text: str) -> str:
    """ "rtl" or "ltr", by the first character that has a direction (HTML, dir=auto)."""
    for character in str(text):
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            break
    return "ltr"


@register.simple_tag(takes_context=True)
def to(context: dict[str, Any], anchor: str, text: str) -> SafeString:
    """A link to a place of this report; the text alone where the place is left out."""
    if anchor not in context["anchors"]:
        return format_html("{}", paper(text))
    return format_html('<a href="#{}">{}</a>', anchor, paper(text))


@register.simple_tag
def covered(proof: Any) -> str:
    """ "covers 1 Jan 2026 to 31 Dec 2026", with one end where it has only one."""
    first: date | None = proof.covers_from
    last: date | None = proof.covers_to
    if first and last:
        words = gettext("covers %(first)s to %(last)s")
    else:
        words = (
            gettext("covers from %(first)s")
            if first
            else gettext("covers up to %(last)s")
        )
    return words % {"first": day(first), "last": day(last)}


@register.simple_tag(takes_context=True)
def spoken(context: dict[str, Any], line: Any) -> str:
    """``lang`` for the language in which a question stands on the page."""
    return said_in(context, context["paper"].words.language(line.key))


@register.simple_tag(takes_context=True)
def reasoned(context: dict[str, Any], line: Any) -> str:
    """``lang`` for the language in which a reason stands on the page."""
    paper = context["paper"]
    is_told = line.applicability in paper.words.reasons.values()
    return said_in(context, paper.wanted.language if is_told else ENGLISH)


@register.simple_tag(takes_context=True)
def said_in(context: dict[str, Any], language: str) -> str:
    """``lang`` (BCP 47) where it is another than that of the report, else nothing.

    Elements that bear an attribute of their own share no style, nor do those in them.
    """
    is_same = language == context["paper"].wanted.language
    return "" if is_same else format_html('lang="{}"', language)
