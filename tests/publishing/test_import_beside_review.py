"""A file that takes the place of a draft while somebody else brings the draft on."""

import threading

import pytest
from django.db import connection

from compliance.audit.models import Event
from compliance.checklists import content, drafting
from compliance.checklists.actions import bring_in
from compliance.models import Edition
from compliance.publishing import actions as publishing
from tests.factories import make_checklist, make_draft
from tests.racing import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]
WAIT = 1
"""Seconds in which the other one is done, unless they are made to wait."""


def test_edition_in_review_is_not_replaced_by_a_file(cast, monkeypatch):
    if connection.vendor == "sqlite":
        pytest.skip("a database in memory has one connection")
    draft = make_draft(checklist=make_checklist("own", cast.acme))
    draft.release_notes = "One is new. One is gone."
    draft.save()
    given = {"organisation": cast.acme, "edition_id": draft.pk}
    document = content.document(draft)
    document["sections"][0]["questions"][0]["text"] = "From the file?"
    is_read, is_done = threading.Event(), threading.Event()
    fate = drafting.fate

    def read_and_wait(*args, **kwargs):
        found = fate(*args, **kwargs)
        is_read.set()
        is_done.wait(WAIT)
        return found

    monkeypatch.setattr(drafting, "fate", read_and_wait)

    def replace():
        return bring_in(
            by=cast.ada,
            document=document,
            title="Own",
            summary="",
            organisation=cast.acme,
            replace=True,
        )

    def send():
        is_read.wait(WAIT * 5)
        try:
            return publishing.send_to_review(by=cast.ada, **given)
        finally:
            is_done.set()

    outcomes = at_once(replace, send, caught=Exception)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    stands = Edition.objects.get(pk=draft.pk)
    asked = stands.questions.get(key="Q1").text
    actions = [event.action for event in Event.objects.order_by("seq")]
    assert (stands.status, asked) == ("review", "From the file?")
    assert actions[-2:] == ["edition.brought_in", "edition.sent"]
