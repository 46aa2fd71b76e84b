"""Two people in one answer: every pair of changes, from every start, has a way out."""

import random
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import QueryDict

from compliance.models import Answer
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions, writing
from compliance.work.workspace.forms import AnswerForm
from compliance.work.workspace.row_pages import compared
from tests.support.factories import make_assessment, make_draft, make_question, publish
from tests.support.page_text import flat

pytestmark = pytest.mark.slow

FIELDS = ("verdict", "reason", "later_until", "value")
DAYS = ("2031-04-02", "2032-01-15")
SAID = [
    {"verdict": "unanswered"},
    {"verdict": "met"},
    {"verdict": "na", "reason": "No such data."},
    {"verdict": "dont_know"},
    {"verdict": "later", "later_until": DAYS[0]},
]
BESIDE = [
    {"reason": "No staff."},
    {"reason": ""},
    {"later_until": DAYS[1]},
    {"verdict": "later", "later_until": DAYS[1]},
]
"""Fields that mean something beside a verdict only."""
GIVEN = [
    {"value": "28"},
    {"value": "99"},
    {"value": ""},
    {"verdict": "unanswered"},
    {"verdict": "na", "reason": "No such data."},
    {"verdict": "dont_know"},
    {"verdict": "later", "later_until": DAYS[0]},
]
CHOSEN = [{"value": "yes"}, {"value": "none"}, {"value": ""}, *GIVEN[3:]]
CASES = {
    "verdict": (SAID, [*SAID, *BESIDE]),
    "number": (GIVEN, [*GIVEN, *BESIDE]),
    "choice": (CHOSEN, [*CHOSEN, *BESIDE]),
}
"""Kind of question to starts and changes."""


@pytest.fixture
def answers(cast):
    edition = make_draft(questions=0)
    section = edition.sections.get()
    bounds = {"number": {"unit": "days", "at_most": 31}}
    for position, kind in enumerate(CASES, 1):
        fields = bounds if kind == "number" else {}
        question = make_question(edition, section, position, kind=kind, **fields)
        question.save()
        if kind == "choice":
            for place, (key, verdict) in enumerate([("yes", "met"), ("none", "na")], 1):
                question.choices.create(key=key, label=key.title(), verdict=verdict, position=place)
    assessment = make_assessment(cast.acme, cast.ada, publish(edition))
    rows = assessment.answers.select_related("question", "assessment__organisation")
    return {answer.question.kind: answer for answer in rows}


def shown(answer):
    """The fields as a page would send them."""
    row = Answer.objects.get(pk=answer.pk)
    return {name: str(getattr(row, name) or "") for name in FIELDS}


def send(by, answer, fields, base=None):
    """Save what a page sends, by the form; typed over what stands, without ``base``."""
    base = base or str(Answer.objects.values_list("version", flat=True).get(pk=answer.pk))
    form = AnswerForm(typed(fields | {"base": base}))
    assert form.is_valid(), form.errors
    return actions.save_answer(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=form.changes(),
        base=form.cleaned_data["base"],
    )


def typed(fields):
    data = QueryDict(mutable=True)
    data.update(fields)
    return data


@contextmanager
def tried():
    """Take back all that is done in here."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def alone(by, answer, fields):
    """The answer after a change that nobody crosses; None when it is refused."""
    with tried():
        try:
            send(by, answer, fields)
        except ValidationError:
            return None
        return shown(answer)


def ways_out(cast, fields, refused):
    """The fields that each button sends, and the base it knows."""
    request = SimpleNamespace(POST=typed(fields), organisation=cast.acme)
    block = compared(request, refused)
    sides = (("mine", block.keep_mine), ("theirs", block.keep_theirs))
    return [(name, dict(pairs), str(refused.known)) for name, pairs in sides]


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.long)])
def test_every_pair_of_changes_has_a_way_out(cast, answers, kind, step):
    """ "Keep mine" says what I said, "keep theirs" what they said: saved, from any start.

    The short form takes every fifth pair, from another one on in each run.
    """
    answer, (starts, changes) = answers[kind], CASES[kind]
    count, wrong = random.randrange(step), []  # noqa: S311
    for start in starts:
        with tried():
            send(cast.ada, answer, start)
            known = shown(answer)
            base = str(Answer.objects.get(pk=answer.pk).version)
            found = [(change, alone(cast.ada, answer, change)) for change in changes]
            valid = [(change, side) for change, side in found if side is not None]
            for theirs, their_side in valid:
                with tried():
                    send(cast.con, answer, theirs)
                    for mine, my_side in valid:
                        count += 1
                        if count % step:
                            continue
                        fields = (known if count // step % 2 else {}) | mine
                        mine_only = {f: v for f, v in my_side.items() if v != known[f]}
                        said = cross(cast, answer, (fields, base), mine_only, their_side)
                        wrong += [(start, theirs, mine, *fault) for fault in said]
    assert wrong == [], "\n".join(map(str, wrong))
    assert count > 200


def cross(cast, answer, sent, mine, theirs):
    """Faults of a save from an older page, and of both ways out of it."""
    fields, base = sent
    wrong = []
    with tried():
        done = attempt(cast.ada, answer, fields, base)
        if not isinstance(done, actions.Refused):
            return [] if isinstance(done, actions.Saved) else [("save", done)]
        theirs = {field: theirs[field] for field in done.fields if field in FIELDS}
        for name, pressed, newer in ways_out(cast, fields, done):
            with tried():
                again = attempt(cast.ada, answer, pressed, newer)
                if not isinstance(again, actions.Saved):
                    wrong.append((name, again))
                    continue
                now = shown(answer)
                wanted = mine if name == "mine" else theirs
                wrong += [(name, f, now[f], v) for f, v in wanted.items() if now[f] != v]
    return wrong


def attempt(by, answer, fields, base):
    """The outcome of a save; an error is one, too."""
    try:
        with transaction.atomic():
            return send(by, answer, fields, base)
    except (ValidationError, DatabaseError) as error:
        return error


def test_answer_that_the_database_does_not_take_is_refused_with_both_texts(
    cast, sign_in, answers, monkeypatch
):
    """A rule that the code forgets must not cost what was typed."""
    answer = answers["verdict"]
    url = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/save/"
    monkeypatch.setattr(writing, "_refuse_half", lambda answer: None)
    sent = {"base": "0", "verdict": "na", "note": "Ask IT"}
    reply = sign_in(cast.ada).post(url, sent, headers={"HX-Request": "true"})
    assert reply.status_code == 409
    assert "Your change does not fit what is saved here now" in flat(reply.text)
    assert "Ask IT" in reply.text
    assert shown(answer)["verdict"] == "unanswered"
    refused = Event.objects.latest("seq")
    assert refused.action == "answer.refused"
    assert trail.changes(refused)[1] == {"verdict": "na", "note": "Ask IT"}


def test_refused_save_keeps_all_that_was_typed_in_the_trail(cast, answers):
    answer = answers["verdict"]
    send(cast.con, answer, {"verdict": "met"})
    send(cast.ada, answer, {"verdict": "partly", "note": "Only here"}, "0")
    refused = Event.objects.latest("seq")
    assert refused.action == "answer.refused"
    assert trail.changes(refused)[1] == {"verdict": "partly", "note": "Only here"}
