"""Whether a question binds and from when: rules, gates, days, readings, and the reason."""

from datetime import date

import pytest

from compliance.content.applicability.decision import Duty, Model, decide

FACTS = [
    {
        "key": "role", "label": "Role", "kind": "several",
        "choices": [{"key": k, "label": k.title()} for k in ("provider", "deployer", "maker")],
        "implies": [
            {
                "fact": "role", "value": "provider",
                "when": {"role": "maker", "risk": "annex_i"},
                "because": "Art. 25(3) makes the maker the provider.",
            }
        ],
    },
    {
        "key": "risk", "label": "Risk", "kind": "one",
        "choices": [{"key": k, "label": k} for k in ("annex_i", "annex_iii", "other")],
    },
    {
        "key": "history", "label": "History", "kind": "several",
        "choices": [{"key": k, "label": k.title()} for k in ("legacy", "redesigned")],
    },
    {"key": "public", "label": "Public", "kind": "yesno", "choices": []},
    {
        "key": "reading", "label": "Reading", "kind": "one",
        "contested": "The wording and the system of the Act point to two days.",
        "choices": [{"key": k, "label": k.title()} for k in ("early", "late")],
    },
]  # fmt: skip
GATE = {
    "key": "transition",
    "title": "Transition",
    "because": "Older systems are spared.",
    "cites": ["Act Art. 111(2)"],
    "questions": ["A034"],
    "rows": [
        {
            "when": {"all": [{"history": "legacy"}, {"not": {"history": "redesigned"}},
                             {"public": "no"}]},
            "effect": "out",
            "because": "On the market before the day and unchanged.",
        },
        {
            "when": {"all": [{"history": "legacy"}, {"not": {"history": "redesigned"}}]},
            "effect": "binds",
            "from": "2030-08-02",
            "because": "Meant for public authorities.",
            "cites": ["Act Art. 111(2), second sentence"],
        },
        {"effect": "binds", "because": "New, or changed since."},
    ],
}  # fmt: skip
DUTY = Duty(
    "A034",
    {"risk": ["annex_i", "annex_iii"]},
    ["provider"],
    [
        {"date": "2027-12-02", "when": {"risk": "annex_iii"}},
        {"date": "2028-08-02", "when": {"risk": "annex_i"}},
    ],
    [],
)
NEW = {"role": ["provider"], "risk": ["annex_iii"], "history": [], "public": ["no"]}


def decided(facts, duty=DUTY, gates=(GATE,), period_from=None):
    model = Model.of("role", FACTS, gates)
    return decide(duty, model, model.close(facts), period_from=period_from)


def of(decision):
    return decision.applies, decision.binds_from, decision.is_open


def test_last_row_leaves_rule_and_days_of_the_question():
    found = decided(NEW)
    assert of(found) == (True, date(2027, 12, 2), False)
    assert found.reason == ("Applies by these facts. Role: “Provider”; Risk: “annex_iii”.")


def test_row_turns_the_duty_off_and_says_why():
    found = decided(NEW | {"history": ["legacy"]})
    assert of(found) == (False, None, False)
    assert found.reason == (
        "Would apply by these facts. Role: “Provider”; Risk: “annex_iii”."
        " Transition: does not apply. On the market before the day and unchanged"
        " (Act Art. 111(2))."
    )
    assert found.facts == ("role", "risk", "history", "public")


def test_row_moves_the_day_and_names_its_own_source():
    found = decided(NEW | {"history": ["legacy"], "public": ["yes"]})
    assert of(found) == (True, date(2030, 8, 2), False)
    assert found.reason.endswith(
        "Transition: Meant for public authorities (Act Art. 111(2), second sentence)."
        " Binds from 2 August 2030."
    )


def test_row_that_may_turn_it_off_keeps_it_in_until_it_is_known():
    found = decided(NEW | {"history": ["legacy"], "public": None})
    assert of(found) == (True, date(2030, 8, 2), True)
    assert "kept in until the facts decide it. History: “Legacy”; Public: not known yet" in (found.reason)


def test_changed_system_is_like_a_new_one():
    found = decided(NEW | {"history": ["legacy", "redesigned"]})
    assert of(found) == (True, date(2027, 12, 2), False)


def test_own_rule_counts_before_the_gate_and_the_reason_is_its_own():
    found = decided(NEW | {"risk": ["other"], "history": ["legacy"]})
    assert of(found) == (False, None, False)
    assert "Transition" not in found.reason


def test_question_that_its_own_rule_leaves_out_keeps_its_day():
    found = decided(NEW | {"role": ["deployer"]})
    assert of(found) == (False, date(2027, 12, 2), False)


def test_reason_names_the_whole_chain_from_the_answer_to_the_day():
    facts = {
        "role": ["maker"],
        "risk": ["annex_i"],
        "history": ["legacy"],
        "public": ["yes"],
    }
    found = decided(facts)
    assert of(found) == (True, date(2030, 8, 2), False)
    assert found.reason == (
        "Applies by these facts. Role: “Maker”, “Provider”; Risk: “annex_i”."
        " Role is “Provider”, too: Art. 25(3) makes the maker the provider."
        " Transition: Meant for public authorities (Act Art. 111(2), second sentence)."
        " Binds from 2 August 2030."
    )


def test_contradiction_keeps_the_duty_in_and_is_named():
    asked = [fact for fact in FACTS if fact["key"] != "role"]
    role = FACTS[0] | {
        "implies": [
            {
                "fact": "risk",
                "value": "annex_i",
                "when": {"role": "maker"},
                "because": "So it is.",
            }
        ]
    }
    model = Model.of("role", [role, *asked], [])
    found = decide(DUTY, model, model.close({"role": ["maker", "provider"], "risk": ["other"]}))
    assert of(found)[::2] == (True, True)
    assert "Risk was answered otherwise than “annex_i”, which follows" in found.reason


def test_question_that_no_gate_covers_is_decided_as_before():
    other = Duty("A001", {"risk": "annex_iii"}, [], [], [])
    found = decided(NEW | {"history": ["legacy"]}, other)
    assert found.reason == "Applies by these facts. Risk: “annex_iii”."
    assert found.facts == ("risk",)


def test_all_but_covers_every_other_question():
    shut = {
        "key": "outside", "title": "Outside", "because": "-", "all_but": ["A003"],
        "rows": [
            {"when": {"public": "yes"}, "effect": "out", "because": "Art. 2(3)."},
            {"effect": "binds", "because": "Inside."},
        ],
    }  # fmt: skip
    facts = NEW | {"public": ["yes"]}
    assert not decided(facts, gates=[shut]).applies
    assert decided(facts, Duty("A003", None, [], [], []), [shut]).applies


def test_of_two_gates_one_that_is_shut_is_enough_and_the_latest_day_counts():
    later = GATE | {"rows": [{"effect": "binds", "from": "2031-01-01", "because": "Later."}]}
    facts = NEW | {"history": ["legacy"], "public": ["yes"]}
    assert decided(facts, gates=[GATE, later]).binds_from == date(2031, 1, 1)
    assert decided(facts, gates=[later, GATE]).binds_from == date(2031, 1, 1)
    assert not decided(NEW | {"history": ["legacy"]}, gates=[later, GATE]).applies


def test_gate_that_turns_a_duty_on_asks_for_the_role_alone():
    on = GATE | {"rows": [{"effect": "in", "because": "Art. 1."}]}
    facts = NEW | {"risk": ["other"]}
    assert decided(facts, gates=[on]).applies
    assert not decided(facts | {"role": ["deployer"]}, gates=[on]).applies


READ = Duty(
    "A095",
    None,
    [],
    [
        {"date": "2026-08-02", "when": {"reading": "early"}},
        {"date": "2027-12-02", "when": {"reading": "late", "risk": "annex_iii"}},
        {"date": "2028-08-02", "when": {"reading": "late", "risk": "annex_i"}},
    ],
    [],
)


def test_reading_nobody_took_is_contested_and_the_later_day_counts():
    found = decided(NEW, READ)
    assert (found.is_contested, found.is_open) == (True, False)
    assert found.binds_from == date(2027, 12, 2)
    assert found.readings == (date(2026, 8, 2), date(2027, 12, 2))
    assert found.reason == (
        "Contested: The wording and the system of the Act point to two days."
        " It binds from 2 August 2026 or 2 December 2027, as the law is read."
        " Until “Reading” is answered, it counts as preparation."
    )
    assert found.facts == ("reading",)


@pytest.mark.parametrize(("choice", "day"), [("early", date(2026, 8, 2)), ("late", date(2027, 12, 2))])
def test_reading_that_was_taken_decides(choice, day):
    found = decided(NEW | {"reading": [choice]}, READ)
    assert (found.is_contested, found.binds_from, found.reason) == (False, day, "")


def test_readings_that_agree_are_not_contested():
    same = Duty("A096", None, [], [
        {"date": "2027-12-02", "when": {"reading": "early"}}, {"date": "2027-12-02"},
    ], [])  # fmt: skip
    found = decided(NEW, same)
    assert (found.is_contested, found.binds_from) == (False, date(2027, 12, 2))


def test_contested_question_that_does_not_apply_stays_out():
    out = Duty("A095", {"risk": "annex_i"}, [], READ.applies_from, [])
    found = decided(NEW, out)
    assert (found.applies, found.is_contested) == (False, False)


ENDS = Duty("S034", None, [], [], [{"date": "2027-01-11"}])


@pytest.mark.parametrize(
    ("begin", "applies"),
    [(None, True), (date(2026, 1, 1), True), (date(2027, 1, 11), True),
     (date(2027, 1, 12), False)],
)  # fmt: skip
def test_duty_that_ended_before_the_period_does_not_apply(begin, applies):
    found = decided({}, ENDS, period_from=begin)
    assert (found.applies, found.ends_on) == (applies, date(2027, 1, 11))


def test_end_is_named_before_and_after():
    assert decided({}, ENDS).reason == "Binds until 11 January 2027."
    assert decided({}, ENDS, period_from=date(2028, 1, 1)).reason == (
        "Bound until 11 January 2027, before the period begins."
    )


def test_duty_that_ended_would_have_applied_by_its_facts():
    some = Duty("S034", {"risk": "annex_iii"}, [], [], [{"date": "2027-01-11"}])
    found = decided(NEW, some, period_from=date(2028, 1, 1))
    assert found.reason == (
        "Would apply by these facts. Risk: “annex_iii”."
        " Bound until 11 January 2027, before the period begins."
    )


def test_end_may_depend_on_facts():
    some = Duty("S034", None, [], [], [{"date": "2027-01-11", "when": {"public": "yes"}}])
    late = date(2028, 1, 1)
    assert decided({"public": ["no"]}, some, period_from=late).applies
    assert not decided({"public": ["yes"]}, some, period_from=late).applies


def test_every_word_can_be_said_in_another_language():
    said = []
    model = Model.of("role", FACTS, [GATE])

    def say(text):
        said.append(text)
        return text

    closed = model.close(NEW | {"history": ["legacy"], "public": ["yes"]})
    decide(DUTY, model, closed, say=say, day=lambda day: day.isoformat())
    assert "Binds from %(day)s." in said
