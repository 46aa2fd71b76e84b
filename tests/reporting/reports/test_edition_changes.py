"""The report says what changed in the checklist since the edition it came from."""

import re
from dataclasses import replace

import pytest
from django.utils.translation import override

from compliance.ground.web.own_languages import OwnLanguage
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.edition_changes import changes
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.work.assessments import actions
from compliance.work.edition_moves import undo
from tests.reporting.reports.papers import make_paper
from tests.support.documents import document, question
from tests.support.page_text import flat
from tests.work.edition_moves.test_upgrading import YEAR, begin, move, publish, say

HOSTILE = "<script>x</script> {{ 1 }} ==> كل"


@pytest.fixture
def begun(cast, db):
    """On edition 1, while edition 2 is published."""
    first = [question("Q1"), question("Q2", weight=2), question("Q3")]
    assessment = begin(cast, publish(first, number="1"))
    say(assessment, "Q1", verdict="met")
    months = {"kind": "number", "number": {"at_least": 6, "unit": "months"}}
    second = [
        question("Q1", text=f"Do you keep all of it? {HOSTILE}"),
        question("Q2", weight=5, **months),
    ]
    new = publish(second, [question("Q4")], number="2")
    return assessment, new


def chapter(paper):
    html = flat(html_of(paper))
    found = re.search(r'<section class="chapter[^"]*"><h2 id="edition">.*?</section>', html)
    return found and found[0]


def test_assessment_on_its_first_edition_has_no_such_part(begun):
    paper = read(begun[0].pk, 1)
    assert paper.edition_changes is None
    assert chapter(paper) is None
    assert "Changes in the checklist" not in html_of(paper)


def test_moved_assessment_shows_every_change_word_by_word(cast, begun):
    assessment, new = begun
    move(cast, assessment, new)
    found = read(assessment.pk, 1).edition_changes
    assert (found.old_name, found.new_name, found.is_carried) == ("1", "2", False)
    assert {row.item.key: [k.value for k in row.item.kinds] for row in found.rows} == {
        "Q1": ["reworded"],
        "Q2": ["retyped", "weight"],
        "Q3": ["removed"],
        "Q4": ["added"],
    }
    words = chapter(read(assessment.pk, 1))
    assert "Edition 1 compared with edition 2, word by word: 4 of 4" in words
    assert "This assessment was begun on the first of the two" in words
    assert "<del>Q1</del>" in words
    assert "<ins>all of it" in words
    assert "Weight:<del>2</del><ins>5</ins>" in words
    assert "&lt;script&gt;" in words
    assert "<script" not in words


def test_hash_of_what_the_assessment_says_does_not_depend_on_it(cast, begun):
    assessment, new = begun
    move(cast, assessment, new)
    paper = read(assessment.pk, 1)
    bare = replace(paper, edition_changes=None)
    assert bare.content.content_hash == paper.content.content_hash
    assert bare.record == paper.record


def test_two_moves_are_shown_as_one_and_an_undone_one_not_at_all(cast, begun):
    assessment, new = begun
    done = move(cast, assessment, new)
    undo.undo_upgrade(by=cast.ada, upgrade=done)
    assert read(assessment.pk, 1).edition_changes is None
    move(cast, assessment, new)
    assessment.refresh_from_db()
    move(cast, assessment, publish([question("Q1")], number="3"))
    found = read(assessment.pk, 1).edition_changes
    assert (found.old_name, found.new_name) == ("1", "3")


def test_carried_assessment_is_compared_with_the_edition_of_then(cast, begun):
    earlier, new = begun
    later = actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=new,
        subject="Acme",
        facts={},
        earlier=earlier,
        **YEAR,
    )
    move(cast, earlier, new)  # the one before moves on, too
    paper = read(later.pk, 1)
    assert (paper.edition_changes.old_name, paper.edition_changes.is_carried) == (
        "1",
        True,
    )
    assert "carried forward from was on the first of the two" in chapter(paper)


@pytest.mark.parametrize("language", OwnLanguage.values)
@pytest.mark.parametrize("kind", [ReportKind.FULL, ReportKind.CHANGES])
def test_part_stands_in_its_kinds_and_languages(cast, begun, kind, language):
    assessment, new = begun
    move(cast, assessment, new)
    assert chapter(read(assessment.pk, 1, ReportOptions(kind, language)))


@pytest.mark.parametrize("kind", [ReportKind.SUMMARY, ReportKind.ACTIONS])
def test_other_kinds_leave_it_out(cast, begun, kind):
    assessment, new = begun
    move(cast, assessment, new)
    assert chapter(read(assessment.pk, 1, ReportOptions(kind))) is None


FACT = {
    "key": "role",
    "label": "Rolle",
    "text": "Wer sind Sie?",
    "help": "",
    "kind": "several",
    "choices": [
        {"key": "a", "label": "Anbieter", "help": ""},
        {"key": "b", "label": "Betreiber", "help": ""},
    ],
}
EITHER = {"any": [{"role": ["a", "b"]}, {"not": {"role": "b"}}]}
TOLD = {
    "en": {
        "Kind of answer": ("Verdict", "Number"),
        "Bounds": ("", "at least 2.5, partly from 1, unit days"),
        "Applies when": (
            "always",
            "(Rolle is “Anbieter” or “Betreiber” or not (Rolle is “Betreiber”))",
        ),
        "Binds from": ("now", "2 Aug 2026 if Rolle is “Anbieter”"),
        "Weight": ("3", "5"),
        "How to check": ("", "Zählen."),
        "de, Title": ("", "Pflicht"),
    },
    "de": {
        "Art der Antwort": ("Bewertung", "Zahl"),
        "Grenzen": ("", "mindestens 2,5, teilweise ab 1, Einheit days"),
        "Gilt, wenn": (
            "immer",
            "(Rolle: „Anbieter“ oder „Betreiber“ oder nicht (Rolle: „Betreiber“))",
        ),
        "Verbindlich ab": ("sofort", "2. Aug. 2026, wenn Rolle: „Anbieter“"),
        "Gewicht": ("3", "5"),
        "So wird geprüft": ("", "Zählen."),
        "de, Titel": ("", "Pflicht"),
    },
    "fr": {
        "Type de réponse": ("Appréciation", "Nombre"),
        "Limites": ("", "au moins 2,5, en partie à partir de 1, unité days"),
        "S\u2019applique si": (
            "toujours",
            "(Rolle : « Anbieter » ou « Betreiber » ou non (Rolle : « Betreiber »))",
        ),
        "Exigible à partir du": ("maintenant", "2 août 2026 si Rolle : « Anbieter »"),
        "Poids": ("3", "5"),
        "Comment vérifier": ("", "Zählen."),
        "de, Titre": ("", "Pflicht"),
    },
}


def both(runs):
    """Both texts of a comparison, with spaces of one kind."""
    old = "".join(text for kind, text in runs if kind != "ins")
    new = "".join(text for kind, text in runs if kind != "del")
    return flat(old), flat(new)


@pytest.fixture
def compared():
    """One question that changed in every way but in its wording."""
    new = question(
        "Q1",
        kind="number",
        number={"at_least": 2.5, "partly_at_least": 1, "unit": "days"},
        rule=EITHER,
        applies_from=[{"date": "2026-08-02", "when": {"role": "a"}}],
        weight=5,
        how_to_check="Zählen.",
        translations={"de": {"title": {"text": "Pflicht", "of": "x"}}},
    )
    older = document([question("Q1")], number="1", facts=[FACT])
    return changes(older, document([new], number="2", facts=[FACT]), is_carried=False)


@pytest.mark.parametrize("language", OwnLanguage.values)
def test_changes_are_in_the_language_of_the_report(compared, language):
    with override(language):
        details = {d.label: both(d.runs) for d in compared.rows[0].details}
    assert details == TOLD[language]


def test_same_paper_is_written_in_one_language_after_the_other(compared):
    for language, words in [("de", "mindestens"), ("fr", "au moins"), ("en", "least")]:
        paper = make_paper(edition_changes=compared, wanted=ReportOptions(language=language))
        assert words in chapter(paper)
