"""Texts in other languages: which is given, what is missing, stale, kept and frozen."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.checklists import content, translations
from compliance.content.checklists.choices import ChangeKind
from compliance.content.checklists.diff import compare
from compliance.content.editor import actions as editor_actions
from compliance.content.publishing import actions as publishing
from compliance.content.publishing.merge import merge, offers
from compliance.models import Choice, Edition, Fact, Question
from tests.support.factories import make_checklist, make_draft, make_edition, publish


def said(text, source=None, **more):
    return {"text": text, "of": translations.mark(source or text)} | more


@pytest.mark.parametrize(
    ("typed", "tag"),
    [("de", "de"), ("DE", "de"), ("pt_br", "pt-BR"), ("sr-latn", "sr-Latn"),
     ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("gsw", "gsw"), ("", ""),
     ("deutsch", ""), ("d", ""), ("de-", ""), ("de<", ""), ("../x", ""), ("de-de-de", "")],
)  # fmt: skip
def test_language_is_written_as_bcp_47_writes_it(typed, tag):
    assert translations.language_tag(typed) == tag


@pytest.mark.parametrize(
    ("wanted", "text", "language"),
    [
        ("de", "Liste", "de"),
        ("de-AT", "Liste", "de"),
        ("fr", "List", "en"),
        ("en", "List", "en"),
        ("en-GB", "List", "en"),
        ("", "List", "en"),
    ],
)
def test_a_text_falls_back_and_says_in_which_language_it_came(wanted, text, language):
    found = {"de": {"title": said("Liste", "List")}}
    got = translations.said("title", "List", found, wanted=wanted)
    assert (got.text, got.language, got.is_stale) == (text, language, False)


def test_a_text_that_changed_makes_its_translation_stale():
    found = {"de": {"title": said("Liste", "List")}}
    got = translations.said("title", "Register", found, wanted="de")
    assert (got.text, got.language, got.is_stale) == ("Liste", "de", True)


def test_a_text_of_a_french_edition_falls_back_to_french():
    got = translations.said("title", "Liste", None, wanted="de", original="fr")
    assert (got.text, got.language) == ("Liste", "fr")


@given(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=4))
def test_whatever_is_written_can_be_marked(text, lines):
    assert len(translations.mark(text)) == len(translations.mark(lines)) == 10


def test_saving_what_stands_leaves_what_is_stale_stale():
    texts = {"title": "New", "text": "Same", "remedy": ""}
    found = {"de": {"title": said("Alt", "Old"), "text": said("Gleich", "Same")}}
    typed = {"title": "Alt", "text": ""}
    now = translations.written(texts, found, "de", typed)
    assert now == {"de": {"title": said("Alt", "Old")}}
    typed["title"] = "Neu"
    now = translations.written(texts, found, "de", typed)
    assert now == {"de": {"title": said("Neu", "New")}}


@pytest.fixture
def draft(cast):
    """An own draft with a choice and a fact, translated in part."""
    draft = make_draft(checklist=make_checklist("own", cast.acme))
    question = draft.questions.get(key="Q1")
    for at, name in enumerate(["Yes", "No"], 1):
        Choice.objects.create(question=question, key=name.lower(), label=name, position=at)
    words = {
        "title": said("Titel", question.title),
        "choice.yes.label": said("Ja", "Yes"),
        "choice.gone.label": said("Weg"),
    }
    Question.objects.filter(pk=question.pk).update(translations={"de": words})
    Edition.objects.filter(pk=draft.pk).update(translations={"de": {}, "fr": {}})
    draft.refresh_from_db()
    return draft


def question_in(document, key="Q1"):
    return next(q for s in document["sections"] for q in s["questions"] if q["key"] == key)


def test_progress_counts_texts_by_language(draft):
    document = content.document(draft)
    found = translations.parts(document, "Own", "")
    german, french = translations.progress(found, translations.languages(document))
    assert (german.language, french.language) == ("de", "fr")
    assert german.total == french.total == french.missing
    assert (german.done, german.stale) == (2, 0)
    draft.questions.filter(key="Q1").update(title="Another")
    found = translations.parts(content.document(draft), "Own", "")
    assert [row.stale for row in translations.progress(found, ["de", "fr"])] == [1, 0]


def test_an_edition_without_translations_has_the_hash_it_always_had(cast):
    document = content.document(make_edition())
    parts = [document["edition"], *document["facts"], *document["sections"]]
    parts += [q for s in document["sections"] for q in s["questions"]]
    assert [p for p in parts if {"translations", "language"} & p.keys()] == []


def test_translations_are_part_of_the_hash(draft):
    before = content.content_hash(content.document(draft))
    draft.questions.filter(key="Q2").update(translations={"de": {"title": said("x")}})
    assert content.content_hash(content.document(draft)) != before


def test_a_translation_of_what_is_gone_is_no_part_of_a_document(draft):
    found = question_in(content.document(draft))["translations"]
    assert found["de"].keys() == {"title", "choice.yes.label"}


def test_next_draft_has_the_translations(cast, draft):
    published = publish(draft)
    before = content.document(published)
    draft = publishing.draft_next(by=cast.ada, organisation=cast.acme, edition_id=published.pk)
    after = content.document(draft)
    assert after["sections"] == before["sections"]
    assert after["edition"]["translations"] == {"de": {}, "fr": {}}


def test_a_clone_has_the_translations_and_the_language(cast):
    library = make_draft()
    library.questions.update(translations={"de": {"title": said("Titel")}})
    library.facts.update(translations={"de": {"label": said("Daten")}})
    Edition.objects.filter(pk=library.pk).update(language="fr", translations={"de": {"title": said("Liste")}})
    library.refresh_from_db()
    publish(library)
    draft = publishing.clone(by=cast.ada, organisation=cast.acme, edition_id=library.pk)
    ours, theirs = content.document(draft), content.document(library)
    assert (draft.language, ours["edition"]["language"]) == ("fr", "fr")
    assert [ours[n] for n in ("edition", "facts", "sections")] == [
        theirs[n] for n in ("edition", "facts", "sections")
    ]


def test_undo_of_a_removal_brings_the_translations_back(cast, draft):
    before = content.document(draft)
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    event = editor_actions.remove_question(key="Q1", **given)
    editor_actions.undo(seq=event.seq, **given)
    assert content.document(draft) == before


@pytest.mark.parametrize("part", ["question", "section", "fact", "edition"])
def test_the_database_freezes_translations_with_the_edition(draft, part):
    Fact.objects.create(edition=draft, key="n", label="N", kind="yesno", position=9)
    publish(draft)
    sql = f"UPDATE compliance_{part} SET translations = '{{}}'"  # noqa: S608
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize("change", [{"language": "fr"}, {"translations": {"de": {"title": "x"}}}])
def test_an_edition_retires_with_the_languages_it_has(draft, change):
    publish(draft)
    rows = Edition.objects.filter(pk=draft.pk)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.update(status="retired", **change)
    rows.update(status="retired")


def document_of(**words):
    question = {
        "key": "Q1", "title": "T", "text": "Is it?", "kind": "verdict", "weight": 3,
        "binds": [], "rule": None, "applies_from": [], "number": None, "good": [],
        "how_to_check": "", "when_partly": "", "common_mistake": "", "background": "",
        "evidence_hints": [], "remedy": "", "related": [], "choices": [], "cites": [],
    }  # fmt: skip
    found = {"de": words.pop("de")} if "de" in words else {}
    question |= words | ({"translations": found} if found else {})
    fact = {"key": "f", "label": "F", "text": "F?", "help": "", "kind": "yesno"}
    edition = {
        "number": "1", "release_notes": "", "subject_label": "", "subject_help": "",
        "roles": {}, "role_fact": "", "law_as_of": "2026-01-01",
    }  # fmt: skip
    section = {"key": "s", "title": "S", "intro": "", "questions": [question]}
    return {
        "checklist": "c",
        "edition": edition,
        "facts": [fact | {"choices": []}],
        "sections": [section],
    }


def test_diff_shows_what_is_translated_anew():
    old, new = (
        document_of(de={"title": said("A")}),
        document_of(de={"title": said("B")}),
    )
    [item] = compare(old, new).changed
    assert item.kinds == (ChangeKind.TRANSLATED,)
    assert list(translations.anew(old, new)) == [("de", 1, 0)]
    assert list(translations.anew(old, document_of())) == [("de", 0, 1)]
    assert list(translations.anew(old, old)) == []


def test_diff_knows_a_fact_translated_anew_from_one_reworded():
    old, new = document_of(), document_of()
    new["facts"][0]["translations"] = {"de": {"label": said("Tat")}}
    assert [f.kind for f in compare(old, new).facts] == [ChangeKind.TRANSLATED]
    new["facts"][0]["label"] = "G"
    assert [f.kind for f in compare(old, new).facts] == [ChangeKind.REWORDED]


def test_merging_keeps_what_we_translated_and_what_they_did():
    base = document_of(de={"title": said("Alt"), "remedy": said("R")}, remedy="R")
    theirs = document_of(text="Is it so?", de={"title": said("Neu"), "remedy": said("R2")}, remedy="R")
    ours = document_of(
        de={"title": said("Unser"), "remedy": said("R"), "text": said("Ist es?")},
        remedy="R",
    )
    found = offers(base, theirs, ours)
    assert [offer.is_ours for offer in found.questions] == [False]
    merged = merge(theirs, ours, found, ["Q1"])
    question = question_in(merged)
    assert question["text"] == "Is it so?"
    words = question["translations"]["de"]
    assert [words[n]["text"] for n in ("title", "remedy", "text")] == [
        "Unser",
        "R2",
        "Ist es?",
    ]
    assert merged["edition"]["translations"] == {"de": {}}


def test_a_text_that_is_emptied_and_comes_back_has_its_translation(draft):
    rows = draft.questions.filter(key="Q2")
    rows.update(remedy="Do it.", translations={"de": {"remedy": said("Tu.", "Do it.")}})
    assert "translations" in question_in(content.document(draft), "Q2")
    rows.update(remedy="")
    assert "translations" not in question_in(content.document(draft), "Q2")
    rows.update(remedy="Do it.")
    assert "translations" in question_in(content.document(draft), "Q2")


def test_the_hash_of_an_edition_does_not_hang_on_the_words_of_its_checklist(draft):
    words = {"title": said("Eigene"), "summary": said("Kurz")}
    Edition.objects.filter(pk=draft.pk).update(translations={"de": words})
    draft.refresh_from_db()
    before = content.document(draft)
    draft.checklist.title, draft.checklist.summary = "Another", ""
    assert content.document(draft) == before


def test_diff_page_names_the_languages_that_are_anew(cast, sign_in, draft):
    own = publish(draft)
    next_one = publishing.draft_next(by=cast.ada, organisation=cast.acme, edition_id=own.pk)
    next_one.questions.filter(key="Q2").update(translations={"de": {"title": said("T")}})
    path = reverse("checklists:diff", args=["acme", own.pk, next_one.pk])
    text = " ".join(sign_in(cast.ada).get(path).text.split())
    assert "German: 1 text translated again" in text
    assert "Retranslated" in text
    assert "de, Title" in text


def test_an_edition_says_in_which_language_it_is_written(cast, sign_in, draft):
    client = sign_in(cast.ada)
    path = reverse("editor:head", args=["acme", draft.pk])
    data = {
        "version": 0,
        "number": draft.number,
        "law_as_of": draft.law_as_of.isoformat(),
        "release_notes": draft.release_notes,
        "subject_label": draft.subject_label,
        "subject_help": draft.subject_help,
    }
    for refused in ("klingon!", "de"):
        assert client.post(path, data | {"language": refused}).status_code == 422
    assert client.post(path, data | {"language": "PT-br"}).status_code == 302
    draft.refresh_from_db()
    assert draft.language == "pt-BR"
    edit = reverse("editor:edit", args=["acme", draft.pk])
    assert '<bdi lang="pt-BR">Do you keep duty 1?' in client.get(edit).text
