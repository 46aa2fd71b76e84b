"""``If-Match`` while somebody else saves: where the database lets two write at once."""

import threading

import pytest
from django.core.cache import cache
from django.db import connection

from compliance.programs.api import tags
from compliance.programs.api.resources import actions as action_calls
from compliance.programs.api.resources import answers as answer_calls
from compliance.work.assessments.actions import save_answer
from compliance.work.remediation.actions import change_action
from tests.support import factories
from tests.support.api_programs import Program
from tests.support.postgres import IS_SERVER

pytestmark = [
    pytest.mark.skipif(not IS_SERVER, reason="in SQLite one writes at a time"),
    pytest.mark.django_db(transaction=True),
]


def meanwhile(monkeypatch, module, work):
    """Let somebody else work between the look at the state and the save."""
    threads = []

    def run():
        try:
            work()
        finally:
            connection.close()

    def looked(request, standing):
        tags.refuse_stale(request, standing)
        threads.append(threading.Thread(target=run))
        threads[0].start()
        threads[0].join(1)

    monkeypatch.setattr(module, "refuse_stale", looked)
    cache.clear()
    return threads


def test_answer_is_saved_over_the_state_that_was_named_and_no_other(cast, monkeypatch):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    answer = assessment.answers.first()

    def work():
        save_answer(
            by=cast.otto,
            organisation=cast.acme,
            assessment_id=assessment.pk,
            answer_id=answer.pk,
            changes={"note": "Otto was here."},
            base=0,
        )

    threads = meanwhile(monkeypatch, answer_calls, work)
    program, path = Program(cast.con, cast.acme), f"/answers/{answer.pk}"
    tag = program.get(path).headers["ETag"]
    reply = program.patch(path, {"version": 0, "set": {"verdict": "met"}}, If_Match=tag)
    threads[0].join()
    assert (reply.status_code, reply.json()["note"]) == (200, "")
    answer.refresh_from_db()
    assert (answer.verdict, answer.note) == ("met", "Otto was here.")


def test_action_is_changed_in_the_state_that_was_named_and_no_other(cast, monkeypatch):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    action = factories.make_action(cast.acme, cast.ada, assessment.answers.first())

    def work():
        change_action(
            by=cast.otto,
            organisation=cast.acme,
            number=action.number,
            changes={"text": "Otto was here."},
            base=action.version,
        )

    threads = meanwhile(monkeypatch, action_calls, work)
    program, path = Program(cast.con, cast.acme), f"/actions/{action.number}"
    tag = program.get(path).headers["ETag"]
    change = {"version": action.version, "set": {"title": "Sign it"}}
    reply = program.patch(path, change, If_Match=tag)
    threads[0].join()
    assert (reply.status_code, reply.json()["text"]) == (200, "")
    action.refresh_from_db()
    assert (action.title, action.text) == ("Sign it", "Otto was here.")
