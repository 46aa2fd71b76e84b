"""Claiming or declining the authorship of answers imported in a bundle."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.events import NAME_CLAIMED, NAME_DENIED
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.imported_answers import names_of
from compliance.work.assessments.models import Namesake, NamesakeSaid


def say_whose(*, by: User, organisation: Organisation, name_id: int, is_theirs: bool) -> Namesake:
    """Say, once, whether one is the person of a bundle that one was asked about.

    From a yes on the person answers for those answers in place of the importer. Raises
    ``Namesake.DoesNotExist`` for a name that they were not asked about, and
    ``ValidationError`` for another word than the first, and while the assessment is
    signed or archived.
    """
    said = NamesakeSaid.YES if is_theirs else NamesakeSaid.NO
    with writing():
        asked = names_of(by, organisation)
        hold_open(asked.get(pk=name_id).origin.assessment_id)
        name = asked.select_for_update(of=("self",)).select_related(
            "account", "origin__assessment__edition__checklist"
        ).get(pk=name_id)  # fmt: skip
        assessment = name.origin.assessment
        if name.said == said:
            return name
        if name.said:
            msg = "You have answered this already."
            raise ValidationError(msg)
        if not assessment.is_talked_about:
            msg = f"This assessment is {assessment.closed_word}: it stays as it is."
            raise ValidationError(msg)
        name.said, name.said_at = said, timezone.now()
        name.save(update_fields=["said", "said_at"])
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=NAME_CLAIMED if is_theirs else NAME_DENIED,
            subject=assessment,
            scope_id=assessment.pk,
            after={"title": str(name.account), "account": name.account_id},
        )
    return name
