"""Erasing while the worker sends; a database in memory has one connection."""

import time
from threading import Event

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from compliance.ground.web import mail
from compliance.identity.tokens.actions import make_token
from compliance.operations.erasure.actions import erase_person
from tests.support.mail_queue import refuse_with, run_queued
from tests.support.races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]
PATIENCE = 10
"""Seconds that each of the two waits for the other at the most."""


HELD_UP = """
    SELECT EXISTS (
        SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE NOT granted AND datname = current_database()
    )
"""


def someone_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(HELD_UP)
        return cursor.fetchone()[0]


def test_mail_that_is_put_back_just_then_is_not_sent(cast, monkeypatch):
    make_token(by=cast.rob, organisation=cast.acme, name="T", scopes=[], days=3)
    email, forget, held = cast.rob.email, mail._forget, Event()

    def forget_slowly(*args):
        was_there = forget(*args)
        held.set()
        until = time.monotonic() + PATIENCE
        while not someone_waits() and time.monotonic() < until:
            time.sleep(0.01)
        return was_there

    def erase():
        held.wait(PATIENCE)
        return erase_person(by=None, person=cast.rob)

    monkeypatch.setattr(mail, "_forget", forget_slowly)
    refuse_with(monkeypatch, ConnectionError())
    at_once(run_queued, erase, caught=Exception)
    later = DBTaskResult.objects.get(status="READY")
    assert later.args_kwargs["args"] == ["", "", "", 1]
    assert email not in str(DBTaskResult.objects.values_list("args_kwargs"))
