"""Once published, the database itself refuses every change (safety.md, F4 and V1)."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from compliance.models import Choice, Citation, Edition, Fact, Section
from tests.support.factories import make_draft, make_provision, make_question, publish

pytestmark = pytest.mark.django_db
SAID = "a published edition is never changed"


def make_full(number="2026.1"):
    draft = make_draft(number=number)
    question = draft.questions.first()
    Choice.objects.create(question=question, key="a", label="A", position=1)
    Citation.objects.create(question=question, provision=make_provision(), position=1)
    return draft


@pytest.fixture
def frozen():
    return publish(make_full())


def refused(change):
    with pytest.raises(DatabaseError, match=SAID), transaction.atomic():
        change()


def execute(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


PARTS = ["section", "question", "fact", "choice", "citation"]


@pytest.mark.parametrize("part", PARTS)
def test_rows_of_a_published_edition_refuse_update(frozen, part):
    refused(lambda: execute(f"UPDATE compliance_{part} SET position = 99"))  # noqa: S608


@pytest.mark.parametrize("part", PARTS)
def test_rows_of_a_published_edition_refuse_delete(frozen, part):
    refused(lambda: execute(f"DELETE FROM compliance_{part}"))  # noqa: S608


def test_published_edition_takes_no_new_rows(frozen):
    section, question = frozen.sections.first(), frozen.questions.last()
    refused(lambda: Section.objects.create(edition=frozen, key="n", title="N", position=9))
    refused(lambda: make_question(frozen, section, 9).save())
    refused(lambda: Fact.objects.create(edition=frozen, key="n", label="N", position=9))
    refused(lambda: Choice.objects.create(question=question, key="n", label="N", position=9))
    refused(lambda: Citation.objects.create(question=question, provision=make_provision(), position=9))


def test_rows_move_neither_out_of_nor_into_a_published_edition(frozen):
    draft = make_full("2026.2")
    refused(lambda: frozen.questions.update(edition=draft))
    refused(lambda: draft.facts.update(edition=frozen))
    question = frozen.questions.first()
    refused(lambda: Choice.objects.filter(question__edition=draft).update(question=question))


@pytest.mark.parametrize(
    "values",
    [
        {"number": "x"},
        {"release_notes": "x"},
        {"roles": {"a": "A"}},
        {"content_hash": "0" * 64},
        {"published_at": timezone.now()},
        {"status": "draft", "published_at": None, "content_hash": ""},
        {"status": "retired", "number": "x"},
    ],
)
def test_published_edition_refuses_update(frozen, values):
    refused(lambda: Edition.objects.filter(pk=frozen.pk).update(**values))


def test_published_edition_can_retire_and_never_comes_back(frozen):
    frozen.status = "retired"
    frozen.save()
    edition = Edition.objects.filter(pk=frozen.pk)
    refused(lambda: edition.update(status="published"))
    refused(lambda: edition.update(status="draft", published_at=None, content_hash=""))
    refused(frozen.questions.first().delete)


def test_published_edition_refuses_delete(frozen):
    refused(lambda: execute("DELETE FROM compliance_edition WHERE id = %s", frozen.pk))
    refused(frozen.delete)


def test_draft_beside_it_stays_free(frozen):
    draft = make_full("2026.2")
    draft.questions.update(title="Another")
    draft.facts.all().delete()
    draft.delete()
    assert list(Edition.objects.all()) == [frozen]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
def test_replace_does_not_slip_past(frozen):
    draft = make_full("2026.2")
    question, theirs = frozen.questions.first(), draft.sections.first()
    stolen = make_question(draft, theirs, 9, pk=question.pk, key="Z9")
    names = [field.column for field in stolen._meta.concrete_fields]
    values = [
        field.get_db_prep_save(getattr(stolen, field.attname), connection)
        for field in stolen._meta.concrete_fields
    ]
    marks = ", ".join(["%s"] * len(names))
    sql = f"INSERT OR REPLACE INTO compliance_question ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
    refused(lambda: execute(sql, *values))
    copied = ", ".join(
        column if column != "status" else "'draft'"
        for column in (field.column for field in Edition._meta.concrete_fields)
    )
    copied = copied.replace("published_at", "NULL").replace("content_hash", "''")
    refused(
        lambda: execute(
            f"INSERT OR REPLACE INTO compliance_edition SELECT {copied}"  # noqa: S608
            " FROM compliance_edition WHERE id = %s",
            frozen.pk,
        )
    )
