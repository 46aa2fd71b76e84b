"""Every usual change to a draft is shown with its Undo, which puts all back as it was."""

import pytest

from compliance.content.checklists import content, soundness
from compliance.content.editor import actions
from compliance.identity.organisations.actions import make_editor
from compliance.models import Choice
from compliance.proof.audit import verification
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError
from tests.support.editor_forms import question_of, save, url
from tests.support.factories import make_checklist, make_draft
from tests.support.page_text import flat


@pytest.fixture
def draft(cast):
    """Q1 and Q2 in section s1, Q3 and Q4 in s2, s3 is empty; German is begun."""
    found = make_draft(questions=4, sections=2, checklist=make_checklist("own", cast.acme))
    found.sections.create(key="s3", title="Rest", intro="Read.", position=3)
    found.translations = {"de": {}, "fr": {}}
    found.save()
    Choice.objects.create(question=found.questions.first(), key="yes", label="Yes", position=1)
    return found


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


FACT = {"label": "Size", "text": "How large?", "kind": "yesno", "version": "0"}
HEAD = {
    "version": "0",
    "number": "2026.9",
    "law_as_of": "2026-11-30",
    "release_notes": "Other notes.",
    "subject_label": "Site",
}
GERMAN = {"language": "de", "version": "0"}
CHANGES = {
    "section added": ("part_add", {"title": "Law"}, "“Law” is added."),
    "question added": ("part_add", {"section": "s1", "text": "New?"}, "Q5 is added."),
    "question copied": ("part_copy", {"key": "Q1"}, "Q5 is a copy of Q1."),
    "question moved": (
        "part_move",
        {"part": "question", "key": "Q1", "section": "s2", "behind": "Q3"},
        "Q1 is moved.",
    ),
    "section moved": (
        "part_move",
        {"part": "section", "key": "s3", "step": "-1"},
        "The section is moved.",
    ),
    "section changed": (
        "section_save",
        {"key": "s1", "version": "0", "title": "Other", "intro": "Shown."} | {"level": "organisation"},
        "The section is saved.",
    ),
    "section removed": (
        "part_remove",
        {"part": "section", "key": "s3"},
        "“Rest” is removed.",
    ),
    "fact added": ("fact_save", FACT, "“Size” is added."),
    "fact changed": (
        "fact_save",
        FACT | {"key": "data", "label": "Data!"},
        "The fact is saved.",
    ),
    "fact removed": ("fact_remove", {"key": "data"}, "“Data” is removed."),
    "head": ("head", HEAD, "The edition is saved."),
    "language added": ("language_add", {"language": "nl"}, "Dutch is added."),
    "language removed": ("language_remove", {"language": "fr"}, "French is removed."),
    "edition translated": (
        "translate",
        GERMAN | {"part": "edition", "title": "Titel"},
        "The edition is saved.",
    ),
    "section translated": (
        "translate",
        GERMAN | {"part": "section", "key": "s1", "title": "Teil"},
        "The section is saved.",
    ),
    "fact translated": (
        "translate",
        GERMAN | {"part": "fact", "key": "data", "label": "Daten"},
        "The fact is saved.",
    ),
}


def stands(draft):
    draft.refresh_from_db()
    return content.document(draft)


def undo(client, page):
    """Press Undo on a page that shows a change; the page after it."""
    done = page.context["done"]
    data = {"seq": done.seq, "page": page.context.get("page_name", "")}
    data["language"] = page.context.get("language", "")
    return client.post(url("undo", page.context["edition"]), data, follow=True)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.slow
def test_change_is_shown_and_undone_once(ada, draft, change):
    name, data, said = CHANGES[change]
    before = stands(draft)
    page = ada.post(url(name, draft), data, follow=True)
    assert said in flat(page.text)
    assert ">Undo<" in page.text
    after = stands(draft)
    assert after != before
    assert "Undone." in undo(ada, page).text
    assert stands(draft) == before
    assert "Undone." not in undo(ada, page).text
    assert stands(draft) == before
    assert Event.objects.count() == 2
    assert verification.verify(draft.checklist.organisation_id) is None


SINCE = {
    "question added": ("translate", GERMAN | {"key": "Q5", "title": "Neu"}),
    "question moved": ("part_move", {"part": "question", "key": "Q1", "step": "1"}),
    "section moved": ("part_move", {"part": "section", "key": "s3", "step": "-1"}),
    "section changed": (
        "section_save",
        {"key": "s1", "version": "1", "title": "Third", "intro": "Shown."},
    ),
    "fact changed": (
        "fact_save",
        FACT | {"key": "data", "label": "Third", "version": "1"},
    ),
    "fact added": (
        "fact_save",
        FACT | {"key": "size", "label": "Third", "version": "0"},
    ),
    "head": ("head", HEAD | {"number": "2026.10", "version": "1"}),
    "edition translated": (
        "translate",
        GERMAN | {"part": "edition", "title": "Titel 2", "version": "1"},
    ),
}


@pytest.mark.parametrize("change", SINCE)
def test_what_was_changed_again_is_not_undone(ada, cast, draft, sign_in, change):
    name, data, _ = CHANGES[change]
    page = ada.post(url(name, draft), data, follow=True)
    later, sent = SINCE[change]
    sent = {"part": "question"} | sent if later == "translate" else sent
    sign_in(cast.otto).post(url(later, draft), sent)
    assert Event.objects.count() == 2
    theirs = stands(draft)
    assert "changed again since" in undo(ada, page).text
    assert stands(draft) == theirs


def test_added_section_that_has_questions_stays(ada, draft):
    page = ada.post(url("part_add", draft), {"title": "Law"}, follow=True)
    ada.post(url("part_add", draft), {"section": "law", "text": "New?"})
    assert "still has questions" in undo(ada, page).text
    assert draft.sections.filter(key="law").exists()


def test_added_fact_that_decides_stays(ada, draft):
    page = ada.post(url("fact_save", draft), FACT, follow=True)
    draft.questions.filter(key="Q2").update(rule={"size": "yes"})
    assert "decides whether Q2 applies" in undo(ada, page).text
    assert draft.facts.filter(key="size").exists()


def test_question_does_not_come_back_without_the_fact_of_its_rule(ada, cast, draft):
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    draft.questions.filter(key="Q1").update(rule={"data": ["health"]})
    question = actions.remove_question(**given, key="Q1")
    fact = actions.remove_fact(**given, key="data")
    with pytest.raises(RefusedError, match="Q1 rests on a fact that has been removed"):
        actions.undo(**given, seq=question.seq)
    assert ada.get(url("detail", draft)).status_code == 200
    actions.undo(**given, seq=fact.seq)
    actions.undo(**given, seq=question.seq)
    assert question_of(draft)["rule"] == {"data": ["health"]}


def test_fact_does_not_come_back_without_what_follows_from_it(cast, draft):
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    implied = {"fact": "b", "value": "yes", "because": "Art. 1."}
    asked = {"text": "So?", "kind": "yesno"}
    draft.facts.create(key="a", label="A", position=2, implies=[implied], **asked)
    draft.facts.create(key="b", label="B", position=3, **asked)
    first = actions.remove_fact(**given, key="a")
    second = actions.remove_fact(**given, key="b")
    with pytest.raises(RefusedError, match="“A” rests on a fact that has been removed"):
        actions.undo(**given, seq=first.seq)
    actions.undo(**given, seq=second.seq)
    actions.undo(**given, seq=first.seq)
    assert not soundness.broken(content.document(draft))


def test_language_with_texts_stays(ada, draft):
    page = ada.post(url("language_add", draft), {"language": "nl"}, follow=True)
    data = {"language": "nl", "part": "question", "key": "Q1", "version": "0"}
    ada.post(url("translate", draft), data | {"title": "Titel"})
    reply = undo(ada, page)
    assert "There are texts in Dutch; empty them first" in reply.text
    assert reply.resolver_match.view_name == "checklist_translations:translations"


def test_removed_section_stands_where_it_stood_among_new_ones(ada, draft):
    page = ada.post(url("part_remove", draft), {"part": "section", "key": "s3"}, follow=True)
    ada.post(url("part_add", draft), {"title": "Law"})
    undo(ada, page)
    assert list(draft.sections.values_list("key", flat=True)) == [
        "s1",
        "s2",
        "s3",
        "law",
    ]
    version = draft.sections.get(key="s3").version
    assert version == 1, "a page from before the removal would be saved unseen"


def test_section_whose_key_is_taken_anew_does_not_come_back(ada, draft):
    page = ada.post(url("part_add", draft), {"title": "Law"}, follow=True)
    page = ada.post(url("part_remove", draft), {"part": "section", "key": "law"}, follow=True)
    ada.post(url("part_add", draft), {"title": "Law"})
    assert "add it again" in undo(ada, page).text
    assert draft.sections.filter(key="law").count() == 1


TRANSLATED = GERMAN | {"part": "section", "key": "s1", "title": "Teil"}


@pytest.mark.parametrize(
    ("name", "data", "bad"),
    [
        ("translate", TRANSLATED, {"title": "\u202e"}),
        ("roles", {"version": "0", "role_fact": "data"}, {"role_fact": "nothing"}),
    ],
)
def test_what_was_saved_before_is_not_shown_beside_what_is_refused(ada, draft, name, data, bad):
    page = ada.post(url(name, draft), data, follow=True)
    assert ">Undo<" in page.text
    address = page.redirect_chain[-1][0]
    assert "saved=" in address
    refused = ada.post(address, data | bad)
    assert refused.status_code == 422
    assert ">Undo<" not in refused.text


@pytest.mark.slow
def test_undo_leads_back_to_the_page_it_was_asked_on(ada, draft):
    for change, view, query in [
        ("fact removed", "facts", ""),
        ("language removed", "translations", "language=de"),
        ("section translated", "translate", "part=section"),
        ("section changed", "edit", "section=s1"),
        ("head", "edit", ""),
    ]:
        name, data, _ = CHANGES[change]
        data = data | {"version": draft.sections.get(key="s1").version}
        if change == "head":
            draft.refresh_from_db()
            data["version"] = draft.version
        page = ada.post(url(name, draft), data, follow=True)
        reply = undo(ada, page)
        assert reply.resolver_match.url_name == view
        assert query in reply.redirect_chain[-1][0]


def test_language_gone_meanwhile_leads_to_the_list_of_languages(ada, draft):
    name, data, _ = CHANGES["section translated"]
    page = ada.post(url(name, draft), data | {"language": "fr"}, follow=True)
    undo(ada, page)
    ada.post(url("language_remove", draft), {"language": "fr"})
    reply = undo(ada, page)
    assert reply.resolver_match.view_name == "checklist_translations:translations"


def test_moved_by_drag_is_undone_from_the_part_of_the_page_that_came(ada, draft):
    data = {"part": "question", "key": "Q1", "section": "s2", "behind": ""}
    part = ada.post(url("part_move", draft), data | {"open": "Q2"}, headers={"HX-Request": "true"})
    assert "Q1 is moved." in part.text
    undo(ada, part)
    assert [q["key"] for q in stands(draft)["sections"][0]["questions"]] == ["Q1", "Q2"]


def test_choices_of_a_question_are_undone(ada, draft):
    before = stands(draft)
    page = save(ada, draft, kind="choice", **{"choice-0-label": "Other"})
    page = ada.get(page.url)
    assert question_of(draft)["kind"] == "choice"
    undo(ada, page)
    assert stands(draft) == before


def test_editor_of_the_library_undoes_too(cast, sign_in):
    for person in (cast.otto, cast.zoe):
        make_editor(by=None, email=person.email)
    draft = make_draft(checklist=make_checklist("library"))
    otto = sign_in(cast.otto)
    before = content.document(draft)
    page = otto.get(save(otto, draft, text="Oops?").url)
    assert question_of(draft)["text"] == "Oops?"
    assert "Undone." in undo(otto, page).text
    assert content.document(draft) == before


def test_event_of_another_organisation_is_not_shown(ada, cast, draft, sign_in):
    theirs = make_draft(checklist=make_checklist("theirs", cast.other))
    given = {"by": cast.zoe, "organisation": cast.other, "edition_id": theirs.pk}
    event = actions.add_section(**given, title="Secret")
    page = ada.get(url("edit", draft), {"saved": event.seq})
    assert page.context["done"] is None
    assert "Secret" not in page.text
