"""The rows of an assessment: what goes along, what does not, and always the same."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.assurance.reviews.rows import rows_of
from compliance.models import Answer, Comment, Mention
from compliance.proof.audit.chain import canonical
from compliance.work.snapshots.snapshot import to_read
from tests.support.factories import (
    attach,
    make_action,
    make_assessment,
    make_edition,
    make_link,
)

SOURCE = {"taken_version": 1, "taken_at": timezone.now()}


@pytest.fixture
def full(cast):
    """An assessment with something of everything."""
    other = make_assessment(cast.acme, cast.ada, subject="Elsewhere")
    earlier = make_assessment(cast.acme, cast.ada, make_edition(questions=4))
    edition = earlier.edition
    link = make_link(cast.acme, cast.con, covers_from=date(2026, 1, 1))
    old = earlier.answers.get(question__key="Q1")
    Answer.objects.filter(pk=old.pk).update(verdict="partly", note="Then")
    attach(old, link)
    found = make_assessment(cast.acme, cast.ada, edition, carried_from=earlier)
    q1, q2, q3, q4 = found.answers.order_by("question__position")
    Answer.objects.filter(pk=q1.pk).update(
        verdict="met", note="Now", changed_at=timezone.now(), changed_by=cast.con
    )
    Answer.objects.filter(pk=q2.pk).update(verdict="met", taken_from=other.answers.first(), **SOURCE)
    Answer.objects.filter(pk=q4.pk).update(archived_at=timezone.now(), note="Gone")
    attach(q1, link)
    comment = Comment.objects.create(answer=q3, author=cast.rev, text="Why?")
    Mention.objects.create(comment=comment, user=cast.con)
    make_action(cast.acme, cast.otto, q1, q3, owner=cast.con)
    return found


def test_everything_goes_along(full):
    rows = rows_of(to_read(full.pk))
    by_key = {row["key"]: row for row in rows["answers"]}
    assert by_key["Q1"]["note"] == "Now"
    assert by_key["Q1"]["attachments"][0]["evidence"] == rows["evidence"][0]["id"]
    assert by_key["Q2"]["taken_from"] == "Q1, Privacy, Elsewhere"
    assert by_key["Q3"]["comments"][0]["text"] == "Why?"
    assert by_key["Q4"]["archived_at"]
    assert [row["key"] for row in rows["answers"]] == ["Q1", "Q2", "Q3", "Q4"]
    assert rows["earlier"]["answers"]["Q1"]["note"] == "Then"
    assert rows["earlier"]["answers"]["Q1"]["evidence"] == [rows["evidence"][0]["id"]]
    assert rows["actions"][0]["answers"] == [0, 2]
    assert rows["evidence"][0]["covers_from"] == "2026-01-01"


def test_people_go_by_number_and_name_and_without_address(full):
    rows = rows_of(to_read(full.pk))
    names = {person["ref"]: person["name"] for person in rows["people"]}
    assert names[rows["answers"][0]["changed_by"]] == "Con Tributor"
    assert names[rows["answers"][2]["comments"][0]["mentions"][0]] == "Con Tributor"
    assert names["p1"] == "Ada Lindqvist"
    assert "@" not in json.dumps(rows)


def test_same_rows_are_the_same_text(full):
    first, again = (canonical(rows_of(to_read(full.pk))) for _ in range(2))
    assert first == again
    assert json.loads(first) == rows_of(to_read(full.pk))


def test_archived_answers_name_the_edition_they_belong_to(full, cast):
    newer = make_edition(questions=1, number="2027.1")
    full.edition = newer
    full.save()
    rows = rows_of(to_read(full.pk))
    numbers = {edition["ref"]: edition["number"] for edition in rows["editions"]}
    assert numbers[rows["assessment"]["edition"]] == "2027.1"
    assert numbers[rows["answers"][0]["edition"]] == "2026.1"


def test_queries_do_not_grow_with_the_answers(full, cast):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            rows_of(to_read(full.pk))
        return len(caught)

    few = queries()
    edition = make_edition(questions=40)
    for question in edition.questions.all():
        answer = Answer.objects.create(assessment=full, question=question)
        attach(answer, make_link(cast.acme, cast.ada))
        Comment.objects.create(answer=answer, author=cast.con, text="More")
    assert queries() == few
