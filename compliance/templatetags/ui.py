"""How values look: icons, verdicts, dates, numbers, people."""

import json
import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from compliance.ground.web import languages, mail
from compliance.ground.web.markdown import as_html, line_as_html
from compliance.ground.web.site_address import is_only_here
from compliance.ground.web.sizes import size_of
from compliance.ground.web.unknown_date import NO_DAY
from compliance.ground.web.urgency import urgency

register = template.Library()

CHECKLISTS = (
    "editor:",
    "simulator:",
    "publishing:",
    "checklist_translations:",
    "checklist_files:",
    "results:framework",
    "law_changes:law",
    "law_changes:instruments",
    "law_changes:provision",
)
"""How the names of pages begin that other rooms show at the place of checklists."""

ASSESSMENTS = (
    "workspace:",
    "scoping:",
    "bulk:",
    "assignments:",
    "edition_moves:",
    "reviews:",
    "results:",
    "seats:",
    "answer_sheets:",
    "bundles:",
    "exports:list",
    "exports:package",
    "history:as_of",
)
"""The same at the place of assessments."""

ROOMS = {
    "evidence_use": "evidence",
    "letterhead": "reports",
    "remediation": "actions",
}
"""Rooms whose pages belong to a place of another name."""

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

PLACES = {
    "home:home": "home",
    "home:work": "home",
    "search:search": "search",
    "calendar:calendar": "home",
    "calendar:reminders": "home",
    "calendar:rules": "home",
    "calendar:subscribe": "home",
    "results:overview": "home",
    "gaps:list": "actions",
    "gaps:plan": "actions",
    "gaps:action": "actions",
}
"""Pages that belong to no room: name of the page to the place."""

ENGLISH = "en"
SHORT_DAYS = {"de": "j. N Y", "fr": "j N Y"}
FRENCH_MONTHS = {" jan. ": " janv. ", " fév. ": " févr. "}
LONG_DAYS = {"de": "j. F Y", "fr": "j F Y"}
"""How other languages of reports write a day, with Django's names of months."""

GLYPHS = {
    "unanswered": "v-open",
    "met": "v-met",
    "partly": "v-partly",
    "below": "v-below",
    "not_met": "v-notmet",
    "na": "v-na",
    "dont_know": "v-dontknow",
    "later": "v-later",
}
"""Verdict to the name of its glyph; the CSS class of its colour is the same."""


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; it always stands beside a word."""
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        size,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def mails() -> bool:
    """Whether mail goes out: no page promises one where there is no mail server."""
    return not mail.is_printed()


@register.filter
def by_mail(words: str) -> str:
    """Words that promise a mail, or that none goes out."""
    return mail.by_mail(words)


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], place: str) -> SafeString | str:
    """Marks the main place that the page belongs to."""
    match = context["request"].resolver_match
    current = match and _room(match) == place
    return format_html(' aria-current="{}"', "page") if current else ""


def _room(match: ResolverMatch) -> str:
    """The place of a page in the navigation, by its subject, not by the room that shows it."""
    if match.view_name in PLACES:
        return PLACES[match.view_name]
    if match.app_name in ROOMS:
        return ROOMS[match.app_name]
    if match.view_name.startswith(CHECKLISTS):
        return "checklists"
    is_of_one = match.view_name.startswith(ASSESSMENTS)
    return "assessments" if is_of_one else match.app_name


@register.filter
def as_json(value: Any) -> str:
    """A value for a script that reads an attribute."""
    return json.dumps(value)


@register.filter
def day(value: date | datetime | None) -> str:
    """ "2 Dec 2026", as rows show dates."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    language = get_language() or ENGLISH
    if language.startswith(ENGLISH):
        return f"{value.day} {value:%b %Y}"
    return _whole(_first(language, value, date_format(value, SHORT_DAYS[language])))


def _first(language: str, value: date, written: str) -> str:
    """In French the first of a month is "1er", and two months are shortened as usual."""
    if not language.startswith("fr"):
        return written
    for short, usual in FRENCH_MONTHS.items():
        written = written.replace(short, usual)
    return f"1er{written.removeprefix('1')}" if value.day == 1 else written


def _whole(written: str) -> str:
    """A day that no line breaks; reports alone are in another language than English."""
    return written.replace(" ", "\u00a0")


@register.filter
def pressing(value: date | None, today: date) -> str:
    """ "late", "soon" or nothing: the class of a due day's colour; a word stands beside it."""
    return urgency(value, today) or ""


@register.filter
def valued(text: str) -> str:
    """An answer's value in words, a day among them written as every day is."""
    try:
        return day(date.fromisoformat(text)) if ISO_DAY.fullmatch(text) else text
    except ValueError:
        return text


@register.filter
def long_day(value: date | None) -> str:
    """ "2 December 2026", as prose shows dates."""
    if value is None:
        return ""
    language = get_language() or ENGLISH
    if language.startswith(ENGLISH):
        return f"{value.day} {value:%B %Y}"
    return _whole(_first(language, value, date_format(value, LONG_DAYS[language])))


@register.filter
def law_day(value: date) -> str:
    """The day of "law as of", as rows show it; its file may have stated none."""
    return _stated(value) or day(value)


@register.filter
def long_law_day(value: date) -> str:
    """The same, as prose shows it."""
    return _stated(value) or long_day(value)


def _stated(value: date) -> str:
    return gettext("a day not stated") if value.isoformat() == NO_DAY else ""


@register.filter
def moment(value: datetime | None) -> str:
    """ "20 Nov 2026, 16:04" in the zone of the installation."""
    return "" if value is None else f"{day(value)}, {timezone.localtime(value):%H:%M}"


@register.filter
def sent_moment(value: datetime) -> str:
    """A moment as a field of the kind datetime-local holds it (HTML)."""
    return f"{timezone.localtime(value):%Y-%m-%dT%H:%M}"


@register.filter
def ago(value: datetime | None) -> str:
    """ "2 h ago", up to 14 days; then the day itself."""
    if value is None:
        return ""
    passed = max(timezone.now() - value, timedelta(0))
    minutes = int(passed.total_seconds() // 60)
    if passed.days >= 14:
        return day(value)
    if passed.days:
        return f"{passed.days} day{'s' if passed.days > 1 else ''} ago"
    if minutes >= 60:
        return f"{minutes // 60} h ago"
    return f"{minutes} min ago" if minutes > 0 else "just now"


@register.simple_tag(takes_context=True)
def command_url(context: dict[str, Any], command: Any) -> str:
    """The address of a command of ``ways``, for the assessment of the page."""
    slug = context["request"].organisation.slug
    return str(command.url(slug, context["assessment"].pk))


@register.simple_tag
def only_here() -> str:
    """The address of this installation where nobody else can open it, else nothing."""
    return settings.URL if is_only_here() else ""


@register.filter
def percent(value: int | None) -> str:
    """ "54 %" with a thin space that does not break; a dash when there is nothing to count."""
    return "\u2013" if value is None else f"{value}\u202f%"


@register.filter
def unbroken(text: str) -> str:
    """ "20 M or 4 %" with each number and its unit on one line."""
    whole = re.sub(r"(?<=\d) (?=%)", "\u202f", str(text))
    return re.sub(r"(?<=\d) (?=M\b|million\b)", "\u00a0", whole)


@register.filter
def size(value: int | None) -> str:
    """Bytes as people read them: "512 kB", "3.4 MB"; "3,4 Mo" in a French report."""
    return "" if value is None else size_of(value)


@register.filter
def shade(verdict: str) -> str:
    """The name of a verdict's colour in the style sheets."""
    return GLYPHS[verdict].removeprefix("v-")


@register.simple_tag
@cache
def glyph_of(verdict: str) -> SafeString:
    """A verdict's own shape, small; it always stands beside its word."""
    return icon(GLYPHS[verdict], "i-s")


@register.simple_tag
def verdict_buttons(
    answer: Any, key: str, options: tuple[tuple[str, str], ...], may_answer: bool
) -> SafeString:
    """The buttons of an answer's verdict, rendered once for each way they can look."""
    applies = bool(answer.applies)
    made = _buttons(str(answer.verdict), applies, applies and may_answer, options)
    return format_html(made, answer.pk, key)


@cache
def _buttons(verdict: str, applies: bool, is_open: bool, options: tuple[tuple[str, str], ...]) -> str:
    """A text to be formatted with what differs from row to row: id and key."""
    answer = {"pk": "{0}", "verdict": verdict, "applies": applies}
    shown = {"answer": answer, "key": "{1}", "options": options, "is_open": is_open}
    return render_to_string("ui/seg.html", shown)


@register.simple_tag
def verdict_of(row: Any, also: str = "") -> SafeString:
    """The verdict of an answer: shape, word and colour, "not met" by what it counts as.

    ``row`` has ``verdict`` and ``counted``.
    """
    return _pill(row.verdict, row.counted, also)


@register.simple_tag
def verdict_said(verdict: str, mark: Any) -> SafeString:
    """The same for a verdict of another time; ``mark`` says how far its question binds."""
    return _pill(verdict, mark.counted(verdict))


@cache
def _pill(verdict: str, counted: str, also: str = "") -> SafeString:
    return format_html(
        '<span class="{}verdict {}">{}{}</span>',
        f"{also} " if also else "",
        GLYPHS[counted],
        glyph_of(counted),
        verdict_word(verdict),
    )


WORDS = {
    "met": "Met",
    "partly": "Partly",
    "below": "Below",
    "not_met": "Not met",
    "na": "N/A",
    "dont_know": "Don't know",
    "later": "Later",
    "unanswered": "Unanswered",
}


@register.filter
def verdict_word(verdict: str) -> str:
    """The one word for a verdict."""
    return WORDS[verdict]


@register.simple_tag
def verdict_words() -> list[tuple[str, str]]:
    """Verdict and word, in the order of bars and legends."""
    return list(WORDS.items())


@register.filter
def badge(user_id: int | None) -> str:
    """The colour of a person's round badge: the same person, the same colour."""
    return ("", "av-b", "av-c", "av-d")[(user_id or 0) % 4]


@register.filter
def role_of(key: str, edition: Any) -> str:
    """The name of a role as the edition calls it."""
    return str(edition.roles.get(key, key))


@register.filter
def option_help(field: Any, value: str) -> str:
    """The help text of one choice of a fact."""
    choices = field.form.facts[field.name].choices
    return next((c.get("help", "") for c in choices if c["key"] == value), "")


@register.filter
def brief(cites: str) -> str:
    """Citations without the law's name when only one law is in play."""
    places = cites.split("; ")
    laws = {place.rpartition(" Art. ")[0] for place in places}
    if len(laws) != 1 or "" in laws:
        return cites
    law = laws.pop()
    return "; ".join(place.removeprefix(f"{law} ") for place in places)


@register.filter
def markdown(text: str) -> SafeString:
    """Guidance of some lines as paragraphs, lists and links."""
    return as_html(text)


@register.filter
def markdown_line(text: str) -> SafeString:
    """Guidance of one line, without a paragraph around it."""
    return line_as_html(text)


@register.filter
def language_name(code: str) -> str:
    """The name of a language: "German"."""
    return languages.language_name(code)
