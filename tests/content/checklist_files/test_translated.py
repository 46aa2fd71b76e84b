"""Translations in our own files: what is accepted, what is refused, and what is listed as lost."""

import pytest

from compliance.content.checklists.translations import mark
from tests.content.checklist_files.reading import read

FILE = """\
key: small
theme: privacy
title: Small
language: {language}
edition: {{number: '1', law_as_of: 2026-01-01, release_notes: New. New.}}
subject: {{label: Name}}
sections:
- key: one
  title: One
  questions:
  - key: Q1
    title: First
    text: Is it?
    kind: choice
    check: Ask.
    good: [A, B]
    choices: [{{key: a, label: A}}, {{key: b, label: B}}]
    translations: {translations}
"""


def found_in(translations, language="en"):
    text = FILE.format(translations=translations, language=language)
    return read(text.encode(), ".yaml")


def test_a_text_alone_is_made_from_the_text_as_it_stands():
    found = found_in("{de: {title: Erste, check: Frag., good: [X], choice.a.label: Ah}, PT_br: {text: É?}}")
    assert (found.faults, found.lost, found.kept) == ((), (), ())
    document = found.document
    assert document["sections"][0]["questions"][0]["translations"] == {
        "de": {
            "title": {"text": "Erste", "of": mark("First")},
            "how_to_check": {"text": "Frag.", "of": mark("Ask.")},
            "good": {"text": ["X"], "of": mark(["A", "B"])},
            "choice.a.label": {"text": "Ah", "of": mark("A")},
        },
        "pt-BR": {"text": {"text": "É?", "of": mark("Is it?")}},
    }
    assert document["edition"]["translations"] == {"de": {}, "pt-BR": {}}


def test_what_translates_nothing_is_lost_and_named():
    found = found_in("{de: {mood: gut, remedy: Tu es, choice.c.label: C}}")
    assert found.faults == ()
    assert [note.words for note in found.lost] == [
        "there is no mood to translate",
        "there is no remedy to translate",
        "there is no choice.c.label to translate",
    ]
    assert all("line " in note.place for note in found.lost)


@pytest.mark.parametrize(
    "translations",
    [
        "{deutsch: {title: Erste}}",
        "{'<script>': {title: Erste}}",
        "{de: {title: 7}}",
        "{de: {title: ''}}",
        "{de: {title: {text: Erste, of: nothing}}}",
        "{de: {title: {text: Erste, of: 0123456789, by: me}}}",
        "{de: {title: [[a]]}}",
        "{de: [Erste]}",
        "[de]",
        "de",
        '{de: {title: "a\\u0007"}}',
    ],
)
def test_what_is_no_translation_is_refused_with_its_place(translations):
    found = found_in(translations)
    assert found.document is None
    assert all("line " in note.place for note in found.faults)
    assert all(len(str(note)) <= 500 for note in found.faults)


def test_what_is_no_language_is_refused():
    [fault] = found_in("{}", "klingon!").faults
    assert "is not a language such as" in str(fault)
