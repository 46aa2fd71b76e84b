"""Six typical organisations get the questions of the first edition, and no others.

Their questions stand in organisations.yaml, with the reasons; these were worked out
from the law, not from the rules. Newer editions hold their own examples.
"""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from compliance.content.applicability import rules
from compliance.content.applicability.rules import YESNO

pytestmark = pytest.mark.slow

FILE = Path(__file__).parent / "organisations.yaml"
TODAY = date(2026, 11, 25)
BY_HAND = {
    (organisation, checklist): expected
    for organisation, entry in yaml.safe_load(FILE.read_text()).items()
    for checklist, expected in entry["checklists"].items()
}
CASES = sorted(BY_HAND)
WITH_DATES = [case for case in CASES if "today" in BY_HAND[case]]


def topic(key):
    """The topic of a question: "A005" of "A005c"."""
    return key[:4]


def topics(groups):
    """Topics of groups such as "G001-G005 G008", one by one."""
    found = []
    for group in groups:
        for part in group["topics"].split():
            first, _, last = part.partition("-")
            span = range(int(first[1:]), int((last or first)[1:]) + 1)
            found += [f"{first[0]}{number:03}" for number in span]
    return found


@pytest.fixture(scope="module")
def checklists(shipped):
    first = {f.folder: next(iter(f.older), f) for f in shipped.checklists}
    return {
        folder: (
            files.head.content,
            [part.content.document() for part in files.sections],
        )
        for folder, files in first.items()
    }


@pytest.fixture
def asked(checklists):
    """Asks one organisation: section key to its questions with what holds for them."""

    def ask(case):
        head, sections = checklists[case[1]]
        facts = BY_HAND[case]["facts"]
        words = {
            fact.key: rules.FactWords(fact.label, {c.key: c.label for c in fact.choices} or YESNO)
            for fact in head.facts
        }
        return {
            section["key"]: [
                (q, rules.applicability(
                    q["rule"], q["binds"], head.role_fact, facts, words
                ))
                for q in section["questions"]
            ]
            for section in sections
        }  # fmt: skip

    return ask


def applying(sections):
    """The questions that apply."""
    return [q for pairs in sections.values() for q, found in pairs if found.applies]


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_hand_list_holds_each_topic_once(checklists, case):
    sections = checklists[case[1]][1]
    written = topics(BY_HAND[case]["applies"]) + topics(BY_HAND[case]["rest"])
    every = {topic(q["key"]) for section in sections for q in section["questions"]}
    assert sorted(written) == sorted(every)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_facts_are_answered_with_choices_of_the_checklist(checklists, case):
    head = checklists[case[1]][0]
    choices = {f.key: {c.key for c in f.choices} or set(YESNO) for f in head.facts}
    facts = BY_HAND[case]["facts"]
    assert list(facts) == list(choices)
    strange = {key: set(facts[key] or ()) - choices[key] for key in choices}
    assert {key: values for key, values in strange.items() if values} == {}


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_topics_that_apply_are_those_of_the_law(asked, case):
    got = {topic(q["key"]) for q in applying(asked(case))}
    law = set(topics(BY_HAND[case]["applies"]))
    assert got == law


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_sections_without_any_duty_are_left_out_whole(asked, case):
    sections = asked(case)
    out = [key for key, pairs in sections.items() if not applying({key: pairs})]
    assert out == BY_HAND[case]["sections_out"]


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_number_of_questions_is_exact_and_none_is_open(asked, case):
    sections = asked(case)
    still_open = [q["key"] for p in sections.values() for q, a in p if a.is_open]
    assert (len(applying(sections)), still_open) == (BY_HAND[case]["questions"], [])


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_reason_names_the_rule_and_the_fact(asked, case):
    reasons = {q["key"]: a.reason for p in asked(case).values() for q, a in p}
    expected = BY_HAND[case]["reasons"]
    assert len(expected) == 3
    assert {key: reasons[key] for key in expected} == expected


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_every_question_left_out_says_why(asked, case):
    said = r"Applies only when .+ is “.+”.*\. .+: .+\."
    left_out = [(q, a) for p in asked(case).values() for q, a in p if not a.applies]
    assert [q["key"] for q, a in left_out if not re.fullmatch(said, a.reason)] == []


@pytest.mark.parametrize("case", WITH_DATES, ids="-".join)
def test_duties_binding_today_and_in_preparation_are_counted(asked, case):
    facts = BY_HAND[case]["facts"]
    days = [rules.starts_on(q["applies_from"], facts) for q in applying(asked(case))]
    later = sorted(day for day in days if day and day > TODAY)
    assert {
        "binding": len(days) - len(later),
        "preparing": len(later),
        "next": later[0].isoformat() if later else None,
    } == BY_HAND[case]["today"]
