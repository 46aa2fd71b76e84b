"""Prepares text from people for print: literal, complete, and breakable."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from compliance.ground.web.text import printable
from compliance.templatetags.ui import ENGLISH, day

register = template.Library()

BREAK = "\u200b"
GLUED = re.compile("[\\S\u00a0\u2007\u202f]{25,}")
GLUE = re.compile("(?<=[\u00a0\u2007\u202f])")
STACK = re.compile(r"[^\w\s\x00-\u02ff]{7,}")
HIGHEST = 6
"""Marks that a letter may bear; in every script that is written, fewer do."""
LONG_RUN = re.compile(f"[^\\s{BREAK}]{{25,}}")
EVERY = 12
"""Characters after which a long run may break, and the most of one cluster."""
SHORT, EXCERPT = 60, 200
"""Characters of a name, and of a text, where there is room for no more."""
LONGEST_CITE = 24
"""Characters of a citation that stay in one line, as the narrowest column has room."""
_TURNS = {"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"}
_JOINERS = {"\u200d", "\u200c", "\ufe0e", "\ufe0f"}


@register.filter
def paper(text: str) -> str:
    """The text as it can be printed, with places to break where it has none.

    Words joined by spaces that do not break are a long run like any other, and may
    break at those spaces. More than one blank line becomes one. Marks piled up on a
    letter would cover the lines above: after six, the next has a space for itself.
    """
    text = re.sub(r"\n{3,}", "\n\n", printable(str(text)))
    text = GLUED.sub(lambda run: GLUE.sub(BREAK, run.group()), text)
    return LONG_RUN.sub(_with_breaks, STACK.sub(_spread, text))


def _spread(match: re.Match[str]) -> str:
    found: list[str] = []
    height = 0
    for character in match.group():
        is_mark = unicodedata.category(character)[0] == "M"
        height = height + 1 if is_mark else 0
        if height > HIGHEST:
            found.append(f"{BREAK}\xa0")
            height = 1
        found.append(character)
    return "".join(found)


def _with_breaks(match: re.Match[str]) -> str:
    """A zero-width space after every twelfth character, never inside a cluster."""
    found: list[str] = []
    since = 0
    for cluster in _clusters(match.group()):
        if since >= EVERY:
            found.append(BREAK)
            since = 0
        found.append(cluster)
        since += len(cluster)
    return "".join(found)


def _clusters(run: str) -> Iterator[str]:
    """Letters with their marks and joined signs; no letter or sign has more than twelve."""
    start = 0
    for at in range(1, len(run)):
        if at - start >= EVERY or _starts_cluster(run[at], run[at - 1]):
            yield run[start:at]
            start = at
    yield run[start:]


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
def short(text: str) -> str:
    """A name where there is little room for it: its first 60 characters."""
    return text if len(text) <= SHORT else f"{text[:SHORT].rstrip()}…"


@register.filter
def excerpt(text: str) -> str:
    """The beginning of a longer text, in one line, up to the end of a word."""
    line = " ".join(text.split())
    if len(line) <= EXCERPT:
        return line
    return f"{line[:EXCERPT].rpartition(' ')[0] or line[:EXCERPT]}…"


@register.filter
def fitting(name: str) -> str:
    """Class of a name on the cover, by its length: "", "long" or "longest"."""
    return ("", "long", "longest")[(len(name) > 40) + (len(name) > 80)]


@register.filter
def cites(text: str) -> str:
    """Citations side by side, none of which breaks inside unless it is long."""
    return "; ".join(
        paper(one.replace(" ", "\xa0") if len(one) <= LONGEST_CITE else one) for one in text.split("; ")
    )


@register.filter
def first_cite(text: str) -> str:
    """The first of some citations, for where there is room for one."""
    first, *others = text.split("; ")
    return paper(f"{short(first)}{' …' if others else ''}")


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
        words = gettext("covers from %(first)s") if first else gettext("covers up to %(last)s")
    return words % {"first": day(first), "last": day(last)}


@register.simple_tag(takes_context=True)
def spoken(context: dict[str, Any], line: Any) -> str:
    """``lang`` for the language in which a question stands on the page."""
    return said_in(context, context["paper"].words.language(line.key))


@register.simple_tag(takes_context=True)
def reasoned(context: dict[str, Any], line: Any) -> str:
    """``lang`` for the language in which a reason stands on the page."""
    paper = context["paper"]
    is_translated = line.applicability in paper.words.reasons.values()
    return said_in(context, paper.wanted.language if is_translated else ENGLISH)


@register.simple_tag(takes_context=True)
def marked(context: dict[str, Any], line: Any) -> str:
    """How far a question binds that is no duty of law, in the language of the report."""
    return gettext(context["paper"].mark(line).words)


def limit(tier: Any) -> str:
    """An upper limit of fines in euros: "20 M or 4 %", in the language in use."""
    millions = floatformat(Decimal(tier.amount) / 1_000_000, "-1")
    words = gettext("%(millions)s M or %(percent)s %%")
    return words % {"millions": millions, "percent": tier.percent}


@register.simple_tag(takes_context=True)
def limit_of(context: dict[str, Any], line: Any) -> str:
    """The upper limit of fines of a question, "" where it has none."""
    tier = context["paper"].tier(line)
    return limit(tier) if tier else ""


@register.simple_tag(takes_context=True)
def usual_limit(context: dict[str, Any], lines: Any) -> str:
    """The upper limit of fines that most of some questions share, or ""."""
    tier = context["paper"].usual_tier(lines)
    return limit(tier) if tier else ""


@register.simple_tag(takes_context=True)
def counted_of(context: dict[str, Any], line: Any) -> str:
    """The verdict by which an answer is counted and coloured."""
    counted: str = context["paper"].counted(line)
    return counted


@register.simple_tag(takes_context=True)
def rating_of(context: dict[str, Any], line: Any) -> str:
    """The framework's rating of an answer, in the language of the report; or ""."""
    found = context["paper"].rating(line)
    if found is None:
        return ""
    words = gettext("Level %(level)s, %(points)s of %(most)s points")
    points, most = (floatformat(n, "-2") for n in (found.points, found.most))
    said = words % {"level": found.level, "points": points, "most": most}
    if found.higher is None:
        return said
    other = gettext("contested: other sources say level %(level)s, the lower counts")
    return f"{said}; {other % {'level': found.higher}}"


@register.simple_tag(takes_context=True)
def said_in(context: dict[str, Any], language: str) -> str:
    """``lang`` (BCP 47) where it is another than that of the report, else nothing.

    Elements that bear an attribute of their own share no style, nor do those in them.
    """
    is_same = language == context["paper"].wanted.language
    return "" if is_same else format_html('lang="{}"', language)
