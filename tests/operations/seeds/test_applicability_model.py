"""Gates, implied facts, last days, yardsticks and examples in the files of the seeds."""

from copy import deepcopy
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compliance.content.checklists import content
from compliance.models import Edition, Event, Instrument
from compliance.operations.seeds import actions
from compliance.operations.seeds.loader import BadSeeds
from compliance.work.assessments.actions import start
from tests.operations.seeds.making import (
    make_head,
    make_law,
    make_question,
    make_seeds,
    write,
)
from tests.support.factories import make_member, make_organisation

ORGANISATIONS = "lists/organisations.yaml"
GATE = {
    "key": "old",
    "title": "Old lists",
    "because": "Lists from before the law are spared.",
    "cites": ["Law Art. 1(2)"],
    "questions": ["T001"],
    "rows": [
        {"when": {"paper": "yes"}, "effect": "out", "because": "Paper is spared."},
        {"from": "DAY:2027-12-02", "because": "All others follow."},
    ],
}
CLUB = {
    "key": "club",
    "name": "Club",
    "facts": {"role": ["reader"], "paper": "yes"},
    "must_not_apply": [{"gate": "old", "because": "Art. 1(2)."}],
    "must_apply": [{"questions": ["T002"], "because": "Art. 1(1)."}],
}
SHOP = {
    "key": "shop",
    "name": "Shop",
    "facts": {"role": ["keeper"], "paper": "no"},
    "dates": [{"questions": ["T001"], "from": "DAY:2027-12-02", "because": "Art. 1(1)."}],
}


SHORT = {
    "because": "A reader of paper begins here.",
    "when": {"role": "reader", "paper": "yes"},
    "questions": ["T002"],
}


def model_seeds():
    files = make_seeds()
    head = files["lists/checklist.yaml"]
    head |= {"gates": [GATE], "essentials": SHORT}
    head["facts"][0]["implies"] = [
        {
            "fact": "role",
            "value": "keeper",
            "when": {"role": "reader", "paper": "yes"},
            "because": "Whoever reads on paper keeps it, too.",
        }
    ]
    first = files["lists/01-first.yaml"]["questions"][0]
    first |= {"applies_until": "DAY:2028-12-31", "yardstick": True, "binds": ["keeper"]}
    files[ORGANISATIONS] = {"organisations": [CLUB, SHOP]}
    return files


def load(folder, files):
    return actions.load(by=None, folder=write(folder, files)).checklists[0]


@pytest.mark.django_db
def test_every_new_part_is_kept_and_frozen(tmp_path):
    edition = Edition.objects.get(pk=load(tmp_path, model_seeds()).edition.pk)
    assert edition.gates[0]["rows"][1] == {
        "effect": "binds", "from": "2027-12-02", "because": "All others follow.",
    }  # fmt: skip
    assert edition.organisations[1]["facts"] == {"role": ["keeper"], "paper": ["no"]}
    assert edition.essentials == SHORT
    first = edition.questions.get(key="T001")
    assert (first.yardstick, first.applies_until) == (True, [{"date": "2028-12-31"}])
    assert edition.facts.get(key="role").implies[0]["value"] == "keeper"
    document = content.document(edition)
    assert content.content_hash(document) == edition.content_hash
    document["edition"]["gates"][0]["rows"][0]["because"] = "Another reason."
    assert content.content_hash(document) != edition.content_hash


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["gates", "essentials", "organisations"])
def test_published_edition_refuses_another_gate_or_example(tmp_path, name):
    edition = load(tmp_path, model_seeds()).edition
    with pytest.raises(Exception, match="a published edition is never changed"):
        Edition.objects.filter(pk=edition.pk).update(**{name: None})


@pytest.mark.django_db
def test_edition_without_new_parts_keeps_the_hash_it_had(tmp_path):
    document = content.document(load(tmp_path, make_seeds()).edition)
    assert {"gates", "essentials", "organisations"}.isdisjoint(document["edition"])
    asked = document["sections"][0]["questions"][0]
    assert {"applies_until", "yardstick"}.isdisjoint(asked)
    assert {"implies", "contested"}.isdisjoint(document["facts"][0])


@pytest.mark.django_db
def test_second_load_changes_nothing(tmp_path):
    load(tmp_path, model_seeds())
    before = Event.objects.count()
    assert not load(tmp_path, model_seeds()).is_changed
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_assessment_follows_gate_implied_fact_and_last_day(tmp_path):
    edition = load(tmp_path, model_seeds()).edition
    organisation = make_organisation()
    by = make_member(organisation, "contributor")
    given = {
        "by": by,
        "organisation": organisation,
        "edition": edition,
        "subject": "Club",
    }

    def begun(facts, year):
        days = {"period_from": date(year, 1, 1), "period_to": date(year, 12, 31)}
        assessment = start(facts=facts, **days, **given)
        answer = assessment.answers.get(question__key="T001")
        return answer.applies, answer.binds_from

    assert begun({"role": ["reader"], "paper": ["yes"]}, 2026) == (False, None)
    assert begun({"role": ["keeper"], "paper": ["no"]}, 2026) == (
        True,
        date(2027, 12, 2),
    )
    assert begun({"role": ["keeper"], "paper": ["no"]}, 2029) == (False, None)


def faults(folder, files):
    with pytest.raises(BadSeeds) as refused:
        actions.read(write(folder, files))
    return [str(fault) for fault in refused.value.faults]


def test_rule_that_never_holds_is_named(tmp_path):
    files = model_seeds()
    never = {"all": [{"paper": "yes"}, {"paper": "no"}]}
    files["lists/01-first.yaml"]["questions"][1]["applies"] = never
    (fault,) = faults(tmp_path, files)
    assert fault.startswith("lists/01-first.yaml, line ")
    assert fault.endswith("T002 applies: no answer to the facts makes it apply")


def test_gate_without_an_end_is_named(tmp_path):
    files = model_seeds()
    rows = [GATE["rows"][0], GATE["rows"][1] | {"when": {"paper": "no"}}]
    files["lists/checklist.yaml"]["gates"] = [GATE | {"rows": rows}]
    (fault,) = faults(tmp_path, files)
    assert "old rows 2: the gate has no end" in fault


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"questions": ["T009"]}, "essentials questions 1: T009 is not a question"),
        ({"when": {"paper": "maybe"}}, "essentials when: fact 'paper' has no choice"),
        (
            {"when": {"paper": "yes", "not": {"paper": "yes"}}},
            "essentials when: no answer to the facts makes it hold",
        ),
        ({"questions": []}, "essentials questions: needs 1 or more"),
    ],
)
def test_short_path_that_leads_nowhere_is_named(tmp_path, change, said):
    files = model_seeds()
    files["lists/checklist.yaml"]["essentials"] = SHORT | change
    (fault,) = faults(tmp_path, files)
    assert said in fault


def test_fact_that_implies_itself_is_named(tmp_path):
    files = model_seeds()
    files["lists/checklist.yaml"]["facts"][0]["implies"][0]["value"] = "reader"
    (fault,) = faults(tmp_path, files)
    assert fault.startswith("lists/checklist.yaml, line ")
    assert "role: reader implies itself" in fault


@pytest.mark.parametrize("cite", ["Law Art. 9", "Law Art. 2(1)"])
def test_citation_of_a_gate_that_nobody_can_rely_on_is_named(tmp_path, cite):
    files = model_seeds()
    files["lists/checklist.yaml"]["gates"] = [GATE | {"cites": [cite]}]
    (fault,) = faults(tmp_path, files)
    assert f"old cites 1: {cite} is " in fault


def test_status_and_force_that_nobody_knows_are_named(tmp_path):
    law = make_law()
    law["instrument"] |= {"status": "announced", "force": "advice"}
    found = faults(tmp_path, make_seeds() | {"law/law.yaml": law})
    assert [fault.partition(": ")[2][:40] for fault in found] == [
        "instrument force: must be one of 'law', ",
        "instrument status: must be one of 'in_fo",
    ]


def test_difference_between_law_and_rules_stands_in_its_file(tmp_path):
    files = model_seeds()
    wrong = SHOP | {"must_not_apply": [{"questions": ["T002"], "because": "Art. 9."}]}
    files[ORGANISATIONS] = {"organisations": [CLUB, wrong]}
    files["lists/01-first.yaml"]["questions"][1]["applies"] = {"role": "keeper"}
    (fault,) = faults(tmp_path, files)
    assert fault.startswith("lists/organisations.yaml, line ")
    assert "Shop: T002 must not apply (Art. 9) and does: Applies by these facts." in fault


def test_row_that_turns_off_has_no_day_and_group_names_one_thing(tmp_path):
    files = model_seeds()
    row = GATE["rows"][0] | {"from": "DAY:2027-01-01"}
    files["lists/checklist.yaml"]["gates"] = [GATE | {"rows": [row, GATE["rows"][1]]}]
    group = {"questions": ["T001"], "gate": "old", "because": "Art. 1."}
    files[ORGANISATIONS] = {"organisations": [CLUB | {"must_not_apply": [group]}]}
    found = faults(tmp_path, files)
    assert "a row that turns duties off has no day from which they bind" in found[0]
    assert "takes one of questions, all_but and gate" in found[1]


def test_verdict_does_not_travel_between_a_scale_and_a_verdict(tmp_path):
    files = make_seeds()
    head = make_head() | {"key": "boxes", "title": "Boxes"}
    files["boxes/checklist.yaml"] = head
    asked = make_question("B001", applies={"paper": "yes"})
    files["boxes/01-first.yaml"] = {
        "key": "first",
        "title": "First",
        "questions": [asked],
    }
    pair = {
        "id": "XW-001",
        "a": {"checklist": "lists", "question": "T002"},
        "b": {"checklist": "boxes", "question": "B001"},
        "relation": "overlap",
        "reason": "Both ask for a place.",
    }
    words = {"overlap": {"words": "The same duty"}}
    files["crosswalk.yaml"] = {"relations": words, "pairs": [pair]}
    (fault,) = faults(tmp_path, files)
    assert fault.endswith(
        "XW-001 relation: 'overlap' joins a choice and verdict: a verdict cannot travel between them"
    )


@pytest.mark.django_db
def test_force_of_a_source_is_kept_and_changes_with_its_file(tmp_path):
    law = make_law()
    law["instrument"]["force"] = "framework"
    load(tmp_path, make_seeds() | {"law/law.yaml": law})
    assert Instrument.objects.get().force == "framework"
    load(tmp_path, make_seeds())
    assert Instrument.objects.get().force == "law"


def two_editions():
    files = model_seeds()
    older = make_seeds()
    files["lists/checklist.yaml"]["edition"] |= {
        "number": "2026.2",
        "release_notes": "Old lists are spared.",
    }
    for name in ("checklist.yaml", "01-first.yaml"):
        files[f"lists/editions/2026.1/{name}"] = older[f"lists/{name}"]
    return files


@pytest.mark.django_db
def test_older_edition_is_loaded_first_and_retired(tmp_path):
    newest = load(tmp_path, two_editions()).edition
    stood = Edition.objects.order_by("pk").values_list("number", "status")
    assert list(stood) == [("2026.1", "retired"), ("2026.2", "published")]
    assert newest.number == "2026.2"
    before = Event.objects.count()
    load(tmp_path, two_editions())
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_installation_on_the_older_edition_gets_the_newer_one(tmp_path):
    load(tmp_path / "then", make_seeds())
    load(tmp_path / "now", two_editions())
    stood = Edition.objects.order_by("pk").values_list("number", "status")
    assert list(stood) == [("2026.1", "retired"), ("2026.2", "published")]


@pytest.mark.django_db
def test_installation_that_began_later_does_without_the_older_edition(tmp_path):
    files = two_editions()
    recent = {n: c for n, c in files.items() if "editions" not in n}
    load(tmp_path / "then", recent)
    load(tmp_path / "now", files)
    assert list(Edition.objects.values_list("number", flat=True)) == ["2026.2"]


@pytest.mark.django_db
def test_older_edition_with_other_content_is_refused(tmp_path):
    load(tmp_path / "then", make_seeds())
    files = two_editions()
    files["lists/editions/2026.1/01-first.yaml"]["title"] = "Another title"
    with pytest.raises(BadSeeds, match="is final and has other content"):
        load(tmp_path / "now", files)
    assert Edition.objects.count() == 1


def test_older_edition_that_cannot_be_loaded_is_named(tmp_path):
    files = two_editions()
    head = files["lists/editions/2026.1/checklist.yaml"]
    head["edition"]["number"] = "2025.1"
    files["lists/editions/2026.1/01-first.yaml"]["questions"][0]["cites"] = ["Law Art. 9"]
    found = faults(tmp_path, files)
    assert [fault.partition(": ")[2] for fault in found] == [
        "edition number: is not the name of its folder",
        "T001 cites 1: Law Art. 9 is not in the legal index",
    ]


def test_check_ends_with_the_difference(tmp_path):
    files = model_seeds()
    files[ORGANISATIONS] = {"organisations": [SHOP | {"facts": {"paper": "yes"}}]}
    with pytest.raises(CommandError, match="must bind from 2 December 2027"):
        call_command("load_seeds", write(tmp_path, files), "--check", stdout=StringIO())


def with_earlier(table):
    """A folder whose earlier edition asked T008 as well, and a table of its successors."""
    files = make_seeds()
    head, first = files["lists/checklist.yaml"], files["lists/01-first.yaml"]
    there = "lists/editions/2025.9"
    files[f"{there}/checklist.yaml"] = deepcopy(head)
    files[f"{there}/checklist.yaml"]["edition"]["number"] = "2025.9"
    files[f"{there}/01-first.yaml"] = deepcopy(first)
    gone = deepcopy(first["questions"][0]) | {"key": "T008"}
    files[f"{there}/01-first.yaml"]["questions"].append(gone)
    head["replaces"] = table
    return files


def test_successors_of_an_earlier_question_are_read(tmp_path):
    table = [
        {"question": "T008", "by": ["T001", "T002"]},
        {"question": "T001", "by": ["T002"], "stays": True},
    ]
    read = actions.read(write(tmp_path, with_earlier(table)))
    assert read.checklists[0].document()["edition"]["replaces"] == table


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"question": "T009", "by": ["T001"]}, "no earlier edition asks T009"),
        ({"question": "T001", "by": ["T002"]}, "T001 is still asked"),
        ({"question": "T008", "by": ["T007"]}, "T007 is not a question"),
        ({"question": "T008", "by": ["T001"], "stays": True}, "T008 does not stay"),
    ],
)
def test_successor_of_nothing_is_named_with_its_place(tmp_path, entry, said):
    (fault,) = faults(tmp_path, with_earlier([entry]))
    assert fault.startswith("lists/checklist.yaml, line ")
    assert said in fault
