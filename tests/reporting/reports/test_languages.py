"""The report in other languages: every fixed word, and no word of anybody else."""

import ast
import gettext
import re
from dataclasses import replace
from datetime import date
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation.template import templatize

from compliance.assurance.reviews.signing_statement import statement
from compliance.content.applicability import decision, rules
from compliance.content.checklists import changes, force, translations
from compliance.content.checklists.choices import ChangeKind, QuestionKind
from compliance.ground.web.own_languages import OwnLanguage
from compliance.ground.web.text import printable
from compliance.reporting.calendar import choices as dates
from compliance.reporting.calendar.sources import auditor, law, outside, work
from compliance.reporting.reports import board, counting, findings, html
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.reporting.reports.words import EXTRACTS, KINDS, STORED, TITLES
from compliance.rooms import modules
from compliance.templatetags.ui import day, long_day, size
from tests.reporting.reports.papers import (
    HOSTILE,
    make_content,
    make_full_paper,
    make_line,
    make_paper,
)
from tests.support import factories, signing

OTHERS = [code for code in OwnLanguage.values if code != "en"]
PAGES = sorted((settings.BASE_DIR / "templates" / "reporting" / "reports" / "pdf").glob("*.html"))
CALL = re.compile(r"\bn?gettext\((u?'(?:[^'\\\\]|\\\\.)*'|u?\"(?:[^\"\\\\]|\\\\.)*\")")


def catalogue(language):
    folder = settings.BASE_DIR / "compliance" / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file), (folder / "django.po").read_text()


TRAIL = [
    "compliance.assurance.reviews.event_labels",
    "compliance.work.remediation.event_labels",
    *(module.__name__ for module in modules("events")),
]
"""The sentences of events, and what is said in them."""
CALENDAR = (dates, auditor, law, outside, work)
"""The titles of dates, which subscriptions and mails hold."""
WORDED = [
    *(m.__file__ for m in CALENDAR),
    *(m.__file__ for m in (board, counting, findings, html)),
    *(m.__file__ for m in (decision, changes, rules, translations)),
    *(import_module(name).__file__ for name in TRAIL),
]
"""The function that hands gettext its words, by the name ``_`` or ``say`` or its own."""
_ASKS = {"_", "say", "gettext", "ngettext"}


def fixed_words():
    """Every text that a page of the report hands to gettext, and those of ``words``."""
    words = {*EXTRACTS.values(), *KINDS.values(), *TITLES.values(), *STORED}
    words |= {*force.RECOMMENDED.values(), force.YARDSTICK}
    words |= {kind.label for kind in (*ChangeKind, *QuestionKind)}
    words |= {*changes.BOUNDS.values(), *changes.GUIDANCE.values()}
    words |= {translations.LABELS[name] for name in (*translations.QUESTION, "unit")}
    for module in WORDED:
        source = ast.parse(Path(module).read_text())
        words |= {
            node.args[0].value
            for node in ast.walk(source)
            if isinstance(node, ast.Call)
            and {getattr(node.func, "id", ""), getattr(node.func, "attr", "")} & _ASKS
            and isinstance(node.args[0], ast.Constant)
        }
    for page in PAGES:
        found = CALL.findall(templatize(page.read_text()).replace("_(", "gettext("))
        words |= {ast.literal_eval(text.removeprefix("u")) for text in found}
    return words - {""}


@pytest.mark.parametrize("language", OTHERS)
def test_every_fixed_word_has_a_translation(language):
    found, _ = catalogue(language)
    known = {key if isinstance(key, str) else key[0] for key in found._catalog}
    assert len(fixed_words()) > 150
    assert fixed_words() - known == set()


@pytest.mark.parametrize("language", OTHERS)
def test_compiled_words_are_those_of_the_source(language):
    found, source = catalogue(language)
    pairs = re.findall(r'^msgid (".*")\nmsgstr (".*")$', source, re.M)
    assert len(pairs) > 150
    for original, translated in pairs:
        key, text = ast.literal_eval(original), ast.literal_eval(translated)
        if key:
            assert found.gettext(key) == text
            assert text


@pytest.mark.parametrize("language", OTHERS)
def test_translation_keeps_every_value_and_every_element(language):
    _, source = catalogue(language)
    for original, translated in re.findall(r'^msgid (".*")\nmsgstr (".*")$', source, re.M):
        for pattern in (r"%\(\w+\)s", r"<[^>]+>"):
            assert sorted(re.findall(pattern, original)) == sorted(re.findall(pattern, translated))


@pytest.mark.parametrize("kind", ReportKind.values)
@pytest.mark.parametrize("language", OTHERS)
def test_report_says_which_language_it_is_in(language, kind):
    html = html_of(replace(make_full_paper(), wanted=ReportOptions(kind, language)))
    assert f'<html lang="{language}">' in html


@pytest.mark.parametrize("language", OTHERS)
def test_words_of_people_are_left_alone(language):
    html = html_of(replace(make_full_paper(), wanted=ReportOptions(language=language)))
    words = re.sub(r"<[^>]*>", " ", html).replace("\u200b", "")
    for text in map(printable, HOSTILE):
        assert text in unescape(words)


def test_german_report_reads_as_german():
    line = make_line("Q1", verdict="not_met")
    paper = replace(make_paper(make_content([line])), wanted=ReportOptions(language="de"))
    words = " ".join(re.sub(r"<[^>]*>", " ", html_of(paper)).split())
    for text in (
        "Prüfbericht",
        "1 Zusammenfassung",
        "Anhang A Protokoll der Änderungen",
        "1. Januar 2026 bis 31. Dezember 2026",
        "Nicht erfüllt",
        "verbindlich seit 25. Mai 2018",
    ):
        assert text in words


@pytest.mark.parametrize(
    ("language", "others"),
    [("de", "die gelten"), ("fr", "conforme|obligatoire|contraignant")],
)
def test_one_word_stands_for_one_thing(language, others):
    """Met is "respecté", binding "exigible"; applicable questions are "zutreffend"."""
    path = settings.BASE_DIR / f"compliance/locale/{language}/LC_MESSAGES/django.po"
    said = re.findall(r'^msgstr "(.*)"$', path.read_text(), re.MULTILINE)
    assert len(said) > 300
    assert [one for one in said if re.search(rf"\b({others})", one, re.IGNORECASE)] == []


def test_days_follow_the_language():
    first = date(2026, 3, 1)
    assert (day(first), long_day(first)) == ("1 Mar 2026", "1 March 2026")
    with override("de"):
        assert (day(first), long_day(first)) == ("1.\u00a0März\u00a02026",) * 2
    with override("fr"):
        assert (day(first), long_day(first)) == ("1er\u00a0mars\u00a02026",) * 2
        assert day(date(2026, 1, 29)) == "29\u00a0janv.\u00a02026"
        assert day(date(2026, 2, 3)) == "3\u00a0févr.\u00a02026"


def test_sizes_follow_the_language():
    assert [size(n) for n in (12, 4_000, 3_420_000)] == ["12 bytes", "4 kB", "3.4 MB"]
    assert [size(n) for n in (999_499, 999_500)] == ["999 kB", "1.0 MB"]
    assert [size(n) for n in (999_940_000, 999_960_000)] == ["999.9 MB", "1.0 GB"]
    assert size(5 * 2**30) == "5.4 GB"
    with override("de"):
        assert [size(n) for n in (12, 3_420_000)] == ["12 Byte", "3,4 MB"]
        assert size(5 * 2**30) == "5,4 GB"
    with override("fr"):
        assert [size(n) for n in (12, 4_000)] == ["12 octets", "4 ko"]
        assert size(5 * 2**30) == "5,4 Go"


def test_language_of_the_screen_stays():
    before = get_language()
    html_of(replace(make_paper(), wanted=ReportOptions(language="de")))
    assert get_language() == before


@pytest.mark.parametrize("language", OTHERS)
def test_content_hash_is_the_same_in_every_language(language):
    paper = make_full_paper()
    other = replace(paper, wanted=ReportOptions(language=language))
    assert paper.hash_groups[0] in html_of(other)


@pytest.mark.parametrize("language", OTHERS)
def test_one_is_no_plural(language):
    """Sentences name what is counted before its number, so that one reads right, too."""
    line = make_line("Q1", verdict="not_met")
    paper = replace(make_paper(make_content([line])), wanted=ReportOptions(language=language))
    words = " ".join(re.sub(r"<[^>]*>", " ", html_of(paper)).split())
    said = {
        "de": "nicht erfüllt: 1,",
        "fr": "non respectées : 1,",
    }[language]
    assert said in words
    for wrong in ("binden", " lient", "répondues", "répondue ", "1 non respectées"):
        assert wrong not in words


def test_trail_is_printed_in_the_language_of_the_report(cast):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    signing.answer(cast.con, assessment, "Q1", verdict="not_met", note="Gone.")
    signing.answer(cast.con, assessment, "Q1", verdict="met", note="")
    printed = {
        language: [one.what for one in read(assessment.pk, 1, ReportOptions(language=language)).trail]
        for language in OwnLanguage.values
    }
    assert printed == {
        "en": [
            "Q1: Not met changed to Met; note removed",
            "Q1: Unanswered changed to Not met; note written",
        ],
        "de": [
            "Q1: Nicht erfüllt geändert in Erfüllt; Anmerkung entfernt",
            "Q1: Unbeantwortet geändert in Nicht erfüllt; Anmerkung eingetragen",
        ],
        "fr": [
            "Q1: Non respecté remplacé par Respecté; note : suppression",
            "Q1: Sans réponse remplacé par Non respecté; note : saisie",
        ],
    }
    events = read(assessment.pk, 1, ReportOptions(language="de")).events
    assert events[-1].what == "Q1: Not met changed to Met; note removed"


@pytest.mark.parametrize(
    ("language", "said", "lacking"),
    [
        ("de", "Als nicht erfüllt angegebene Anforderungen: 1", "ohne Nachweis: 1."),
        ("fr", "déclarées non respectées : 1", "sans preuve : 1."),
    ],
)
def test_statement_is_in_the_language_with_the_signed_words_beneath(cast, language, said, lacking):
    assessment = signing.make_signed(cast)
    paper = read(assessment.pk, 1, ReportOptions(language=language), revision=1)
    words = unescape(re.sub(r"<[^>]*>", " ", html_of(paper)))
    shown, signed = words.index(said), words.index("I have reviewed the answers")
    assert shown < signed
    earlier = statement(paper.content, paper.stood_at, paper.rated_keys, is_earlier=True)
    of_then = html_of(replace(paper, signature=replace(paper.signature, statement=earlier)))
    assert said in of_then
    assert earlier != paper.signature.statement
    assert lacking in words
    assert lacking not in of_then
    other = replace(paper.signature, statement="I have read it.")
    words = html_of(replace(paper, signature=other))
    assert said not in words
    assert "I have read it." in words
