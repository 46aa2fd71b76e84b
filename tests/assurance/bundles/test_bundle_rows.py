"""Every value of a bundle's rows that its events have: another one is refused."""

import copy
import json
import re
from dataclasses import fields, replace

import pytest

from compliance.assurance.bundles.integrity import unlike
from compliance.assurance.bundles.process import Bundle, UnreadableError
from compliance.assurance.bundles.references import PEOPLE
from compliance.assurance.reviews import actions
from compliance.operations.erasure.actions import erase_person
from compliance.work.assessments import actions as assessments
from compliance.work.assessments.versions import Known
from compliance.work.discussion import actions as discussion
from tests.assurance.bundles.making import YEAR, bundle_of, make_everything, publish, reading
from tests.assurance.bundles.test_bundle_hostile import packed, unpacked
from tests.support import factories, signing

pytestmark = pytest.mark.slow

ON_THE_CONTENT = {"evidence", "actions", "editions", "earlier", "people"}
"""Parts of the rows that the organisation's own events change, and names."""
NO_COLUMN = {"id", "key", "edition", "taken_from", "organisation", "format"}
"""Columns that other checks look at, or that stand for rows that stayed behind."""


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    for name in ("KEYS_DIR", "CHECKPOINTS_DIR", "MEDIA_ROOT"):
        setattr(settings, name, tmp_path)


@pytest.fixture
def signed(cast):
    """Returned, signed, opened again; with talk, evidence and what does not apply."""
    edition = publish("Q1", "Q2", "Q3", checklist="life", organisation=cast.acme)
    given = {"by": cast.otto, "organisation": cast.acme, "edition": edition}
    facts = {"data": ["health"]}
    found = assessments.start(**given, subject="Acme", facts=facts, **YEAR)
    for key in ("Q1", "Q2"):
        signing.answer(cast.con, found, key, verdict="met", note="Kept since May.")
    signing.answer(cast.con, found, "Q3", verdict="na", reason="No such data.")
    row = found.answers.get(question__key="Q1")
    proof = factories.make_link(cast.acme, cast.con, expires_on=signing.LATER)
    assessments.attach(by=cast.con, answer=row, evidence=proof)
    said = discussion.comment(by=cast.rev, answer=row, text="@[Con Tributor] where?")
    discussion.resolve(by=cast.con, answer=row, comment=said)
    seen = {found.answers.get(question__key="Q3").pk: Known(1)}
    assessments.confirm_na(by=cast.rev, organisation=cast.acme, seen=seen)
    actions.send(by=cast.otto, assessment=found)
    signing.look(cast.rev, signing.fresh(found), "Q1", "returned", "Say since when.")
    actions.return_for_changes(by=cast.rev, assessment=found, said="Once more.")
    signing.answer(cast.con, found, "Q1", note="Since June.")
    actions.send(by=cast.otto, assessment=found)
    signing.look(cast.rev, signing.fresh(found), "Q2")
    signing.sign(cast.rev, signing.fresh(found))
    return signing.reopen(cast.otto, cast.ada, found)


@pytest.fixture
def ready(cast):
    return signing.make_ready(cast, publish("Q1", "Q2", "Q3", organisation=cast.acme))


def leaves(value, place=()):
    """The place of each value below, but for what has no column."""
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for at, one in enumerate(value):
            yield from leaves(one, (*place, at))
    elif isinstance(value, dict) and "facts" not in place:
        for name, one in value.items():
            if name not in NO_COLUMN:
                yield from leaves(one, (*place, name))
    else:
        yield place


BY_NAME = {
    r"hands|mentions|attachments|comments|checks": lambda value, people: [],
    r"answer": lambda value, people: (value + 1) % 3,
    "|".join(PEOPLE): lambda value, people: next(p for p in people if p != value),
    r"(.*_)?at": lambda value, people: "2025-01-01T00:00:00+00:00",
    r".*_(on|from|to|until)": lambda value, people: "2025-01-01",
}
BY_KIND = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    list: lambda value: value[1:] or ["x"],
    dict: lambda value: {"x": ["y"]},
    object: lambda value: f"{value}x",
}


def another(name, value, people):
    """A value of the same kind that the row might have instead."""
    for pattern, change in BY_NAME.items():
        if re.fullmatch(pattern, name):
            return change(value, people)
    kind = next(kind for kind in BY_KIND if isinstance(value, kind))
    return BY_KIND[kind](value)


def test_each_value_that_is_another_is_named(cast, signed):
    tried = set()
    with reading(bundle_of(signed)) as bundle:
        assert unlike(bundle) == ""
        people = sorted(bundle.head["people"])
        for part in bundle.rows.keys() - ON_THE_CONTENT - NO_COLUMN:
            for place in leaves(bundle.rows[part], (part,)):
                rows = copy.deepcopy(bundle.rows)
                above = rows
                for step in place[:-1]:
                    above = above[step]
                name = place[-1]
                stood, above[name] = above[name], another(name, above[name], people)
                if above[name] != stood:
                    assert unlike(replace(bundle, rows=rows)), place
                    tried.add((part, name))
    assert len(tried) > 40


def test_each_row_that_is_taken_away_or_put_in_is_named(cast, signed):
    with reading(bundle_of(signed)) as bundle:
        for place in (
            ("answers",),
            ("answers", 0, "attachments"),
            ("answers", 0, "comments"),
            ("reviews",),
            ("reviews", 0, "checks"),
            ("reopenings",),
            ("signoffs",),
        ):
            for change in (lambda some: some.pop(), lambda some: some.append(some[0])):
                rows = copy.deepcopy(bundle.rows)
                above = rows
                for step in place:
                    above = above[step]
                change(above)
                assert unlike(replace(bundle, rows=rows)), place


def test_bundle_of_rows_that_were_erased_is_read(cast, signed):
    """Texts of the rows say another name by now, those of the events nothing."""
    full = make_everything(cast)
    row = full.answers.get(question__key="Q1")
    discussion.comment(by=cast.otto, answer=row, text="Con Tributor knows.")
    signing.answer(cast.otto, full, "Q2", note="Ask Con Tributor.")
    erase_person(by=None, person=cast.con)
    for one in (full, signed):
        with reading(bundle_of(one)) as bundle:
            assert "Con Tributor" not in str(bundle.rows["answers"])


def test_text_that_was_erased_is_not_any_text(cast):
    full = make_everything(cast)
    signing.answer(cast.otto, full, "Q2", note="Ask Con Tributor.")
    erase_person(by=None, person=cast.con)
    with reading(bundle_of(full)) as bundle:
        assert unlike(bundle) == ""
        rows = copy.deepcopy(bundle.rows)
        row = next(one for one in rows["answers"] if "Erased" in one["note"])
        row["note"] = "Nobody is to be asked."
        assert "“note” is not what event" in unlike(replace(bundle, rows=rows))


ODD = (
    5,
    {"new": 5},
    {"new": {"comment": [5]}},
    {"new": {"comment": [[["text"], [1]]]}},
    {"set": {"comment": [[["text"], []]]}},
    {"set": {"review": [[[["text"]], [1, 2]]]}},
    {"new": {"comment": [[["answer_id"], ["9" * 5000, "1"]]]}},
    {"new": {"check": [[["review_id"], [[], {}]]]}},
    {"texts": {"answer": []}},
    {"texts": {"answer": {"1": 5}}},
    {"gone": {"attachment": 5}},
    {"gone": {"attachment": [[["x"]]]}},
    {"said": [["nothing"]]},
    {"said": 5},
)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: str(odd)[:40])
def test_events_of_odd_rows_are_refused_and_break_nothing(ready, odd):
    class Odd(Bundle):
        def events(self):
            for number, said in super().events():
                payload = json.loads(said["payload"]) | {"rows": odd}
                yield number, said | {"payload": json.dumps(payload)}

    with reading(bundle_of(ready)) as bundle:
        values = {one.name: getattr(bundle, one.name) for one in fields(bundle)}
        assert isinstance(unlike(Odd(**values)), str)


@pytest.mark.parametrize("number", ["Q1", "-1", "9" * 19, ""])
def test_answers_of_the_trail_are_called_by_numbers(ready, number):
    parts = unpacked(bundle_of(ready))
    trail = json.loads(parts["trail/1.json"])
    trail["names"]["answers"] = {number: "Q1"}
    parts["trail/1.json"] = json.dumps(trail).encode()
    with pytest.raises(UnreadableError, match=r"trail/1\.json"), reading(packed(parts)):
        pass
