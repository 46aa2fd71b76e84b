"""Archiving: nothing changes in what is put away, and it can be taken up again."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many
from compliance.work.discussion import actions as discussion
from compliance.work.evidence_use.actions import use_instead
from compliance.work.remediation import actions as remediation
from tests.support.factories import make_action, make_assessment, make_link

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


def events():
    return list(Event.objects.order_by("seq").values_list("action", flat=True))


def save(cast, assessment):
    return actions.save_answer(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=assessment.answers.first().pk,
        changes={"verdict": "met"},
        base=0,
    )


def test_archived_assessment_refuses_answers_and_can_be_taken_up_again(cast, assessment):
    actions.archive(by=cast.otto, assessment=assessment)
    with pytest.raises(ValidationError, match="closed"):
        save(cast, assessment)
    actions.take_up(by=cast.otto, assessment=assessment)
    save(cast, assessment)
    assert events() == ["assessment.archived", "assessment.taken_up", "answer.saved"]


def test_archiving_twice_is_one_event(cast, assessment):
    for _ in range(2):
        actions.archive(by=cast.otto, assessment=assessment)
    assert events() == ["assessment.archived"]


def test_page_says_that_it_is_archived_and_offers_the_way_back(cast, assessment, sign_in):
    client = sign_in(cast.otto)
    facts = client.get(reverse("scoping:facts", args=["acme", assessment.pk]))
    url = reverse("workspace:archive", args=["acme", assessment.pk])
    assert url in facts.text
    page = client.post(url, follow=True)
    assert "Archived" in page.text
    assert "Unarchive" in page.text
    assert "data-typed" in page.text
    assert 'hx-post="' + assessment.get_absolute_url() + "answers/" not in page.text
    assert "Archived" in client.get(reverse("workspace:list", args=["acme"])).text
    client.post(reverse("workspace:take_up", args=["acme", assessment.pk]))
    assessment.refresh_from_db()
    assert assessment.is_open


def of(answer, by):
    """The person and the answer, as most actions take them."""
    assessment = answer.assessment
    place = {"organisation": assessment.organisation, "assessment_id": assessment.pk}
    return {"by": by, "answer_id": answer.pk, **place}


WRITES = {
    "a save": lambda one, by, _: actions.save_answer(**of(one, by), changes={"verdict": "met"}, base=0),
    "many at once": lambda one, by, _: set_many(
        by=by,
        organisation=one.assessment.organisation,
        assessment_id=one.assessment_id,
        targets={one.pk: Known(0)},
        bulk=Bulk({"verdict": "met"}),
    ),
    "a comment": lambda one, by, _: discussion.comment(by=by, answer=one, text="Look."),
    "evidence": lambda one, by, proof: actions.attach(by=by, answer=one, evidence=proof),
    "a new version": lambda one, by, proof: use_instead(
        by=by,
        organisation=one.assessment.organisation,
        evidence=proof,
        others=[],
        answer_ids=[one.pk],
    ),
    "an action": lambda one, by, _: remediation.link_answer(
        by=by, organisation=one.assessment.organisation, number=1, answer_id=one.pk
    ),
}


def slowly(record, begun, go_on):
    """The same, but each write stops just before it is recorded."""

    def recorded(**given):
        if given.get("action") != "assessment.archived":
            begun.set()
            go_on.wait(10)
        return record(**given)

    return recorded


def work(act):
    try:
        act()
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("what", WRITES)
def test_who_archives_waits_for_what_is_being_written(what, cast, assessment, monkeypatch):
    make_action(cast.acme, cast.ada)
    answer, proof = assessment.answers.first(), make_link(cast.acme, cast.ada)
    begun, go_on = threading.Event(), threading.Event()
    for name in ("record", "record_together"):
        slow = slowly(getattr(trail, name), begun, go_on)
        monkeypatch.setattr(trail, name, slow)

    def archive():
        actions.archive(by=cast.otto, assessment=assessment)

    def write():
        WRITES[what](answer, cast.con, proof)

    threads = [threading.Thread(target=work, args=[act]) for act in (write, archive)]
    threads[0].start()
    begun.wait(10)
    threads[1].start()
    threads[1].join(0.3)
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(events()) == 2
    assert events()[-1] == "assessment.archived"
