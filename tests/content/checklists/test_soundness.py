"""Rules that decide applicability can be relied on, or are refused with their place and words."""

from copy import deepcopy

import pytest

from compliance.content.applicability import simulator
from compliance.content.checklists import soundness

RULE = {"role": ["keeper"]}
DOCUMENT = {
    "checklist": "lists",
    "edition": {
        "role_fact": "role",
        "roles": {"keeper": "Keeper", "reader": "Reader"},
        "gates": [
            {
                "key": "old",
                "title": "Old lists",
                "because": "Old lists are spared.",
                "cites": ["Law Art. 1"],
                "questions": ["T001"],
                "rows": [
                    {"when": {"old": "yes"}, "effect": "out", "because": "Art. 1."},
                    {"effect": "binds", "from": "2027-01-01", "because": "Art. 2.",
                     "cites": ["Law Art. 2"]},
                ],
            }
        ],
        "organisations": [
            {
                "key": "club",
                "name": "Club",
                "facts": {"role": ["keeper"], "old": ["yes"]},
                "must_not_apply": [{"gate": "old", "because": "Art. 1."}],
                "must_apply": [{"all_but": ["T001"], "because": "Art. 3."}],
            },
            {
                "key": "shop",
                "name": "Shop",
                "facts": {"role": ["keeper"], "old": ["no"]},
                "dates": [
                    {"questions": ["T001"], "from": "2027-01-01", "because": "Art. 2."},
                    {"questions": ["T002"], "because": "Art. 3."},
                ],
            },
        ],
    },
    "facts": [
        {"key": "role", "label": "Role", "kind": "several",
         "choices": [{"key": "keeper", "label": "Keeper"}, {"key": "reader", "label": "Reader"}],
         "implies": [{"fact": "old", "value": "no", "when": {"role": "reader"}, "because": "-"}]},
        {"key": "old", "label": "Old", "kind": "yesno", "choices": []},
        {"key": "view", "label": "View", "kind": "one", "contested": "Two days are possible.",
         "choices": [{"key": "soon", "label": "Soon"}, {"key": "late", "label": "Late"}]},
    ],
    "sections": [
        {
            "key": "first",
            "title": "First",
            "questions": [
                {"key": "T001", "title": "One", "rule": RULE, "binds": [], "applies_from": []},
                {"key": "T002", "title": "Two", "rule": None, "binds": ["keeper"],
                 "applies_from": [{"date": "2026-01-01", "when": {"view": "late"}}]},
            ],
        }
    ],
}  # fmt: skip
EXAMPLES = ("edition", "organisations")
ROWS = ("edition", "gates", 0, "rows")
ASKED = ("sections", 0, "questions", 0)


def test_sound_edition_has_no_fault():
    document = deepcopy(DOCUMENT)
    document["edition"]["organisations"][1]["dates"].pop()
    assert soundness.faults(document) == []


def spoil(*path, to):
    def spoiled(document):
        for step in path[:-1]:
            document = document[step]
        if to is None:
            del document[path[-1]]
        else:
            document[path[-1]] = to

    return spoiled


FAULTS = [
    (spoil(*ASKED, "rule", to={"all": [{"old": "yes"}, {"old": "no"}]}),
     (*ASKED, "rule"), soundness.NEVER_APPLIES),
    (spoil(*ASKED, "rule", to={"size": "big"}), (*ASKED, "rule"), "unknown fact 'size'"),
    (spoil(*ASKED, "rule", to={"view": "late"}), (*ASKED, "rule"), "'view' is contested"),
    (spoil(*ASKED, "applies_from", to=[{"date": "2026-01-01", "when": {"not": {"any": [
        {"old": "yes"}, {"old": "no"}]}}}]), (*ASKED, "applies_from", 0, "when"),
     soundness.NEVER),
    (spoil(*ASKED, "applies_until", to=[{"date": "2026-01-01", "when": {"old": "si"}}]),
     (*ASKED, "applies_until", 0, "when"), "has no choice 'si'"),
    (spoil("facts", 0, "implies", 0, "fact", to="size"), ("facts", 0, "implies", 0, "fact"),
     "no fact is called 'size'"),
    (spoil("facts", 0, "implies", 0, "value", to="si"), ("facts", 0, "implies", 0, "value"),
     "has no choice 'si'"),
    (spoil("facts", 0, "implies", 0, "when", to=None), ("facts", 0, "implies", 0),
     "needs a rule (when)"),
    (spoil("facts", 0, "implies", 0, "when", to={"view": "late"}),
     ("facts", 0, "implies", 0, "when"), "does not look at 'role'"),
    (spoil("facts", 0, "implies", 0, "when", to={"role": "keeper", "not": {"role": "keeper"}}),
     ("facts", 0, "implies", 0, "when"), soundness.NEVER),
    (spoil("facts", 1, "implies", to=[
        {"fact": "role", "value": "reader", "when": {"old": "no"}, "because": "-"}]),
     ("facts", 0, "implies", 0), "old: no implies itself"),
    (spoil(*ROWS, 1, "when", to={"old": "no"}), (*ROWS, 1), "the gate has no end"),
    (spoil(*ROWS, 0, "when", to=None), (*ROWS, 0), "no row below it can count"),
    (spoil(*ROWS, 0, "when", to={"view": "late"}), (*ROWS, 0, "when"), "'view' is contested"),
    (spoil(*ROWS, 0, "when", to={"old": "si"}), (*ROWS, 0, "when"), "has no choice 'si'"),
    (spoil("edition", "gates", 0, "questions", to=["T009"]),
     ("edition", "gates", 0, "questions", 0), "T009 is not a question"),
    (spoil("edition", "gates", to=[*DOCUMENT["edition"]["gates"] * 2]),
     ("edition", "gates", 1, "key"), "another gate has this key"),
    (spoil(*EXAMPLES, 0, "facts", "role", to=["owner"]), (*EXAMPLES, 0, "facts", "role"),
     "has no choice 'owner'"),
    (spoil(*EXAMPLES, 0, "facts", "size", to=[]), (*EXAMPLES, 0, "facts", "size"),
     "no fact is called 'size'"),
    (spoil(*EXAMPLES, 0, "facts", "old", to=["yes", "no"]), (*EXAMPLES, 0, "facts", "old"),
     "has one answer"),
    (spoil(*EXAMPLES, 1, "key", to="club"), (*EXAMPLES, 1, "key"), "another organisation"),
    (spoil(*EXAMPLES, 0, "must_not_apply", 0, "gate", to="new"),
     (*EXAMPLES, 0, "must_not_apply", 0, "gate"), "no gate is called 'new'"),
    (spoil(*EXAMPLES, 1, "dates", 0, "questions", to=["T009"]),
     (*EXAMPLES, 1, "dates", 0, "questions", 0), "T009 is not a question"),
]  # fmt: skip


@pytest.mark.parametrize(("spoiled", "path", "words"), FAULTS)
def test_fault_has_its_place_and_words(spoiled, path, words):
    document = deepcopy(DOCUMENT)
    spoiled(document)
    found = soundness.faults(document)
    assert found[0][0] == path
    assert words in found[0][1]
    assert len(found) == (2 if "itself" in words else 1)


def test_rule_is_tried_with_the_choices_it_names_however_many_there_are():
    choices = [{"key": f"c{number}"} for number in range(12)]
    facts = [{"key": key, "kind": "several", "choices": choices} for key in "abc"]
    document = {"facts": facts}
    rule = {"a": "c1", "b": ["c2", "c3"], "any": [{"c": "c4"}, {"a": "c5"}]}
    assert soundness.can_hold([rule], document)
    assert soundness.can_hold([rule, {"not": {"b": "c3"}}], document)
    assert not soundness.can_hold([rule, {"not": {"a": "c1"}}], document)
    assert not soundness.can_hold([rule, {"not": {"b": ["c2", "c3"]}}], document)


def test_last_day_before_the_first_is_named():
    document = deepcopy(DOCUMENT)
    asked = document["sections"][0]["questions"][0]
    asked["applies_from"] = [{"date": "2027-02-01"}]
    asked["applies_until"] = [{"date": "2027-01-01"}]
    assert soundness.faults(document) == [((*ASKED, "applies_until", 0), "ends before the duty begins")]


def test_difference_names_organisation_question_law_and_reason():
    found = soundness.faults(DOCUMENT)
    assert found == [
        (
            (*EXAMPLES, 1),
            "Shop: T002 must bind now (Art. 3), not from 1 January 2026: Applies by these"
            " facts. Role: “Keeper”. Contested: Two days are possible. It binds from now or 1 January 2026, as the law is read. Until"
            " “View” is answered, it counts as preparation.",
        )
    ]


def simulated(number=0, **changes):
    organisation = DOCUMENT["edition"]["organisations"][number] | changes
    return simulator.simulate(DOCUMENT, organisation)


GROUP = {"questions": ["T001"], "because": "Art. 9."}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"must_apply": [GROUP]}, "must apply (Art. 9) and does not: "),
        ({"contested": [GROUP]}, "must be contested (Art. 9) and is not: "),
        (
            {"dates": [GROUP | {"from": "2027-01-01"}]},
            "must bind from 1 January 2027 (Art. 9) and does not apply: ",
        ),
    ],
)
def test_law_that_the_rules_do_not_follow_is_a_difference(changes, words):
    found = simulated(**changes).different
    assert [one.key for one in found] == ["T001"]
    assert found[0].differences[-1].startswith(words)
    assert "Art. 9." in found[0].because


def test_duty_that_must_not_apply_and_does_is_a_difference():
    found = simulated(1, must_not_apply=[GROUP], dates=[]).different
    assert found[0].differences[0].startswith("must not apply (Art. 9) and does: ")


def test_every_question_has_a_result_with_its_reason():
    found = simulated()
    assert [one.key for one in found.results] == ["T001", "T002"]
    assert [one.key for one in found.applying] == ["T002"]
    assert "Old lists: does not apply" in found.results[0].decision.reason


def test_period_decides_what_has_ended():
    document = deepcopy(DOCUMENT)
    asked = document["sections"][0]["questions"][0]
    asked["applies_until"] = [{"date": "2027-06-01"}]
    shop = document["edition"]["organisations"][1]
    assert len(simulator.simulate(document, shop).applying) == 2
    late = shop | {"period_from": "2028-01-01"}
    assert [r.key for r in simulator.simulate(document, late).applying] == ["T002"]


def test_citations_of_gates_are_all_there():
    assert soundness.cited(DOCUMENT) == [
        (("edition", "gates", 0, "cites", 0), "Law Art. 1"),
        ((*ROWS, 1, "cites", 0), "Law Art. 2"),
    ]


def scaled(*groups):
    """A document whose two questions stand in those groups of a scale."""
    document = deepcopy(DOCUMENT)
    offered = [{"key": "low", "label": "Low"}, {"key": "high", "label": "High"}]
    for asked in document["sections"][0]["questions"]:
        asked |= {"kind": "choice", "choices": offered}
    document["edition"]["scales"] = [
        {
            "key": "seal",
            "name": "Level",
            "read": "lowest",
            "levels": [{"name": "SEAL-0"}, {"name": "SEAL-1"}],
            "groups": [
                {"key": f"g{at}", "title": f"Group {at}", "across": across} | {"questions": list(keys)}
                for at, (across, *keys) in enumerate(groups)
            ],
        }
    ]
    return document


@pytest.mark.parametrize(
    ("groups", "place"),
    [
        ([(False, "T001", "T002", "T001")], (0, 2)),
        ([(False, "T001"), (False, "T001", "T002")], (1, 0)),
        ([(False, "T001", "T002"), (True, "T001")], (1, 0)),
    ],
)
def test_question_stands_on_a_scale_once(groups, place):
    group, at = place
    path = ("edition", "scales", 0, "groups", group, "questions", at)
    fault = (path, "T001 is in the group g0 already")
    document = scaled(*groups)
    assert soundness.ambiguous(document) == [fault]
    assert fault in soundness.faults(document)
    assert soundness.broken(document) == []
    assert soundness.ambiguous(scaled((False, "T001"), (True, "T002"))) == []
