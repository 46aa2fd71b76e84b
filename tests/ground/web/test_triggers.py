"""The triggers of the database are those that the rooms declare, after each migration."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from compliance.ground.web import triggers
from compliance.models import Edition
from compliance.proof.audit.models import ChainHead, Event
from tests.support import signing

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SAID = "never changed"


@pytest.fixture
def signed(cast):
    return signing.make_signed(cast)


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def refused(sql):
    with pytest.raises(DatabaseError, match=SAID), transaction.atomic():
        execute(sql)


@contextmanager
def declared_anew(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(triggers, "_declared", dict(triggers._declared))
        yield


def test_triggers_are_made_once_and_again_when_they_are_gone(signed):
    assert triggers.keep() is False
    triggers.release()
    with transaction.atomic():
        execute("DELETE FROM compliance_event")
        transaction.set_rollback(True)
    assert triggers.keep() is True
    assert triggers.keep() is False
    refused("DELETE FROM compliance_event")


def test_temporary_table_of_that_name_lets_no_event_go(signed):
    """PostgreSQL looks for tables in a session's own schema first, unless its path says else."""
    with transaction.atomic():
        execute(
            "CREATE TEMP TABLE compliance_deletion AS SELECT DISTINCT organisation_id FROM compliance_event"
        )
        refused("DELETE FROM compliance_event")
        transaction.set_rollback(True)


def test_function_without_its_path_is_made_anew(signed):
    if connection.vendor == "sqlite":
        pytest.skip("a trigger has no path there")
    execute("ALTER FUNCTION compliance_guard_event() RESET search_path")
    assert triggers.keep() is True
    assert triggers.keep() is False


def test_changed_declaration_changes_the_trigger_without_a_migration(signed, monkeypatch):
    head = "UPDATE compliance_chainhead SET seq = 7"
    execute(head)
    with declared_anew(monkeypatch):
        triggers.guard(ChainHead, said="never changed by hand", update="NEW.seq = 7")
        call_command("migrate", verbosity=0)
        refused(head)
        triggers.guard(ChainHead, said="never changed at all", update=triggers.ALWAYS)
        assert triggers.keep() is True
        refused("UPDATE compliance_chainhead SET seq = 8")
        triggers.guard(ChainHead, said=SAID, update="NEW.seq = 9", delete="")
        assert triggers.keep() is True
        execute("UPDATE compliance_chainhead SET seq = 8")
        refused("UPDATE compliance_chainhead SET seq = 9")
    assert triggers.keep() is True
    execute("UPDATE compliance_chainhead SET seq = 9")
    assert triggers.keep() is False


def test_trigger_of_a_table_that_is_not_there_is_left_out(monkeypatch):
    with declared_anew(monkeypatch):
        of_later = replace(triggers._declared["guard_event"], table="of_later")
        triggers._declared["guard_of_later"] = of_later
        assert triggers.keep() is False


def test_event_moves_the_head_of_its_chain(cast, signed):
    newest = Event.objects.filter(organisation_id=cast.acme.pk).latest("seq")
    head = ChainHead.objects.get(pk=cast.acme.pk)
    assert (head.seq, head.hash) == (newest.seq, newest.hash)


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_row_that_may_not_be_deleted_is_not_replaced(signed):
    columns = [field.column for field in Event._meta.concrete_fields]
    anew = ", ".join("NULL" if name == "id" else f'"{name}"' for name in columns)
    for values in ("*", anew):
        refused(f"REPLACE INTO compliance_event SELECT {values} FROM compliance_event")  # noqa: S608
    for table in ("edition", "question", "section"):
        refused(f"REPLACE INTO compliance_{table} SELECT * FROM compliance_{table}")  # noqa: S608


def test_every_column_of_a_published_edition_is_kept_but_its_status(signed):
    edition = signed.edition
    for field in Edition._meta.concrete_fields:
        other = {"published_at": "'2020-01-01 00:00:00+00:00'"}.get(field.name)
        if field.null and other is None:
            continue
        if field.name not in {"id", "status", "checklist"} and other is None:
            other = {
                "CharField": "'other'",
                "TextField": "'other'",
                "JSONField": """'{"a": 1}'""",
                "DateField": "'2020-01-01'",
                "PositiveIntegerField": "77",
            }[field.get_internal_type()]
        if other:
            refused(
                f'UPDATE compliance_edition SET "{field.column}" = {other},'  # noqa: S608
                f" status = 'retired'"
            )
    Edition.objects.filter(pk=edition.pk).update(status="retired")
