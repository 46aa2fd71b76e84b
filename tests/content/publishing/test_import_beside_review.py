"""A file that takes the place of a draft while somebody else brings the draft on."""

import threading

import pytest

from compliance.content.checklists import actions as checklists
from compliance.content.checklists import content, drafting
from compliance.content.editor import actions as editor
from compliance.content.publishing import actions as publishing
from compliance.content.publishing.actions import merging
from compliance.models import Edition
from compliance.proof.audit.models import Event
from tests.support.factories import make_checklist, make_draft, publish
from tests.support.races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]
WAIT = 1
"""Seconds in which the other one is done, unless they are made to wait."""


def replace_with(document, cast):
    """Bring a file in, in the place of the draft."""
    return checklists.bring_in(
        by=cast.ada,
        document=document,
        title="Own",
        summary="",
        organisation=cast.acme,
        replace=True,
    )


def test_edition_in_review_is_not_replaced_by_a_file(cast, monkeypatch):
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
        return replace_with(document, cast)

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


@pytest.mark.parametrize("act", ["merge", "undo"])
def test_merge_beside_a_file_waits_for_it(act, cast, monkeypatch):
    """Both lock the checklist before its draft: each the other way round would fail one."""
    original = make_checklist("law")
    base = publish(make_draft(2, checklist=original))
    given = {"by": cast.ada, "organisation": cast.acme}
    draft = publishing.clone(edition_id=base.pk, **given)
    newer = make_draft(2, checklist=original, number="2026.2")
    newer.questions.filter(key="Q2").update(text="Theirs?")
    newer = checklists.publish(by=None, edition=newer)
    given["edition_id"] = draft.pk
    document = content.document(draft)
    seen = content.content_hash(document)

    def merge():
        asked = {"newer_id": newer.pk, "seen": seen, "taken": set()}
        return publishing.merge(**given, **asked)

    def undo():
        return editor.undo(**given, seq=merged.seq)

    merged = merge() if act == "undo" else None
    is_held, is_waiting = threading.Event(), threading.Event()
    stand_on = merging._stand_on

    def wait_and_stand_on(*args):
        is_held.set()
        is_waiting.wait(WAIT)
        return stand_on(*args)

    monkeypatch.setattr(merging, "_stand_on", wait_and_stand_on)
    document["sections"][0]["questions"][0]["text"] = "From the file?"

    def replace():
        is_held.wait(WAIT * 5)
        return replace_with(document, cast)

    work = {"merge": merge, "undo": undo}[act]
    outcomes = at_once(work, replace, caught=Exception)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    stands = Edition.objects.get(pk=draft.pk)
    assert stands.questions.get(key="Q1").text == "From the file?"
    assert stands.checklist.cloned_from == (newer if act == "merge" else base)
