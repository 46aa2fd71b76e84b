"""A file becomes a draft: all of it or nothing, and once."""

import json
from dataclasses import replace
from io import BytesIO, StringIO
from threading import Thread

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from compliance.content.checklist_files import actions as checklist_files
from compliance.content.checklist_files.actions import FaultyError, Wish
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists import actions, content
from compliance.models import (
    Answer,
    Checklist,
    Edition,
    Event,
    Question,
    Relation,
    Theme,
)
from compliance.proof.audit.models import LIBRARY
from compliance.proof.audit.refusals import RefusedError
from tests.content.checklist_files.making import make_sheet
from tests.content.checklist_files.reading import read
from tests.content.foreign_formats.catalogs import (
    as_yaml,
    make_asvs,
    make_catalog,
    make_library,
    make_mapping,
    make_pia,
)
from tests.content.foreign_formats.laws import law
from tests.support import factories
from tests.work.edition_moves.test_upgrading import begin, by_key, move, say


@pytest.fixture
def theme(db):
    return Theme.objects.create(key="privacy", name="Privacy", position=1)


def found_of(sheet):
    return read(FORMATS["json"].write(sheet), ".json")


def take(sheet_or_found, by=None, **wish):
    publish = wish.pop("publish", False)
    found = sheet_or_found if hasattr(sheet_or_found, "kept") else found_of(sheet_or_found)
    return checklist_files.take_in(by=by, found=found, wish=Wish(**wish), publish=publish)


def events():
    return list(Event.objects.order_by("pk").values_list("action", flat=True))


def test_new_checklist_comes_in_as_a_draft_with_one_event(theme):
    sheet = make_sheet(4)
    taken = take(sheet)
    assert (taken.is_changed, taken.edition.status) == (True, "draft")
    assert checklist_files.sheet_of(Edition.objects.get()) == sheet
    assert events() == ["edition.brought_in"]
    event = Event.objects.get()
    assert event.organisation_id == LIBRARY
    after = json.loads(event.payload)["after"]
    assert (after["key"], after["title"]) == ("made-4", sheet.title)
    assert after["content_hash"] == content.content_hash(sheet.document)


def test_same_file_twice_changes_nothing(theme):
    take(make_sheet(4))
    again = take(make_sheet(4))
    assert (again.is_changed, Edition.objects.count()) == (False, 1)
    assert events() == ["edition.brought_in"]


def test_same_file_after_publishing_changes_nothing(theme):
    take(make_sheet(4), publish=True)
    again = take(make_sheet(4), publish=True)
    assert (again.is_changed, again.edition.status) == (False, "published")
    assert events() == ["edition.brought_in", "edition.published"]


def test_published_number_with_other_content_is_refused(theme):
    sheet = make_sheet(4)
    take(sheet, publish=True)
    sheet.document["sections"][0]["questions"][0]["text"] = "Is it another one?"
    with pytest.raises(FaultyError, match="is final and has other content"):
        take(sheet, replace=True)
    assert Edition.objects.count() == 1


def test_draft_in_the_way_is_replaced_only_when_asked(theme):
    sheet = make_sheet(4)
    first = take(sheet).edition
    sheet.document["sections"][0]["questions"] = sheet.document["sections"][0]["questions"][:1]
    found = found_of(sheet)
    assert checklist_files.preview(found, Wish()).is_draft_in_the_way
    with pytest.raises(FaultyError, match="is a draft here with other content"):
        take(found)
    taken = take(found, replace=True)
    assert (taken.edition.pk, taken.is_changed) == (first.pk, True)
    assert content.document(Edition.objects.get()) == sheet.document


def test_new_number_becomes_a_draft_beside_the_published_edition(theme):
    sheet = make_sheet(4)
    take(sheet, publish=True)
    sheet.document["edition"]["number"] = "2027.1"
    removed = sheet.document["sections"][0]["questions"].pop(0)["key"]
    sheet.document["sections"][0]["questions"].append(
        make_sheet(9).document["sections"][0]["questions"][0] | {"key": "NEW"}
    )
    coming = checklist_files.preview(found_of(sheet), Wish())
    assert coming.fate == "A new draft edition of a checklist that is here"
    assert (coming.change.added, coming.change.removed) == (("NEW",), (removed,))
    assert take(sheet).edition.status == "draft"
    assert Edition.objects.published().count() == 1


def test_preview_changes_nothing(theme):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        coming = checklist_files.preview(found_of(make_sheet(4)), Wish())
    assert coming.counts["questions"] > 0
    assert [q for q in queries if not q["sql"].startswith("SELECT")] == []


def test_unknown_citation_refuses_the_whole_file(theme):
    sheet = make_sheet(4)
    question = sheet.document["sections"][0]["questions"][0]
    question["cites"] = ["Law Art. 1"]
    with pytest.raises(FaultyError, match="cites: Law Art"):
        take(sheet)
    assert (Checklist.objects.count(), events()) == (0, [])
    factories.make_provision("Law Art. 1")
    assert content.document(take(sheet).edition) == sheet.document


def test_choices_that_read_the_same_refuse_the_whole_file(theme):
    sheet = make_sheet(4)
    asked = next(q for s in sheet.document["sections"] for q in s["questions"])
    offered = [{"key": k, "label": " A", "help": ""} for k in "ab"]
    asked |= {"kind": "choice", "choices": offered, "number": None}
    with pytest.raises(FaultyError, match=r": two choices read “A”$"):
        take(sheet)
    assert (Checklist.objects.count(), events()) == (0, [])


def test_action_refuses_a_citation_that_went_away_and_keeps_nothing(theme):
    sheet = make_sheet(4)
    sheet.document["sections"][0]["questions"][0]["cites"] = ["Law Art. 1"]
    with pytest.raises(RefusedError, match="is not in the legal index"):
        actions.bring_in(by=None, document=sheet.document, title="T", summary="", theme="privacy")
    assert (Checklist.objects.count(), Edition.objects.count()) == (0, 0)


def test_theme_is_needed_for_a_new_checklist(theme):
    found = read(json.dumps(make_catalog(1, 2)).encode())
    with pytest.raises(FaultyError, match="names no theme"):
        take(found)
    with pytest.raises(FaultyError, match="moon is not a theme"):
        take(found, theme="moon")
    assert take(found, theme="privacy").is_changed
    assert not take(found).is_changed


def test_organisations_keep_checklists_of_one_key_apart(theme, cast):
    sheet = make_sheet(4)
    take(sheet)
    own = take(sheet, organisation=cast.acme, by=cast.ada, publish=True).edition
    theirs = take(sheet, organisation=cast.other, by=cast.zoe).edition
    assert Checklist.objects.filter(key="made-4").count() == 3
    assert own in content.readable(cast.acme, with_drafts=True)
    assert own not in content.readable(cast.other, with_drafts=True)
    assert theirs not in content.readable(cast.acme, with_drafts=True)
    assert theirs not in content.readable(cast.other)
    assert list(content.drafts_of(cast.other)) == [theirs]
    assert set(Event.objects.values_list("organisation_id", flat=True)) == {
        LIBRARY,
        cast.acme.pk,
        cast.other.pk,
    }


@pytest.mark.slow
def test_a_thousand_controls_take_thirty_statements(theme):
    found = read(json.dumps(make_catalog()).encode())
    with CaptureQueriesContext(connection) as queries:
        take(found, theme="privacy")
    assert Question.objects.count() > 1000
    assert len(queries) <= 30
    with CaptureQueriesContext(connection) as queries:
        assert not take(found).is_changed
    assert len(queries) <= 30
    question = found.document["sections"][0]["questions"][0]
    question["text"] = "Is it new?"
    with CaptureQueriesContext(connection) as queries:
        assert take(found, replace=True).is_changed
    assert len(queries) <= 40


def libraries():
    other = make_library("other")
    found = read(as_yaml(other), ".yaml")
    mapping = make_library(requirement_mapping_sets=[make_mapping(), make_mapping("superset")])
    return found, read(as_yaml(mapping), ".yaml")


def test_mapping_set_joins_the_crosswalk_once(theme):
    other, made = libraries()
    take(other, theme="privacy", publish=True)
    assert [str(n) for n in checklist_files.preview(made, Wish("privacy")).lost] == []
    assert take(made, theme="privacy", publish=True).relations == 1
    relation = Relation.objects.get()
    assert (str(relation.a), str(relation.b)) == ("made 1.1.1", "other 1.1.2")
    assert (relation.words, relation.relation) == ("Asks this and more", "subset")
    again = take(made, theme="privacy")
    assert (again.is_changed, again.relations) == (False, 0)


def test_mapping_to_a_checklist_that_is_not_here_is_lost_in_words(theme):
    _, made = libraries()
    coming = checklist_files.preview(made, Wish("privacy"))
    assert coming.counts["relations"] == 0
    assert "other has no question" in str(coming.lost[0])


def test_organisation_brings_no_relations_into_the_library(theme, cast):
    other, made = libraries()
    take(other, theme="privacy", publish=True)
    wish = Wish("privacy", cast.acme)
    assert "belong to the library" in str(checklist_files.preview(made, wish).lost[-1])
    assert take(made, theme="privacy", organisation=cast.acme).relations == 0


def test_seeds_leave_relations_that_were_brought_in(theme):
    other, made = libraries()
    take(other, theme="privacy", publish=True)
    take(made, theme="privacy", publish=True)
    actions.store_relations(by=None, pairs=[])
    assert Relation.objects.count() == 1


def test_relations_of_a_seed_take_the_place_of_those_brought_in(theme):
    other, made = libraries()
    take(other, theme="privacy", publish=True)
    take(made, theme="privacy", publish=True)
    pair = {
        "code": "XW-001",
        "a_checklist": "other",
        "a_key": "1.1.2",
        "b_checklist": "made",
        "b_key": "1.1.1",
        "relation": "equal",
        "words": "The same",
        "back": "The same",
        "reason": "Both ask it.",
    }
    actions.store_relations(by=None, pairs=[pair])
    assert [row.code for row in Relation.objects.all()] == ["XW-001"]


def law_of(version, gone=(), again=()):
    """A law without numbers; ``gone`` articles are not in it, ``again`` have new URNs."""
    made = law(3, 4) | {"version": version}
    nodes = made["objects"]["framework"]["requirement_nodes"]
    nodes[:] = [node for node in nodes if node["urn"].rpartition("law:")[2] not in gone]
    for node in nodes:
        node.pop("questions", None)
        if node["urn"].rpartition("law:")[2] in again:
            node["urn"] += "-new"
    return read(as_yaml(made), ".yaml")


def keys_by_text(edition):
    return dict(edition.questions.values_list("text", "key"))


def test_next_edition_without_an_article_keeps_the_keys_of_the_others(theme):
    first = take(law_of(1), theme="privacy", publish=True).edition
    coming = checklist_files.preview(law_of(2, gone=("chapter-1:1",)), Wish())
    assert (coming.change.added, coming.change.changed) == ((), ())
    assert len(coming.change.removed) == 1
    second = take(law_of(2, gone=("chapter-1:1",))).edition
    assert keys_by_text(second).items() < keys_by_text(first).items()
    assert second.questions.filter(source="").count() == 0


def test_answers_stay_with_their_articles_when_one_goes(theme, cast):
    """Answered, moved to an edition without an article, and back again."""
    first = take(law_of(1), theme="privacy", publish=True).edition
    assessment = begin(cast, first)
    said = {q.text: f"About {q.text}" for q in first.questions.all()}
    for question in first.questions.all():
        say(assessment, question.key, verdict="met", note=said[question.text])
    gone = next(iter(said))
    found = law_of(2, gone=("chapter-1:1",))
    second = take(found, publish=True).edition
    move(cast, assessment, second)
    rows = by_key(assessment).values()
    assert {row.question.text: row.note for row in rows} == {
        text: note for text, note in said.items() if text != gone
    }
    archived = Answer.everything.filter(assessment=assessment, archived_at__isnull=False)
    assert [(row.question.text, row.note) for row in archived] == [(gone, said[gone])]


def test_equal_words_under_another_name_come_along_only_when_said(theme):
    first = keys_by_text(take(law_of(1), theme="privacy", publish=True).edition)
    found = law_of(2, again=("chapter-1:2", "chapter-2:3"))
    coming = checklist_files.preview(found, Wish())
    assert len(coming.change.alike) == len(coming.change.added) == 2
    (one, old, text), (other, *_) = coming.change.alike
    assert first[text] == old
    now = keys_by_text(take(found, same=(one, "nothing")).edition)
    changed = {key for text, key in now.items() if first[text] != key}
    assert changed == {other}


def test_one_edition_has_a_source_once(theme):
    edition = take(law_of(1), theme="privacy").edition
    one, two = edition.questions.all()[:2]
    two.source = one.source
    with pytest.raises(IntegrityError):
        two.save()


@pytest.mark.slow
@pytest.mark.skipif(connection.vendor == "sqlite", reason="one connection in memory; writers queue")
def test_two_who_bring_in_the_same_at_once_make_one(committed):
    Theme.objects.create(key="privacy", name="Privacy", position=1)
    found, done = found_of(make_sheet(4)), []

    def one():
        try:
            done.append(take(found).is_changed)
        finally:
            connection.close()

    threads = [Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, False, False, True]
    assert (Checklist.objects.count(), Edition.objects.count()) == (1, 1)
    assert events() == ["edition.brought_in"]


def run(*args):
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


@pytest.mark.slow
def test_commands_bring_in_and_take_out(theme, tmp_path):
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(make_catalog(2, 3)))
    said = run("import_checklist", str(path), "--theme", "privacy", "--dry-run")
    assert "Dry run: nothing was changed." in said
    assert Checklist.objects.count() == 0
    said = run("import_checklist", str(path), "--theme", "privacy", "--publish")
    assert "A new checklist of the library: 2 sections, 6 questions" in said
    assert "Kept: group 1 (f0), control 1 (f0-1): params of a control (6 times)" in said
    assert said.endswith("a-catalog-of-duties 5.2: imported, published\n")
    again = run("import_checklist", str(path), "--theme", "privacy", "--publish")
    assert again.endswith("a-catalog-of-duties 5.2: unchanged, published\n")
    for name in FORMATS:
        out = tmp_path / f"out{FORMATS[name].suffix}"
        run(
            *("export_checklist", "a-catalog-of-duties", "--format", name),
            *("--output", str(out), "--edition", "5.2"),
        )
        assert read(out.read_bytes(), out.suffix).document is not None
    assert events()[2:] == ["edition.exported"] * len(FORMATS)


@pytest.mark.slow
def test_command_names_the_place_and_changes_nothing(theme, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(b"record,key\r\nmoon,x\r\n")
    with pytest.raises(CommandError, match="Nothing was changed") as refused:
        run("import_checklist", str(path))
    assert "row 2, column record: “moon” is not a record" in str(refused.value)
    assert Checklist.objects.count() == 0


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (
            ("export_checklist", "x", "--output", "/nowhere/x"),
            "No checklist is called x",
        ),
        (("import_checklist", "/nowhere/x.yaml"), "cannot be read"),
        (("import_checklist", __file__, "--organisation", "x"), "No organisation is"),
    ],
)
def test_command_refuses_in_words(args, words, db):
    with pytest.raises(CommandError, match=words):
        run(*args)


FOREIGN = {
    "library": lambda: read(as_yaml(make_library("namesake")), ".yaml"),
    "catalog": lambda: read(json.dumps(make_catalog(2, 4)).encode(), ".json"),
    "standard": lambda: read(json.dumps(make_asvs()).encode(), ".json"),
    "structure": lambda: read(json.dumps(make_pia()).encode(), ".json"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_file_never_takes_the_place_of_a_namesake(theme, kind):
    foreign = FOREIGN[kind]()
    key = foreign.document["checklist"]
    sheet = make_sheet(4)
    own = replace(sheet, document=sheet.document | {"checklist": key})
    shipped = take(own, publish=True).edition
    wish = Wish(theme="privacy", number="1")
    coming = checklist_files.preview(foreign, wish)
    assert (coming.fate, coming.older) == ("A new checklist of the library", None)
    assert coming.change == checklist_files.Change()
    assert any("another source" in note.words for note in coming.found.kept)

    first = take(foreign, theme="privacy", number="1").edition
    assert first.checklist.key == f"{key}-2"
    assert list(shipped.checklist.editions.all()) == [shipped]
    again = take(foreign, theme="privacy", number="1")
    assert (again.edition, again.is_changed) == (first, False)
    following = take(foreign, theme="privacy", number="1", replace=True)
    assert following.edition.checklist == first.checklist


def test_unknown_workbook_is_told_which_files_are_read():
    book = openpyxl.Workbook()
    book.active.append(["urn", "ref_id", "name", "description"])
    content = BytesIO()
    book.save(content)
    [fault] = read(content.getvalue(), ".xlsx").faults
    assert "CISO Assistant library (YAML, JSON)" in fault.words
