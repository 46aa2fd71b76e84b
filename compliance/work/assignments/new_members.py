"""A new member gets the questions that waited for their address."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from compliance.identity.organisations.access import Permission, may
from compliance.identity.organisations.models import Invitation, Membership
from compliance.proof.audit.rows import inserted
from compliance.work.assessments.holding import hold_open_for
from compliance.work.assessments.models import Answer, Asked, Assessment
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many


def keep_asked(invitation: Invitation, answers: Sequence[Answer]) -> None:
    """Let questions wait for an address, and for nobody else any more."""
    Asked.objects.filter(answer__in=answers).delete()
    inserted(
        Asked.objects.bulk_create(
            [Asked(answer=answer, invitation=invitation) for answer in answers],
            batch_size=500,
        )
    )


def hold_asked(*, invitation: Invitation, **_: Any) -> None:
    """Lock what waits for an address: a save locks its answer before the trail."""
    hold_open_for(list(invitation.asked.values_list("answer_id", flat=True)))
    rows = Answer.objects.filter(asked__invitation=invitation).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))


def give_asked(*, invitation: Invitation, membership: Membership, **_: Any) -> None:
    """Make someone who has come the owner of what waited for them.

    Left out is what someone else owns by now, what no longer applies, and what is in
    an assessment that is closed.
    """
    if not may(membership, Permission.ANSWER):
        return
    rows = Answer.objects.applying().filter(asked__invitation=invitation, owner=None)
    given: dict[Assessment, dict[int, Known]] = defaultdict(dict)
    for answer in rows.select_related("assessment").order_by("pk"):
        if answer.assessment.is_open:
            given[answer.assessment][answer.pk] = Known(answer.version)
    for assessment, targets in given.items():
        set_many(
            by=membership.user,
            organisation=membership.organisation,
            assessment_id=assessment.pk,
            targets=targets,
            bulk=Bulk({"owner_id": membership.user_id}),
        )
