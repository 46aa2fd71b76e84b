"""Points that block and points that warn, over plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from compliance.assurance.reviews.checks import Checked, last_of, seen_of
from compliance.assurance.reviews.readiness import About, Level, blocking, points
from compliance.assurance.reviews.sampling import drawn, samples, size_of
from compliance.assurance.reviews.signing_statement import statement
from compliance.work.snapshots.changes import differences
from compliance.work.snapshots.content import Content, Line, Proof, Remark, Section, Task

TODAY = date(2026, 12, 18)
NOW = datetime(2026, 12, 18, 16, 20, tzinfo=UTC)


def make_line(key="Q1", **fields):
    values = {
        "key": key,
        "title": f"Duty {key}",
        "text": "Do you keep it?",
        "cites": "",
        "weight": 3,
        "applies": True,
        "applicability": "",
        "binds_from": None,
        "verdict": "met",
        "value": "",
        "note": "",
        "reason": "",
        "owner": "",
        "due_on": None,
        "answered_by": "Con",
        "answered_at": NOW,
        "changed_by": "Con",
        "changed_at": NOW,
        "proofs": (make_proof(),),
        "remarks": (),
    }
    return Line(**(values | fields))


def make_proof(**fields):
    values = {
        "number": 1,
        "title": "Policy",
        "file_name": "policy.pdf",
        "url": "",
        "size_bytes": 9,
        "document_on": None,
        "covers_from": None,
        "covers_to": None,
        "received_at": NOW,
        "expires_on": None,
        "sha256": "a" * 64,
        "used_in": (),
    }
    return Proof(**(values | fields))


def make_task(**fields):
    values = {
        "number": 1,
        "title": "Write it",
        "text": "",
        "owner": "Con",
        "due_on": date(2027, 1, 1),
        "priority": "Medium",
        "status": "Open",
        "effort_days": "",
        "is_open": True,
        "closed_at": None,
        "about": ("Q1",),
    }
    return Task(**(values | fields))


def make_content(*lines, **fields):
    proofs = {proof.number: proof for line in lines for proof in line.proofs}
    tasks = {task.number: task for line in lines for task in line.tasks}
    values = {
        "organisation": "Acme",
        "theme": "Privacy",
        "checklist": "Privacy",
        "edition": "2026.1",
        "edition_hash": "e" * 64,
        "law_as_of": date(2026, 11, 24),
        "subject": "Acme",
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 12, 31),
        "facts": (),
        "sections": (Section(1, "One", lines),),
        "proofs": tuple(proofs.values()),
        "tasks": tuple(tasks.values()),
    }
    return Content(**(values | fields))


def make_check(line, result="accepted", by_id=2):
    return Checked(seen_of(line), result, "", by_id, "Rev", NOW)


def found(*lines, signer_id=None, checks=(), hands=()):
    said = points(make_content(*lines), TODAY, dict(checks), dict(hands), signer_id)
    return [(point.about, point.level) for point in said if point.level != Level.GOOD]


B, W = Level.BLOCKS, Level.WARNS


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"verdict": "unanswered"}, [(About.UNANSWERED, B)]),
        ({"verdict": "dont_know"}, [(About.DONT_KNOW, B)]),
        ({"verdict": "later", "later_until": TODAY}, [(About.LATER, B)]),
        (
            {"verdict": "unanswered", "binds_from": date(2027, 12, 2)},
            [(About.AHEAD, W)],
        ),
        ({"verdict": "unanswered", "applies": False}, []),
        ({"verdict": "na", "reason": "None."}, []),
        ({"verdict": "na", "reason": "None.", "na_by": "Con"}, [(About.NA, B)]),
        (
            {"verdict": "na", "reason": "x", "na_by": "Con", "na_confirmed_by": "Rev"},
            [],
        ),
        ({"verdict": "not_met"}, [(About.NO_ACTION, B)]),
        ({"verdict": "not_met", "tasks": (make_task(),)}, []),
        (
            {"verdict": "not_met", "tasks": (make_task(owner=""),)},
            [(About.NO_ACTION, B)],
        ),
        (
            {"verdict": "not_met", "tasks": (make_task(due_on=None),)},
            [(About.NO_ACTION, B)],
        ),
        (
            {"verdict": "not_met", "tasks": (make_task(is_open=False),)},
            [(About.NO_ACTION, B)],
        ),
        ({"verdict": "not_met", "binds_from": date(2027, 12, 2)}, []),
        ({"again": "edition"}, [(About.AGAIN, B)]),
        ({"proofs": ()}, [(About.NO_EVIDENCE, W)]),
        ({"verdict": "not_met", "proofs": (), "tasks": (make_task(),)}, []),
        (
            {"proofs": (make_proof(expires_on=date(2026, 12, 1)),)},
            [(About.ENDS_EARLY, W)],
        ),
        ({"proofs": (make_proof(expires_on=date(2027, 1, 1)),)}, []),
        (
            {"proofs": (make_proof(covers_to=date(2026, 6, 30)),)},
            [(About.ENDS_EARLY, W)],
        ),
        (
            {
                "proofs": (
                    make_proof(covers_to=date(2026, 6, 30)),
                    make_proof(number=2, covers_from=date(2026, 7, 1)),
                )
            },
            [],
        ),
        ({"tasks": (make_task(due_on=date(2026, 12, 17)),)}, [(About.OVERDUE, W)]),
    ],
)
def test_point_of_an_answer(fields, expected):
    assert found(make_line(**fields)) == expected


def test_points_name_the_questions_and_what_blocks_comes_first():
    lines = [make_line(f"Q{i}", verdict="unanswered", proofs=()) for i in range(1, 11)]
    lines.append(make_line("Q11", proofs=()))
    said = points(make_content(*lines), TODAY, {}, {}, None)
    assert (said[0].title, said[0].detail) == (
        "10 questions are unanswered",
        "Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8 and 2 more.",
    )
    levels = [point.level for point in said]
    assert levels == sorted(levels, key=list(Level).index)
    assert [point.about for point in blocking(said)] == [About.UNANSWERED]


def test_returned_answer_that_is_to_be_confirmed_again_is_one_point():
    line = make_line(again="returned")
    checks = {"Q1": [make_check(line, "returned")]}
    assert found(line, checks=checks) == [(About.AGAIN, B)]
    confirmed = replace(line, again="")
    assert found(confirmed, checks=checks) == [(About.RETURNED, B)]


def test_own_answer_of_the_signer_needs_another_reviewer():
    line = make_line()
    hands = {"Q1": {1, 7}}
    assert found(line, signer_id=7, hands=hands) == [(About.OWN, B)]
    assert found(line, signer_id=8, hands=hands) == []
    own = {"Q1": [make_check(line, by_id=7)]}
    assert found(line, signer_id=7, hands=hands, checks=own) == [(About.OWN, B)]
    other = {"Q1": [make_check(line, by_id=2)]}
    assert found(line, signer_id=7, hands=hands, checks=other) == []
    changed = replace(line, note="Other")
    assert found(changed, signer_id=7, hands=hands, checks=other) == [(About.OWN, B)]


def test_acceptance_that_was_taken_back_covers_nothing():
    line = make_line()
    checks = {"Q1": [make_check(line), make_check(line, "returned", by_id=3)]}
    assert found(line, signer_id=7, hands={"Q1": {7}}, checks=checks) == [
        (About.RETURNED, B),
        (About.OWN, B),
    ]


@pytest.mark.parametrize(
    ("fields", "is_same"),
    [
        ({"note": "Other"}, False),
        ({"proofs": ()}, False),
        ({"text": "Do you still keep it?"}, False),
        ({"owner": "Rob", "due_on": TODAY}, True),
        ({"remarks": (Remark("Rev", NOW, "Look."),)}, True),
        ({"na_confirmed_by": "Rev"}, True),
        ({"tasks": (make_task(),)}, True),
        ({"proofs": (make_proof(number=9, used_in=("Q9",)),)}, True),
    ],
)
def test_look_is_about_the_answer_and_its_evidence(fields, is_same):
    line = make_line()
    looks = {"Q1": [make_check(line)]}
    assert bool(last_of(replace(line, **fields), looks)) is is_same


def test_samples_are_chosen_by_risk_and_counted():
    lines = [
        make_line("Q1", verdict="not_met", weight=5),
        make_line("Q2", verdict="na", reason="No.", na_by="Con"),
        make_line("Q3", proofs=()),
        make_line("Q4"),
        make_line("Q5", verdict="not_met", applies=False),
    ]
    looks = {
        "Q1": [make_check(lines[0], "returned")],
        "Q3": [make_check(lines[2])],
    }
    content = make_content(*lines)
    groups = samples(content, looks, None)
    assert [(s.why, len(s.lines), s.checked, s.returned) for s in groups] == [
        ("not-met", 1, 1, 1),
        ("na", 1, 0, 0),
        ("no-evidence", 1, 1, 0),
        ("weight", 1, 1, 1),
    ]
    one = drawn(content, groups, "a")
    assert [line.key for line in one.by_risk] == ["Q1", "Q2", "Q3"]
    assert [line.key for line in one.at_random] == ["Q4"]
    before = make_content(*[replace(line, note="Old") for line in lines[3:]])
    changed = samples(content, looks, before)[3]
    assert (changed.why, [line.key for line in changed.lines]) == (
        "changed",
        ["Q1", "Q2", "Q3", "Q4"],
    )


@pytest.mark.parametrize(
    ("count", "size"),
    [(0, 0), (3, 3), (10, 10), (30, 10), (98, 25), (160, 40), (2000, 40)],
)
def test_sample_is_a_quarter_within_bounds(count, size):
    lines = [make_line(f"Q{at}", proofs=()) for at in range(count)]
    content = make_content(*lines)
    one = drawn(content, samples(content, {}, None), "a")
    assert size_of(count) == len(one.lines) == size
    assert len({line.key for line in one.lines}) == size


def test_sample_begins_with_what_weighs_and_is_not_met_or_changed():
    """However many others carry some risk, and one in five is nobody's choice."""
    weak = [make_line(f"Q{at}", proofs=(), weight=3) for at in range(90)]
    bad = [make_line(f"B{at}", verdict="not_met", weight=4) for at in range(4)]
    light = make_line("L", verdict="not_met", weight=1)
    content = make_content(*weak, *bad, light)
    before = make_content(*weak[:-1], replace(weak[-1], note="Old", weight=5), *bad, light)
    changed = make_content(*weak[:-1], replace(weak[-1], weight=5), *bad, light)
    one = drawn(content, samples(content, {}, None), "a")
    assert [line.key for line in one.by_risk[:4]] == ["B0", "B1", "B2", "B3"]
    assert (len(one.by_risk), len(one.at_random)) == (19, 5)
    two = drawn(changed, samples(changed, {}, before), "a")
    assert [line.key for line in two.by_risk[:5]] == ["Q89", "B0", "B1", "B2", "B3"]


def test_random_share_is_the_same_in_a_review_and_another_in_the_next():
    content = make_content(*[make_line(f"Q{at}") for at in range(100)])
    first, again, other = ([line.key for line in drawn(content, [], seed).lines] for seed in "aab")
    assert first == again != other
    checks = {"Q5": [make_check(content.applying[5])]}
    after = drawn(content, samples(content, checks, None), "a")
    assert [line.key for line in after.lines] == first


def test_share_that_the_organisation_asks_for_blocks_until_it_is_checked():
    lines = [make_line(f"Q{at}") for at in range(8)]
    content = make_content(*lines)
    shares = {}
    for done, blocks in ((1, True), (2, False)):
        checks = {line.key: [make_check(line)] for line in lines[:done]}
        found = points(content, TODAY, checks, {}, None, checked_percent=25)
        shares[done] = next(one for one in found if one.about == About.CHECKED)
        assert shares[done].blocks is blocks
    assert shares[1].title == "1 of 8 questions are checked, 2 must be"
    assert shares[2].title == "2 of 8 questions are checked, and 2 are asked for"
    quiet = points(content, TODAY, {}, {}, None)
    assert About.CHECKED not in {one.about for one in quiet}


def test_look_at_what_an_answer_said_before_does_not_count_as_checked():
    line = make_line()
    old = {"Q1": [make_check(replace(line, note="Old"))]}
    found = points(make_content(line), TODAY, old, {}, None, checked_percent=1)
    assert About.CHECKED in {one.about for one in blocking(found)}


def test_nothing_differs_from_itself_and_labels_are_no_change():
    old = make_content(make_line(owner="Con", cites="Art. 1", taken_from="G1"))
    new = make_content(
        make_line(owner="Con N.", cites="Article 1", changed_by="C", taken_from=""),
        organisation="Acme Ltd",
    )
    assert (differences(old, old), differences(old, new)) == ([], [])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"verdict": "partly"}, "Q1: answer"),
        ({"note": "x", "reason": "y"}, "Q1: note, reason"),
        ({"applies": False}, "Q1: applicability"),
        ({"proofs": ()}, "Q1: evidence"),
        ({"remarks": (Remark("Rev", NOW, "Look."),)}, "Q1: comments"),
        ({"proofs": (make_proof(expires_on=TODAY),)}, "Policy: expiry"),
        ({"proofs": (make_proof(title="Rules"),)}, "Policy: title"),
        ({"proofs": (make_proof(sha256="b" * 64),)}, "Q1: evidence"),
    ],
)
def test_change_of_a_question_or_evidence_is_named(fields, words):
    changed = differences(make_content(make_line()), make_content(make_line(**fields)))
    assert "; ".join(map(str, changed)) == words


def test_evidence_that_came_or_went_gives_its_change_to_no_other():
    plan = make_proof(title="Plan", sha256="b" * 64)
    rules = make_proof(number=2, title="Rules", sha256="c" * 64)
    old = make_content(make_line(proofs=(plan, rules)))
    moved = replace(rules, number=1, expires_on=TODAY)
    new = make_content(make_line(proofs=(moved,)))
    assert list(map(str, differences(old, new))) == ["Q1: evidence", "Rules: expiry"]
    back = differences(new, old)
    assert list(map(str, back)) == ["Q1: evidence", "Rules: expiry"]


def test_change_of_an_action_is_named():
    old, new = (make_content(make_line(tasks=(make_task(status=status),))) for status in ("Open", "Done"))
    assert list(map(str, differences(old, new))) == ["AC-1 Write it: status"]


def test_change_of_facts_and_archived_answers_is_named():
    old = make_content(make_line(), archived=(make_line("Q9"),))
    new = make_content(make_line(), make_line("Q2"), facts=(("Data", "Health"),))
    assert list(map(str, differences(old, new))) == [
        "Assessment: facts",
        "Q2: added",
        "Q9: taken out",
    ]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "No requirements are"),
        (1, "One requirement is"),
        (10, "Ten requirements are"),
        (13, "13 requirements are"),
    ],
)
def test_statement_has_the_moment_and_what_is_not_met(count, words):
    lines = [make_line(f"Q{i}", verdict="not_met") for i in range(count)]
    said = statement(make_content(make_line("Q99"), *lines), NOW)
    assert "as they stood on 18 December 2026 at 16:20 UTC. " in said
    assert f" {words} stated as not met." in said


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["unanswered"], "One question has no answer yet."),
        (["unanswered", "dont_know"], "Two questions have no answer yet."),
        (["met"], "One answer “Met” or “Partly” names no evidence."),
        (["met", "partly"], "Two answers “Met” or “Partly” name no evidence."),
        (["na"], "No requirements are stated as not met."),
    ],
)
def test_statement_names_open_answers_and_those_without_evidence(lines, words):
    content = make_content(
        *(make_line(f"Q{n}", verdict=verdict, proofs=()) for n, verdict in enumerate(lines))
    )
    assert statement(content, NOW).endswith(f" {words}")
    earlier = statement(content, NOW, is_earlier=True)
    assert earlier.endswith("No requirements are stated as not met.")
