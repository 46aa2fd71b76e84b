"""Questions that change hands by no word of whoever owned them."""

from collections.abc import Sequence

from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.work.assessments.events import ANSWER_SAVED
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.writing import alter


def hand_on(*, by: User, assessment: Assessment, answers: Sequence[Answer], owner: User | None) -> None:
    """Give questions of a running assessment to another one, or to nobody; each is an event.

    Those that do not apply go with the others: they may apply tomorrow. The answers are
    locked, with their questions and ``choice_lines``.
    """
    entries = []
    for answer in answers:
        if change := alter(by, answer, {"owner_id": owner.pk if owner else None}):
            answer.save(update_fields=change.columns)
            entries.append(trail.Entry(answer, ANSWER_SAVED, change.before, change.after))
    trail.record_together(
        by=by,
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        entries=entries,
    )


def release_owners(*, by: User, assessment: Assessment) -> None:
    """Nobody owns what somebody owned who may not answer here any more.

    While it did not run, nothing in it could change hands. The assessment is locked.
    """
    people = [one.pk for one in who_may(assessment.organisation, Permission.ANSWER)]
    rows = Answer.objects.filter(assessment=assessment, owner__isnull=False)
    gone = rows.exclude(owner__in=people).select_related("question").with_choices()
    answers = list(gone.order_by("pk").select_for_update(of=("self",)))
    hand_on(by=by, assessment=assessment, answers=answers, owner=None)
