"""Assessments that rest on another one, for tests."""

from datetime import date

from django.utils import timezone

from compliance.assurance.reviews import actions as reviewing
from compliance.assurance.reviews.queries import desk_of
from compliance.content.checklists import content
from compliance.work.assessments import actions
from tests.support.factories import make_draft
from tests.support.signing import answer, fresh, look, sign

ONCE, HERE = ("Q1", "Q2"), ("Q3", "Q4")
"""The keys of the questions asked once for the organisation, and of the others."""


def levelled(questions=4, **fields):
    """An edition whose first section of two is asked once for the organisation."""
    edition = make_draft(questions, sections=2, **fields)
    edition.sections.filter(position=1).update(level="organisation")
    edition.status, edition.published_at = "published", timezone.now()
    edition.content_hash = content.content_hash(content.document(edition))
    edition.save()
    return edition


def started(organisation, by, edition, subject="CreditLens", **fields):
    """A running assessment of this year, made by its action."""
    values = {
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 12, 31),
        "facts": {},
    }
    return actions.start(
        by=by,
        organisation=organisation,
        edition=edition,
        subject=subject,
        **(values | fields),
    )


def resting(organisation, by, edition=None, **fields):
    """The assessment of the organisation, and one that rests on it."""
    edition = edition or levelled()
    whole = started(organisation, by, edition, "Acme")
    return whole, started(organisation, by, edition, rests_on=whole, **fields)


def rest_on(by, here, other):
    """Let it rest on another one, as a page that is up to date would."""
    here.refresh_from_db()
    return actions.rest_on(by=by, assessment=here, other=other, base=here.rests_on_id)


def applying(here):
    """Keys of the questions that are asked here."""
    rows = here.answers.filter(applies=True).order_by("question__position")
    return tuple(rows.values_list("question__key", flat=True))


def sign_part(cast, here):
    """An assessment that rests on another, answered and signed."""
    for key in HERE:
        answer(cast.con, here, key, verdict="met")
    reviewing.send(by=cast.otto, assessment=fresh(here))
    for line in desk_of(fresh(here)).ruled_out_for(cast.rev.pk):
        look(cast.rev, here, line.key)
    sign(cast.rev, fresh(here))
    return fresh(here)
