"""Hand over the questions and actions of someone who leaves, to an heir or to nobody."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.assessments.choices import AssessmentStatus
from compliance.assessments.holding import hold_open_for
from compliance.assessments.models import Answer
from compliance.assessments.versions import Known
from compliance.assessments.writing import answerer
from compliance.bulk.actions import Bulk, set_many
from compliance.directory.models import Directory
from compliance.organisations.models import Membership, Organisation, User
from compliance.remediation.actions import change_action
from compliance.web.mail import absolute, queue_mail
from compliance.web.text import counted


def hand_over(membership: Membership) -> dict[str, Any]:
    """Give the heir all that a member owns in running assessments; one mail tells the heir.

    The author is the owner who set the rules. Returns the figures and the heir, for the event.

    The organisation is locked. All answers are locked before the first event.
    """
    organisation, user = membership.organisation, membership.user
    rules: Directory = organisation.directory
    heir = _heir(rules, user)
    changes = {"owner_id": heir.pk if heir else None}
    owned = _locked(organisation, user)
    tasks = list(organisation.actions.open().filter(owner=user).order_by("number"))
    for assessment_id, targets in owned.items():
        set_many(
            by=rules.set_by,
            organisation=organisation,
            assessment_id=assessment_id,
            targets=targets,
            bulk=Bulk(dict(changes)),
        )
    for task in tasks:
        change_action(
            by=rules.set_by,
            organisation=organisation,
            number=task.number,
            changes=dict(changes),
            base=task.version,
        )
    questions = sum(len(targets) for targets in owned.values())
    if heir and (questions or tasks):
        _tell(heir, membership, questions, len(tasks))
    told = {"questions_handed": questions, "actions_handed": len(tasks)}
    return told | ({"given_to": heir.email} if heir else {})


def _heir(rules: Directory, leaving: User) -> User | None:
    """The heir whom the rules name, while they may still answer here."""
    if rules.heir_id is None or rules.heir_id == leaving.pk:
        return None
    try:
        return answerer(rules.organisation_id, rules.heir_id)
    except ValidationError:
        return None


def _locked(organisation: Organisation, user: User) -> dict[UUID, dict[int, Known]]:
    """Assessment to the version of each question that the person owns."""
    own = Answer.objects.applying().filter(
        owner=user,
        assessment__organisation=organisation,
        assessment__status=AssessmentStatus.RUNNING,
    )
    hold_open_for(list(own.values_list("pk", flat=True)))
    rows = own.order_by("pk").select_for_update(of=("self",))
    found: dict[UUID, dict[int, Known]] = defaultdict(dict)
    for pk, assessment_id, version in rows.values_list(
        "pk", "assessment_id", "version"
    ):
        found[assessment_id][pk] = Known(version)
    return found


def _tell(heir: User, gone: Membership, questions: int, tasks: int) -> None:
    said = [counted(questions, "question")] if questions else []
    said += [counted(tasks, "action")] if tasks else []
    queue_mail(
        to=heir.email,
        subject=f"You now own {' and '.join(said)} of {gone.user}",
        template="handed_over",
        context={
            "said": " and ".join(said),
            "gone": gone.user,
            "organisation": gone.organisation,
            "link": absolute(reverse("home:home", args=[gone.organisation.slug])),
        },
    )
