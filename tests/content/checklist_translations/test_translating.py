"""The pages of translations: progress, side by side, saves, refusals, undo, cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.content.checklist_translations import actions as checklist_translations
from compliance.content.checklists import content
from compliance.content.checklists.translations import mark
from compliance.models import Choice, Edition, Fact
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError
from tests.support.editor_forms import url
from tests.support.factories import make_checklist, make_draft, make_edition
from tests.support.page_text import flat


@pytest.fixture
def draft(cast):
    draft = make_draft(questions=4, sections=2, checklist=make_checklist("own", cast.acme))
    draft.translations = {"de": {}}
    draft.save()
    Choice.objects.create(question=draft.questions.first(), key="yes", label="Yes", position=1)
    return draft


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


def page(client, edition, part="question", key="Q1", language="de"):
    query = {"language": language, "part": part, "key": key}
    return client.get(url("translate", edition), query)


def save(client, edition, part="question", key="Q1", language="de", **typed):
    form = page(client, edition, part, key, language).context["form"]
    data = {field.html_name: field.value() for field in form if field.name != "still"}
    data = {name: value for name, value in data.items() if value is not None}
    for name in ("good", "evidence_hints"):
        if isinstance(data.get(name), list):
            data[name] = "\n".join(data[name])
    data |= {"part": part, "key": key, "language": language}
    return client.post(url("translate", edition), data | typed)


def words(edition, key="Q1", language="de"):
    rows = content.with_links(edition.questions)
    found = content.question_document(rows.get(key=key)).get("translations", {})
    return {name: said["text"] for name, said in found.get(language, {}).items()}


@pytest.mark.parametrize(("part", "key"), [("question", "Q1"), ("section", "s1"), ("edition", "")])
def test_nothing_translated_is_no_change(ada, draft, part, key):
    count = Event.objects.count()
    reply = save(ada, draft, part, key)
    assert (reply.status_code, Event.objects.count()) == (302, count)
    assert "saved=" not in reply.url


def test_texts_are_saved_beside_their_originals(ada, draft):
    reply = save(ada, draft, title="Titel", **{"choice.yes.label": "Ja"})
    assert reply.status_code == 302
    assert words(draft) == {"title": "Titel", "choice.yes.label": "Ja"}
    question = draft.questions.get(key="Q1")
    assert question.translations["de"]["title"]["of"] == mark(question.title)
    event = Event.objects.filter(action="question.changed").get()
    assert event.subject_id == str(draft.pk)


def test_both_sides_carry_their_language(ada, draft):
    save(ada, draft, title="Titel")
    text = flat(page(ada, draft).text)
    assert 'lang="en" dir="auto">Do you keep duty 1?' in text
    assert 'lang="de" dir="auto"><p>Titel</p>' in text
    assert 'lang="en" dir="auto"><p>Do you keep duty 1?</p>' in text


def test_saving_what_stands_changes_nothing(ada, draft):
    save(ada, draft, title="Titel")
    before, events = content.document(draft), Event.objects.count()
    save(ada, draft)
    assert (content.document(draft), Event.objects.count()) == (before, events)


def test_an_emptied_text_has_no_translation_any_more(ada, draft):
    save(ada, draft, title="Titel")
    save(ada, draft, title="")
    assert draft.questions.get(key="Q1").translations is None


def test_what_changed_since_is_marked_and_can_be_said_to_fit(ada, draft):
    save(ada, draft, title="Titel")
    draft.questions.filter(key="Q1").update(title="Another title")
    assert "Out of date" in page(ada, draft).text
    listed = ada.get(url("translations", draft), {"show": "stale"})
    assert [line.part.key for line in listed.context["page"]] == ["Q1"]
    save(ada, draft)
    assert "Out of date" in page(ada, draft).text
    save(ada, draft, still="title")
    assert "Out of date" not in page(ada, draft).text
    assert words(draft) == {"title": "Titel"}


@pytest.mark.parametrize("part", ["edition", "section", "fact"])
def test_every_part_is_translated(ada, draft, part):
    key = {"edition": "", "section": "s1", "fact": "data"}[part]
    if part == "section":
        key = draft.sections.first().key
    name = {"edition": "subject_label", "section": "title", "fact": "label"}[part]
    if part == "fact":
        Fact.objects.filter(edition=draft).delete()
        Fact.objects.create(edition=draft, key=key, label="Data", text="T?", kind="yesno", position=1)
    assert save(ada, draft, part, key, **{name: "Wort"}).status_code == 302
    draft.refresh_from_db()
    row = {
        "edition": draft,
        "section": draft.sections.first(),
        "fact": draft.facts.first(),
    }[part]
    assert row.translations["de"][name]["text"] == "Wort"
    assert Event.objects.filter(action=f"{part}.changed").count() == 1


def test_a_save_is_undone(ada, draft):
    before = content.document(draft)
    reply = save(ada, draft, title="Titel")
    shown = ada.get(reply.url)
    seq = shown.context["done"].seq
    assert 'value="' + str(seq) + '"' in shown.text
    ada.post(url("undo", draft), {"seq": seq})
    assert content.document(draft) == before


def test_a_stale_save_is_refused_with_both_texts(ada, draft, cast, sign_in):
    mine = page(ada, draft).context["form"]["version"].value()
    save(sign_in(cast.otto), draft, title="Von Otto")
    data = {"language": "de", "part": "question", "key": "Q1", "title": "Von Ada"}
    reply = ada.post(url("translate", draft), data | {"version": mine})
    assert reply.status_code == 409
    assert "Von Otto" in reply.text
    assert 'value="Von Ada"' in reply.text
    assert words(draft) == {"title": "Von Otto"}
    version = reply.context["form"]["version"].value()
    assert ada.post(url("translate", draft), data | {"version": version}).url
    assert words(draft) == {"title": "Von Ada"}


def test_an_editor_at_the_original_makes_the_translation_wait(ada, draft):
    mine = page(ada, draft).context["form"]["version"].value()
    draft.questions.filter(key="Q1").update(title="Changed", version=mine + 1)
    data = {"language": "de", "part": "question", "key": "Q1", "title": "Titel"}
    reply = ada.post(url("translate", draft), data | {"version": mine})
    assert (reply.status_code, "Changed" in reply.text) == (409, True)


def test_save_goes_on_to_the_next_that_has_something_to_do(ada, draft):
    reply = save(ada, draft, title="Titel", next="on")
    assert "key=Q2" in reply.url


def test_a_language_is_added_once(ada, draft):
    assert ada.post(url("language_add", draft), {"language": "fr"}).status_code == 302
    added = {"other": "pt_br"}
    assert ada.post(url("language_add", draft), added).status_code == 302
    draft.refresh_from_db()
    assert set(draft.translations) == {"de", "fr", "pt-BR"}
    for refused in ({"other": "fr"}, {"other": "en"}, {"other": "klingon!"}, {}):
        reply = ada.post(url("language_add", draft), refused)
        assert (reply.status_code, "Not saved yet" in reply.text) == (422, True)


def test_a_language_with_texts_is_not_removed(ada, draft):
    save(ada, draft, title="Titel")
    ada.post(url("language_remove", draft), {"language": "de"})
    draft.refresh_from_db()
    assert draft.translations == {"de": {}}
    save(ada, draft, title="")
    ada.post(url("language_remove", draft), {"language": "de"})
    draft.refresh_from_db()
    assert draft.translations is None


def test_what_is_typed_for_a_language_that_has_gone_comes_back(ada, draft):
    Edition.objects.filter(pk=draft.pk).update(translations={"fr": {}})
    data = {"language": "de", "part": "question", "key": "Q1", "version": 0}
    reply = ada.post(url("translate", draft), data | {"title": "Titel"})
    assert (reply.status_code, 'value="Titel"' in reply.text) == (422, True)


@pytest.mark.parametrize("query", [{"language": "<b>"}, {"language": "de\x00"}])
def test_an_impossible_language_is_not_found(ada, draft, query):
    assert ada.get(url("translate", draft), query).status_code == 404


@pytest.mark.parametrize("query", [{"language": "fr"}, {}])
def test_language_that_the_draft_lacks_leads_to_those_it_has(ada, draft, query):
    reply = ada.get(url("translate", draft), query)
    assert (reply.status_code, reply.url) == (302, url("translations", draft))


@pytest.mark.parametrize("part", ["question", "section", "fact", "nonsense"])
def test_a_part_that_is_gone_leads_back_to_the_list(ada, draft, part):
    reply = page(ada, draft, part, "gone")
    assert reply.url == f"{url('translations', draft)}?language=de"


def test_what_is_refused_comes_back_as_it_was_typed(ada, draft):
    reply = save(ada, draft, title="x" * 301, text="\x01")
    assert reply.status_code == 422
    assert "x" * 301 in reply.text
    assert words(draft) == {}


def test_hostile_words_stay_words(ada, draft):
    said = "<script>alert(1)</script>"
    save(ada, draft, title=said, text=f"{said} {{{{ 7 }}}}")
    for text in (page(ada, draft).text, ada.get(url("translations", draft)).text):
        assert said not in text


def test_only_editors_of_the_organisation_translate(cast, sign_in, draft):
    data = {"language": "de", "part": "question", "key": "Q1", "version": 0}
    for who, status in (("zoe", 404), ("rob", 403), ("con", 403)):
        client = sign_in(getattr(cast, who))
        for name in ("translate", "language_add", "language_remove"):
            assert client.post(url(name, draft), data).status_code == status
        assert client.get(url("translations", draft)).status_code == status
    assert words(draft) == {}


def test_nothing_of_a_published_or_reviewed_edition_is_translated(ada, cast, draft):
    own = make_edition(checklist=make_checklist("mine", cast.acme))
    library = make_edition()
    for edition in (own, library):
        for name in ("translations", "translate"):
            assert ada.get(url(name, edition)).url == url("detail", edition)
        reply = ada.post(url("language_add", edition), {"language": "fr"})
        assert reply.status_code in {404, 422}
    with pytest.raises(RefusedError):
        checklist_translations.save_translation(
            by=cast.ada, organisation=cast.acme, edition_id=own.pk, kind="question",
            key="Q1", version=0, language="de", typed={"title": "x"},
        )  # fmt: skip
    with pytest.raises(Edition.DoesNotExist):
        checklist_translations.add_language(
            by=cast.ada, organisation=cast.acme, edition_id=library.pk, language="fr"
        )


def count(client, *args):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(*args)
    return len(queries)


def test_pages_cost_the_same_however_long_the_checklist_is(ada, cast, draft):
    query = {"language": "de", "part": "question", "key": "Q1"}
    long = make_draft(questions=40, sections=4, checklist=make_checklist("long", cast.acme))
    Edition.objects.filter(pk=long.pk).update(translations={"de": {}})
    costs = [count(ada, url("translations", d)) for d in (draft, long)]
    assert costs[0] == costs[1] <= 12
    assert count(ada, url("translate", long), query) <= 8


@pytest.mark.slow
def test_two_thousand_questions_are_listed_in_pages(ada, cast):
    draft = make_draft(questions=2000, sections=20, checklist=make_checklist("long", cast.acme))
    Edition.objects.filter(pk=draft.pk).update(translations={"de": {}, "fr": {}})
    reply = ada.get(url("translations", draft), {"page": "3"})
    assert len(reply.context["page"]) == 200
    assert reply.context["page"].paginator.count > 2000


def test_gates_and_what_follows_have_texts_to_translate(ada, draft):
    row = {"effect": "out", "because": "Spared."}
    draft.gates = [{"key": "old", "title": "Old lists", "because": "So.", "rows": [row]}]
    draft.save()
    fact = draft.facts.get()
    entry = {"fact": "data", "value": "children", "when": {"data": "health"}}
    fact.implies, fact.contested = [entry | {"because": "Both."}], "Courts differ."
    fact.save()
    form = page(ada, draft, "edition", "").context["form"]
    labels = {name: form[name].label for name in form.fields if name.startswith("gate")}
    assert labels == {
        "gate.old.title": "Gate",
        "gate.old.because": "Why there is the gate “Old lists”",
        "gate.old.1": "Row 1 of the gate “Old lists”",
    }
    save(ada, draft, "edition", "", **{"gate.old.1": "Verschont."})
    save(ada, draft, "fact", "data", **{"implies.1": "Beide.", "contested": "Uneins."})
    found = content.document(Edition.objects.get(pk=draft.pk))
    (said,) = found["edition"]["translations"]["de"].items()
    assert said == ("gate.old.1", {"text": "Verschont.", "of": mark("Spared.")})
    (fact,) = found["facts"]
    assert {n: t["text"] for n, t in fact["translations"]["de"].items()} == {
        "implies.1": "Beide.",
        "contested": "Uneins.",
    }
    draft.refresh_from_db()
    draft.gates[0]["rows"][0]["because"] = "Exempt."
    draft.save()
    shown = page(ada, draft, "edition", "")
    assert "gate.old.1" in shown.context["form"].stale
