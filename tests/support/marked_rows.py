"""An assessment whose rows carry, between them, every badge and mark that a row can."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from compliance.models import Asked, Citation, Comment, Presence, Visit
from compliance.work.assessments import actions
from tests.support import factories
from tests.support.legal_indexes import amend

LATER = datetime(2099, 1, 1, tzinfo=UTC)


def make_marked(organisation, by, other):
    """A running assessment as ``by`` finds it, with ``other`` in its first row.

    The last of its questions does not apply: only ``?show=does-not-apply`` lists it.
    """
    provision = factories.make_provision()
    edition = factories.make_draft(questions=9)
    first = edition.questions.get(key="Q1")
    Citation.objects.create(question=first, provision=provision, position=1)
    edition.questions.filter(key="Q2").update(yardstick=True)
    factories.publish(edition)
    source = factories.make_assessment(organisation, by).answers.first()
    made = factories.make_assessment(organisation, by, edition)
    set_rows(made, by, other, source)
    hang_on(made.answers.get(question=first), by, other)
    asked = made.answers.get(question__key="Q8")
    invitation = organisation.invitations.create(
        email="nele@example.org", name="Nele", role="contributor", expires_at=LATER
    )
    Asked.objects.create(answer=asked, invitation=invitation)
    amend({provision.cite: {"status": "applies_later", "applies_from": "2031-12-02"}})
    return made


def set_rows(made, by, other, source):
    """Each row in a state of its own; what one can say at once, the first says."""
    today, now = timezone.localdate(), timezone.now()
    na = {"verdict": "na", "reason": "We have none.", "na_by": by}
    taken = {"taken_from": source, "taken_version": source.version + 1, "taken_at": now}
    states = {
        "Q1": {"owner": by, "due_on": today},
        "Q2": {"verdict": "dont_know", "due_on": today + timedelta(days=99)},
        "Q3": {"verdict": "later", "later_until": today + timedelta(days=9)},
        "Q4": {"verdict": "later", "later_until": today},
        "Q5": na,
        "Q6": na | {"na_confirmed_by": other, "na_confirmed_at": now},
        "Q7": {"verdict": "met", "again": "carried"} | taken,
        "Q9": {"applies": False},
    }
    for key, fields in states.items():
        made.answers.filter(question__key=key).update(**fields)


def hang_on(answer, by, other):
    """Evidence, comment, action, news, and somebody who is there."""
    organisation = answer.assessment.organisation
    factories.attach(answer, factories.make_link(organisation, by))
    Comment.objects.create(answer=answer, author=other, text="Which list?")
    factories.make_action(organisation, by, answer)
    now = timezone.now()
    Visit.objects.create(assessment=answer.assessment, user=by, seen_seq=0, seen_at=now)
    actions.save_answer(
        by=other,
        organisation=organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes={"note": "In the wiki."},
        base=answer.version,
    )
    Presence.objects.create(assessment=answer.assessment, user=other, answer=answer, at=now)
