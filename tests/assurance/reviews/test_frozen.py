"""Below the ORM: the database refuses every change of what is signed (safety.md, F4)."""

import pytest
from django.db import DatabaseError, connection, transaction

from compliance.assurance.reviews import actions, guards
from compliance.ground.web import triggers
from compliance.models import Assessment
from tests.support import factories, signing

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SIGNED, KEPT = guards.SAID, guards.KEPT


@pytest.fixture
def signed(cast):
    assessment = signing.make_ready(cast)
    first = assessment.answers.get(question__key="Q1")
    grounds = [row.evidence for row in first.attachments.all()]
    factories.make_proposal(first, cast.con, {"note": "Kept."}, evidence=grounds)
    actions.send(by=cast.otto, assessment=assessment)
    signing.sign(cast.rev, assessment)
    return signing.fresh(assessment)


def execute(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def refused(said, sql, *values):
    with pytest.raises(DatabaseError, match=said), transaction.atomic():
        execute(sql, *values)


ROWS = ("answer", "attachment", "comment", "proposal", "ground", "actionlink")
"""Tables of an assessment, each with a row in the one that is signed here."""
WRITES = [
    "UPDATE compliance_answer SET note = 'Other'",
    "UPDATE compliance_answer SET owner_id = NULL",
    "DELETE FROM compliance_answer",
    "UPDATE compliance_attachment SET attached_at = '2020-01-01 00:00:00+00:00'",
    "DELETE FROM compliance_attachment",
    "UPDATE compliance_comment SET text = 'Other'",
    "DELETE FROM compliance_comment",
    "UPDATE compliance_proposal SET why = 'Other'",
    "DELETE FROM compliance_proposal",
    "UPDATE compliance_ground SET evidence_id = evidence_id",
    "DELETE FROM compliance_ground",
    "UPDATE compliance_actionlink SET action_id = action_id",
    "DELETE FROM compliance_actionlink",
    "UPDATE compliance_evidence SET sha256 = 'f', url = 'https://e.eu'",
    "DELETE FROM compliance_evidence",
    "UPDATE compliance_assessment SET status = 'running', revision = 2",
    "UPDATE compliance_assessment SET status = 'running'",
    "UPDATE compliance_assessment SET status = 'archived'",
    "UPDATE compliance_assessment SET subject = 'Other'",
    "DELETE FROM compliance_assessment",
]
REVIEWED = [
    "UPDATE compliance_snapshot SET text = '{}'",
    "DELETE FROM compliance_snapshot",
    "UPDATE compliance_signoff SET statement = 'Other'",
    "DELETE FROM compliance_signoff",
    "UPDATE compliance_review SET ended = ''",
    "DELETE FROM compliance_review",
    "UPDATE compliance_check SET result = 'returned'",
    "DELETE FROM compliance_check",
]


@pytest.mark.parametrize("sql", WRITES)
def test_what_is_signed_refuses(sql, signed):
    refused(SIGNED, sql)


@pytest.mark.parametrize("sql", REVIEWED)
def test_what_was_reviewed_refuses(sql, cast):
    assessment = signing.make_sent(cast)
    signing.look(cast.rev, assessment, "Q1")
    signing.sign(cast.rev, assessment)
    refused(KEPT, sql)


@pytest.mark.parametrize("table", ROWS)
def test_signed_assessment_takes_no_new_row(table, signed):
    name = f"compliance_{table}"
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, name)
    columns = ", ".join(one.name for one in found if one.name != "id")
    rows = f"SELECT {columns} FROM {name} LIMIT 1"  # noqa: S608
    refused(SIGNED, f"INSERT INTO {name} ({columns}) {rows}")


@pytest.mark.skipif("connection.vendor != 'sqlite'")
@pytest.mark.parametrize("table", [*ROWS, "assessment", "snapshot", "signoff", "review", "evidence"])
def test_signed_row_is_not_replaced(table, signed):
    sql = f"REPLACE INTO compliance_{table} SELECT * FROM compliance_{table}"  # noqa: S608
    refused(f"{SIGNED}|{KEPT}", sql)


def test_nothing_is_signed_without_a_signoff(cast):
    assessment = signing.make_sent(cast)
    refused(SIGNED, "UPDATE compliance_assessment SET status = 'signed'")
    with pytest.raises(DatabaseError, match=SIGNED), transaction.atomic():
        Assessment.objects.create(
            organisation=cast.acme,
            edition=assessment.edition,
            started_by=cast.ada,
            subject="New",
            period_from=assessment.period_from,
            period_to=assessment.period_to,
            status="signed",
        )


def test_revision_moves_by_reopening_only(cast):
    factories.make_assessment(cast.acme, cast.ada)
    refused(SIGNED, "UPDATE compliance_assessment SET revision = 7")


def test_reopening_that_was_decided_stays(cast, signed):
    signing.reopen(cast.otto, cast.ada, signed)
    refused(KEPT, "UPDATE compliance_reopening SET reason = 'Other'")
    refused(KEPT, "DELETE FROM compliance_reopening")
    assert execute("UPDATE compliance_answer SET note = 'Open again'") == 3


def test_other_assessments_are_written_as_before(cast, signed):
    other = factories.make_assessment(cast.acme, cast.ada)
    sql = "UPDATE compliance_answer SET note = 'Other' WHERE assessment_id = %s"
    key = other.pk.hex if connection.vendor == "sqlite" else other.pk
    assert execute(sql, key) == 3


def test_evidence_in_use_may_be_described(signed):
    assert execute("UPDATE compliance_evidence SET title = 'Other'") == 1


def test_guard_steps_aside_for_migrations_and_comes_back(signed):
    triggers.step_aside(plan=[])
    refused(SIGNED, "DELETE FROM compliance_comment")
    triggers.step_aside(plan=["a migration"])
    if connection.vendor == "sqlite":
        assert execute("UPDATE compliance_comment SET text = 'Other'") == 1
    triggers.keep()
    refused(SIGNED, "DELETE FROM compliance_comment")
