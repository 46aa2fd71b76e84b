"""Hand over the questions and actions of someone who leaves, to an heir or to nobody."""

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.ground.web.mail import absolute, queue_mail
from compliance.ground.web.text import counted
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.identity.organisations.rate_limits import program_may_send
from compliance.programs.directory.models import Directory
from compliance.work.assessments.actions import hand_on
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.holding import hold_open_for
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.writing import answerer
from compliance.work.remediation.actions import change_action


def hand_over(membership: Membership) -> dict[str, Any]:
    """Give the heir all that a member owns in running assessments; the heir gets one mail.

    The author is the owner who set the rules. Returns the figures and the heir, for the event.
    In other assessments nothing changes: they lose owners who have left when they run again
    (``release_owners``).

    The organisation is locked. All answers are locked before the first event.
    """
    organisation, user = membership.organisation, membership.user
    rules: Directory = organisation.directory
    author = _author(rules)
    heir = _heir(rules, user)
    owned = _locked(organisation, user)
    tasks = list(organisation.actions.open().filter(owner=user).order_by("number"))
    for assessment, answers in owned.items():
        hand_on(by=author, assessment=assessment, answers=answers, owner=heir)
    for task in tasks:
        change_action(
            by=author,
            organisation=organisation,
            number=task.number,
            changes={"owner_id": heir.pk if heir else None},
            base=task.version,
        )
    questions = sum(one.applies for answers in owned.values() for one in answers)
    if heir and (questions or tasks) and program_may_send(organisation, f"gone {user.pk}"):
        _mail_heir(heir, membership, questions, len(tasks))
    fields = {"questions_handed": questions, "actions_handed": len(tasks)}
    return fields | ({"given_to": heir.email} if heir else {})


def _author(rules: Directory) -> User:
    """The owner who set the rules; if they no longer own it, the owner of longest standing.

    An answer names whoever changed it last, so that nobody cannot be the author.
    """
    owners = rules.organisation.memberships.active_owners().select_related("user")
    still = owners.filter(user=rules.set_by_id).first()
    found = still or owners.order_by("joined_at", "pk").first()
    return found.user if found else rules.set_by


def _heir(rules: Directory, leaving: User) -> User | None:
    """The heir whom the rules name, while they may still answer here."""
    if rules.heir_id is None or rules.heir_id == leaving.pk:
        return None
    try:
        return answerer(rules.organisation_id, rules.heir_id)
    except ValidationError:
        return None


def _locked(organisation: Organisation, user: User) -> dict[Assessment, list[Answer]]:
    """Assessment to the questions in it that the person owns."""
    own = Answer.objects.filter(
        owner=user,
        assessment__organisation=organisation,
        assessment__status=AssessmentStatus.RUNNING,
    )
    hold_open_for(list(own.values_list("pk", flat=True)))
    rows = own.select_related("question", "assessment").with_choices().order_by("pk")
    found: dict[Assessment, list[Answer]] = defaultdict(list)
    for answer in rows.select_for_update(of=("self",)):
        found[answer.assessment].append(answer)
    return found


def _mail_heir(heir: User, gone: Membership, questions: int, tasks: int) -> None:
    said = [counted(questions, "question")] if questions else []
    said += [counted(tasks, "action")] if tasks else []
    queue_mail(
        organisation_id=gone.organisation_id,
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
