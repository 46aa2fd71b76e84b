"""Seeds come in whole or not at all, once, and unchanged."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from compliance.content.checklist_schema.json_schema import schemas
from compliance.content.checklists import content
from compliance.content.legal_index.actions import amend_provision, mark_of
from compliance.models import (
    Checklist,
    Choice,
    Citation,
    Edition,
    Fact,
    Instrument,
    Provision,
    Question,
    Section,
    Theme,
)
from compliance.operations.seeds import actions
from compliance.operations.seeds.loader import BadSeeds
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import LIBRARY, ChainHead, Event
from tests.operations.seeds.making import make_question, make_seeds, write
from tests.support.factories import make_assessment
from tests.support.mail_queue import queued, send_queued

TABLES = [
    Theme, Instrument, Provision, Checklist, Edition, Section, Question, Choice,
    Citation, Fact, ChainHead, Event,
]  # fmt: skip


def rows():
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


def load(folder, files):
    return actions.load(by=None, folder=write(folder, files)).checklists


@pytest.mark.django_db
def test_seeds_become_rows(tmp_path):
    files = make_seeds()
    files["lists/01-first.yaml"]["questions"][0]["applies_from"] = "DAY:2027-12-02"
    edition = load(tmp_path, files)[0].edition
    first, second = edition.questions.all()
    assert (edition.status, edition.number, first.section.key) == (
        "published",
        "2026.1",
        "first",
    )
    assert first.applies_from == [{"date": "2027-12-02"}]
    assert first.evidence_hints == ["List", "Minutes", "Names"]
    assert second.rule == {"paper": "yes"}
    assert list(second.choices.values_list("key", "verdict")) == [
        ("shelf", "met"),
        ("floor", "not_met"),
    ]
    assert [str(c.provision) for c in second.citations.all()] == ["Law Art. 1(1)"]
    assert Provision.objects.get(cite="Law Art. 2(1)").successor.cite == "Law Art. 1(2)"


@pytest.mark.django_db
def test_rows_read_back_give_the_hash_of_the_file(tmp_path):
    edition = load(tmp_path, make_seeds())[0].edition
    again = Edition.objects.get(pk=edition.pk)
    assert content.content_hash(content.document(again)) == edition.content_hash


@pytest.mark.django_db
def test_loading_is_on_the_trail_of_the_library(tmp_path):
    load(tmp_path, make_seeds())
    assert list(Event.objects.values_list("organisation_id", "action")) == [
        (LIBRARY, "theme.added"),
        (LIBRARY, "instrument.added"),
        (LIBRARY, "instrument.provisions_set"),
        (LIBRARY, "checklist.added"),
        (LIBRARY, "edition.published"),
    ]
    assert verification.verify(LIBRARY) is None


@pytest.mark.django_db
def test_second_load_changes_nothing(tmp_path):
    load(tmp_path, make_seeds())
    before = rows()
    assert [loaded.is_changed for loaded in load(tmp_path, make_seeds())] == [False]
    assert rows() == before


@pytest.mark.django_db
def test_a_fault_changes_nothing(tmp_path):
    load(tmp_path, make_seeds())
    before = rows()
    files = make_seeds()
    files["themes.yaml"]["themes"][0]["name"] = "Neatness"
    files["lists/01-first.yaml"]["questions"][0]["weight"] = 9
    with pytest.raises(BadSeeds):
        load(tmp_path, files)
    assert rows() == before


@pytest.mark.django_db
def test_other_content_under_the_same_number_changes_nothing(tmp_path):
    load(tmp_path, make_seeds())
    before = rows()
    files = make_seeds()
    files["themes.yaml"]["themes"][0]["name"] = "Neatness"
    files["lists/01-first.yaml"]["questions"][0]["weight"] = 4
    with pytest.raises(BadSeeds) as bad:
        load(tmp_path, files)
    assert str(bad.value) == (
        "lists/checklist.yaml, line 6: edition number: lists: edition 2026.1 is final"
        " and has other content; raise the number"
    )
    assert rows() == before


@pytest.mark.django_db
def test_new_number_retires_the_older_edition(tmp_path):
    old = load(tmp_path, make_seeds())[0].edition
    files = make_seeds()
    files["lists/checklist.yaml"]["edition"]["number"] = "2026.2"
    files["lists/checklist.yaml"]["title"] = "Better lists"
    new = load(tmp_path, files)[0].edition
    old.refresh_from_db()
    assert (old.status, new.status) == ("retired", "published")
    assert list(Event.objects.order_by("seq").values_list("action", flat=True))[5:] == [
        "checklist.changed",
        "edition.retired",
        "edition.published",
    ]


@pytest.mark.django_db
def test_older_seeds_again_bring_nothing_back(tmp_path):
    load(tmp_path, make_seeds())
    files = make_seeds()
    files["lists/checklist.yaml"]["edition"]["number"] = "2026.2"
    load(tmp_path, files)
    assert load(tmp_path, make_seeds())[0].edition.status == "retired"
    assert Edition.objects.count() == 2


@pytest.mark.django_db
def test_changed_law_is_kept_with_before_and_after(tmp_path):
    load(tmp_path, make_seeds())
    files = make_seeds()
    files["law/law.yaml"]["provisions"][0]["applies_from"] = "DAY:2027-01-01"
    files["law/law.yaml"]["provisions"].append({"article": "3", "title": "New lists"})
    load(tmp_path, files)
    before, after = trail.changes(Event.objects.order_by("seq").last())
    cites = ["Law Art. 1", "Law Art. 1(1)", "Law Art. 1(2)"]
    assert before == {"provisions": {cite: {"applies_from": "2018-05-25"} for cite in cites}}
    assert after == {
        "provisions": {cite: {"applies_from": "2027-01-01"} for cite in cites},
        "added": 1,
    }
    assert Provision.objects.count() == 7


@pytest.mark.django_db
def test_dropped_provision_is_refused(tmp_path):
    load(tmp_path, make_seeds())
    files = make_seeds()
    files["law/law.yaml"]["provisions"][0]["units"] = ["(1)"]
    files["law/law.yaml"]["provisions"][1]["units"] = []
    with pytest.raises(BadSeeds) as bad:
        load(tmp_path, files)
    assert str(bad.value) == (
        "law/law.yaml: Law Art. 1(2) is missing; a provision is never dropped, set it to repealed"
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_statements_do_not_grow_with_the_questions(tmp_path, django_assert_max_num_queries):
    with django_assert_max_num_queries(70) as few:
        load(tmp_path / "a", make_seeds())
    files = make_seeds()
    files["lists/checklist.yaml"]["edition"]["number"] = "2026.2"
    files["lists/01-first.yaml"]["questions"] += [make_question(f"T{number:03}") for number in range(3, 1000)]
    with django_assert_max_num_queries(len(few)):
        load(tmp_path / "b", files)


def run(*arguments):
    out = StringIO()
    call_command("load_seeds", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_command_prints_one_line_per_checklist(tmp_path):
    folder = write(tmp_path, make_seeds())
    said = run(folder)
    digest = Edition.objects.get().content_hash
    assert said == f"lists 2026.1: loaded, 2 questions, {digest}\n"
    assert run(folder) == f"lists 2026.1: unchanged, 2 questions, {digest}\n"


def spoil_law(files):
    """A new index: one article comes later, the other is repealed."""
    first, second = files["law/law.yaml"]["provisions"]
    first |= {"applies_from": "DAY:2027-12-02", "status": "applies_later"}
    second["status"] = "repealed"
    return files


def test_changed_law_is_announced_once(cast, tmp_path):
    edition = load(tmp_path, make_seeds())[0].edition
    make_assessment(cast.acme, cast.ada, edition)
    said = run(write(tmp_path, spoil_law(make_seeds()))).splitlines()
    words = "no longer in force, applies from 2 Dec 2027 instead of 25 May 2018"
    assert said[1:] == [
        f"law: Law Art. 1, Law Art. 1(1), Law Art. 1(2): {words}",
        "law: Law Art. 2: repealed",
        "law: touches 2 questions in 1 editions, 1 running assessments of 1"
        " organisations; 2 mails are queued",
    ]
    mails = send_queued()
    assert sorted(m.to[0] for m in mails) == ["ada@example.org", "otto@example.org"]
    assert f"- Law Art. 1(1): {words}" in mails[0].body
    assert "repealed" not in mails[0].body
    assert len(run(write(tmp_path, spoil_law(make_seeds()))).splitlines()) == 1
    assert not queued().exists()


def test_what_an_editor_changed_is_named_and_stays(cast, tmp_path):
    load(tmp_path, make_seeds())
    row = Provision.objects.select_related("successor").get(cite="Law Art. 1")
    amend_provision(
        by=cast.ada,
        provision_id=row.pk,
        values={"status": "repealed"},
        reason="Annulled",
        seen=mark_of(row),
    )
    said = run(write(tmp_path, make_seeds())).splitlines()
    assert said[1:] == ["law: Law Art. 1 stays as an editor changed it; the seeds say otherwise"]
    assert Provision.objects.get(cite="Law Art. 1").status == "repealed"


def test_law_that_comes_with_a_fault_is_mailed_to_nobody(cast, tmp_path):
    edition = load(tmp_path, make_seeds())[0].edition
    make_assessment(cast.acme, cast.ada, edition)
    files = spoil_law(make_seeds())
    files["lists/01-first.yaml"]["questions"][0]["weight"] = 4
    with pytest.raises(BadSeeds):
        load(tmp_path, files)
    assert not queued().exists()
    assert Provision.objects.get(cite="Law Art. 1").status == "in_force"


@pytest.mark.django_db
def test_command_checks_without_loading(tmp_path):
    folder = write(tmp_path, make_seeds())
    assert run(folder, "--check") == "lists 2026.1: no faults, 2 questions\n"
    assert not Edition.objects.exists()


@pytest.mark.django_db
def test_limits_of_fines_are_kept_with_the_instrument(tmp_path):
    files = make_seeds()
    fine = {"amount": 20_000_000, "percent": 4, "under": "2", "articles": ["1 to 2"]}
    files["law/law.yaml"]["fines"] = [fine]
    run(write(tmp_path, files))
    [kept] = Instrument.objects.get().fines
    assert kept["provisions"] == ["Law Art. 1", "Law Art. 2"]
    assert kept["under"] == "Law Art. 2"
    fine["articles"] = ["1", "7"]
    with pytest.raises(CommandError, match=r"Law Art. 7 is not in this file"):
        run(write(tmp_path, files))


@pytest.mark.django_db
def test_command_ends_with_the_faults(tmp_path):
    files = make_seeds()
    files["lists/01-first.yaml"]["questions"][0]["weight"] = 9
    with pytest.raises(CommandError) as refused:
        run(write(tmp_path, files))
    assert refused.value.returncode == 1
    assert str(refused.value) == (
        "Nothing was changed. Faults: 1\nlists/01-first.yaml, line 12: T001 weight: must be 5 or less"
    )


def test_schemas_are_written_as_they_are_shipped(tmp_path):
    run(tmp_path, "--write-schema")
    shipped = settings.BASE_DIR / "seeds" / "schema"
    written = {path.name: path.read_text() for path in (tmp_path / "schema").iterdir()}
    assert written == {path.name: path.read_text() for path in shipped.iterdir()}
    assert {name: json.loads(written[f"{name}.schema.json"]) for name in schemas()} == schemas()
