"""Keeping an assessment open while something in it is written."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from compliance.work.assessments.models import Answer, Assessment


def hold_open(assessment_id: UUID) -> None:
    """Let nobody close an assessment before the transaction is over.

    A transaction that closes it waits, and rows read after this are final. Comes before
    any lock on its answers. Writers do not wait for each other here; on SQLite a
    transaction that writes is alone anyway.
    """
    _share(Assessment.objects.filter(pk=assessment_id))


def hold_open_for(answer_ids: Collection[int]) -> None:
    """The same for all assessments of some answers."""
    if not answer_ids:
        return
    wanted = Answer.objects.filter(pk__in=answer_ids).order_by().values("assessment")
    _share(Assessment.objects.filter(pk__in=wanted))


def _share(rows: QuerySet[Assessment]) -> None:
    if connection.vendor != "postgresql":
        return
    sql, params = rows.order_by("pk").values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} FOR SHARE", params)
