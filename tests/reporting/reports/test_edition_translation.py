"""Questions in the language of the report, where the edition has them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.assurance.reviews import actions
from compliance.content.checklists.translations import mark
from compliance.reporting.reports.edition_translation import in_words, words_of
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.work.assessments.actions import change_facts
from tests.support.factories import make_assessment, make_draft, publish
from tests.support.signing import answer, reopen, sign

GERMAN = "Führen Sie diese Pflicht?"


def translated(question, name, text, *, of=None):
    words = {"text": text, "of": mark(getattr(question, name) if of is None else of)}
    question.translations = {"de": {name: words}}
    question.save()


@pytest.fixture
def assessment(cast):
    """Three questions: the first in German, the second in an outdated German."""
    draft = make_draft(3)
    first, second, _ = draft.questions.order_by("position")
    translated(first, "text", GERMAN)
    translated(second, "text", "Veraltet?", of="Another wording")
    return make_assessment(cast.acme, cast.ada, publish(draft))


def headings(assessment, language):
    html = html_of(read(assessment.pk, 1, ReportOptions(language=language)))
    found = re.findall(r"<h4 ([^>]*)>\s*<span.*?</span>\s*(.*?)\s*</h4>", html)
    spoken = [(re.search(r'lang="(\w+)"', said), text) for said, text in found]
    return html, [(said[1] if said else language, text) for said, text in spoken]


def test_question_is_printed_in_the_language_of_the_report(assessment):
    _, found = headings(assessment, "de")
    assert [language for language, _ in found] == ["de", "en", "en"]
    assert found[0][1] == GERMAN


def test_outdated_translation_is_left_out(assessment):
    html, _ = headings(assessment, "de")
    assert "Veraltet?" not in html


def test_other_languages_print_what_was_written(assessment):
    for language in ("en", "fr"):
        html, found = headings(assessment, language)
        assert {said for said, _ in found} == {"en"}
        assert GERMAN not in html


def test_hash_is_of_what_was_written_in_every_language(assessment):
    papers = [read(assessment.pk, 1, ReportOptions(language=one)) for one in ("en", "de")]
    assert papers[0].content == papers[1].content
    for paper in papers:
        html = html_of(paper)
        assert all(group in html for group in paper.hash_groups)


def test_translating_costs_the_same_for_few_and_many(cast):
    costs = []
    for questions in (2, 12):
        draft = make_draft(questions)
        for question in draft.questions.all():
            translated(question, "text", GERMAN)
        assessment = make_assessment(cast.acme, cast.ada, publish(draft))
        with CaptureQueriesContext(connection) as queries:
            read(assessment.pk, 1, ReportOptions(language="de"))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_hostile_translation_is_text(cast):
    draft = make_draft(1)
    translated(draft.questions.get(), "text", "<script>alert(1)</script>")
    html, found = headings(make_assessment(cast.acme, cast.ada, publish(draft)), "de")
    assert "<script" not in html
    assert found[0][1].replace("\u200b", "") == "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture
def ruled(cast):
    """One question of three has a rule; its fact and one choice are in German."""
    draft = make_draft(3)
    draft.questions.filter(key="Q1").update(rule={"data": "health"})
    fact = draft.facts.get(key="data")
    words = {"label": "Daten", "choice.health.label": "Gesundheitsdaten"}
    sources = {"label": fact.label, "choice.health.label": fact.choices[0]["label"]}
    fact.translations = {
        "de": {name: {"text": text, "of": mark(sources[name])} for name, text in words.items()}
    }
    fact.save()
    return lambda chosen: make_assessment(cast.acme, cast.ada, publish(draft), facts={"data": chosen})


def reason(assessment, language, **state):
    wanted = ReportOptions(language=language)
    paper = read(assessment.pk, 1, wanted, **state).in_words
    lines = {line.key: line for part in paper.content.sections for line in part.lines}
    return lines["Q1"].applicability, paper.content.facts[0]


@pytest.mark.parametrize(
    ("chosen", "said", "fact"),
    [
        (
            ["health"],
            "Trifft nach diesen Angaben zu. Daten: „Gesundheitsdaten“.",
            ("Daten", "„Gesundheitsdaten“"),
        ),
        (
            None,
            "Bleibt enthalten, bis dies feststeht: Daten: „Gesundheitsdaten“. Daten: noch nicht bekannt.",
            ("Daten", "noch nicht bekannt"),
        ),
        (
            [],
            "Trifft nur zu bei Daten: „Gesundheitsdaten“. Daten: nichts davon.",
            ("Daten", "nichts davon"),
        ),
    ],
)
def test_reason_and_fact_are_in_the_language_of_the_report(ruled, chosen, said, fact):
    assert reason(ruled(chosen), "de") == (said, fact)


def test_reason_of_other_facts_is_left_as_it_was_signed(ruled):
    assessment = ruled(["health"])
    was, _ = reason(assessment, "en")
    paper = read(assessment.pk, 1, ReportOptions(language="de"))
    assessment.facts = {"data": []}
    assessment.save()
    words = words_of(assessment.edition, "de", assessment)
    translated = in_words(paper.content, words)
    lines = [line for part in translated.sections for line in part.lines]
    assert lines[0].applicability == was


def test_reason_and_fact_of_a_signature_stay_translated_when_facts_change(cast, ruled):
    assessment = ruled(["health"])
    for key in ("Q1", "Q2", "Q3"):
        answer(cast.con, assessment, key, verdict="partly", note="Half of it.")
    actions.send(by=cast.otto, assessment=assessment)
    sign(cast.rev, assessment)
    was = reason(assessment, "de", revision=1)
    assert was[1] == ("Daten", "„Gesundheitsdaten“")
    reopen(cast.otto, cast.ada, assessment)
    change_facts(by=cast.ada, assessment=assessment, facts={"data": []})
    assert reason(assessment, "de", revision=1) == was


def test_hash_does_not_hang_on_the_words_of_a_reason(ruled):
    assessment = ruled(["health"])
    papers = [read(assessment.pk, 1, ReportOptions(language=one)) for one in ("en", "de")]
    assert papers[0].content.content_hash == papers[1].content.content_hash
    assert papers[1].in_words.printed_hash == papers[1].content.content_hash


def test_earlier_assessment_is_named_in_the_language_of_the_report(cast, ruled):
    earlier = ruled(["health"])
    now = make_assessment(cast.acme, cast.ada, earlier.edition, subject="Acme again", carried_from=earlier)
    titles = {
        language: read(now.pk, 1, ReportOptions(language=language)).in_words.content.carried_from
        for language in ("en", "de")
    }
    assert titles["en"].endswith(", 1 Jan 2026 to 31 Dec 2026")
    german = titles["de"].replace("\u00a0", " ")
    assert german == "Acme, Ausgabe 2026.1, 1. Jan. 2026 bis 31. Dez. 2026"


def test_gate_and_its_effects_are_in_the_language_of_the_report(cast):
    draft = make_draft(2)
    row = {"effect": "binds", "from": "2027-12-02", "because": "All others wait."}
    gate = {"key": "old", "title": "Old lists", "because": "So.", "rows": [row]}
    words = {
        "gate.old.title": {"text": "Alte Listen", "of": mark("Old lists")},
        "gate.old.1": {"text": "Alle anderen warten.", "of": mark("All others wait.")},
    }
    draft.gates, draft.translations = [gate], {"de": words}
    draft.save()
    fact = draft.facts.get()
    because = "Schools keep both."
    fact.implies = [
        {
            "fact": "data",
            "value": "children",
            "when": {"data": "health"},
            "because": because,
        }
    ]
    said = {"text": "Schulen führen beides.", "of": mark(because)}
    fact.translations = {"de": {"implies.1": said}}
    fact.save()
    draft.questions.filter(key="Q1").update(rule={"data": "children"})
    assessment = make_assessment(cast.acme, cast.ada, publish(draft), facts={"data": ["health"]})
    german, english = (
        {line.key: line.applicability for line in paper.content.lines}
        for paper in (read(assessment.pk, 1, ReportOptions(language=one)).in_words for one in ("de", "en"))
    )
    assert "Alte Listen: Alle anderen warten" in german["Q2"]
    assert "Schulen führen beides." in german["Q1"]
    assert "Old lists: All others wait" in english["Q2"]
    assert "Schools keep both." in english["Q1"]


def test_outdated_translation_of_a_gate_is_left_out(cast):
    draft = make_draft(1)
    row = {"effect": "out", "because": "Spared."}
    gate = {"key": "old", "title": "Old lists", "because": "So.", "rows": [row]}
    words = {"gate.old.title": {"text": "Veraltet", "of": mark("Another title")}}
    draft.gates, draft.translations = [gate], {"de": words}
    draft.save()
    assessment = make_assessment(cast.acme, cast.ada, publish(draft))
    (line,) = read(assessment.pk, 1, ReportOptions(language="de")).in_words.content.lines
    assert "Old lists" in line.applicability
    assert "Veraltet" not in line.applicability


def test_contested_reading_is_in_the_language_of_the_report(cast):
    draft = make_draft(1)
    fact = draft.facts.get()
    said = {"text": "Gerichte sind uneins.", "of": mark("Courts differ.")}
    fact.contested, fact.translations = "Courts differ.", {"de": {"contested": said}}
    fact.kind = "one"
    fact.save()
    starts = [
        {"date": "2027-01-01", "when": {"data": "health"}},
        {"date": "2028-01-01", "when": {"data": "children"}},
    ]
    draft.questions.update(applies_from=starts)
    assessment = make_assessment(cast.acme, cast.ada, publish(draft))
    (line,) = read(assessment.pk, 1, ReportOptions(language="de")).in_words.content.lines
    assert "Gerichte sind uneins." in line.applicability
