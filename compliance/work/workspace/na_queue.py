""" "Not applicable" that waits for a second person, across an organisation."""

from compliance.identity.organisations.models import Organisation, User
from compliance.work.assessments.choices import TALKED
from compliance.work.assessments.imported_answers import own
from compliance.work.assessments.models import Answer, AnswerQuerySet, Proposal


def waiting(organisation: Organisation, user: User) -> AnswerQuerySet:
    """Answers that wait for a person's confirmation.

    All but their own, and those for which a program of theirs proposed something.
    """
    rows = Answer.objects.applying().filter(
        assessment__organisation=organisation,
        assessment__status__in=TALKED,
        na_by__isnull=False,
        na_confirmed_by=None,
    )
    prepared = Proposal.objects.of(user).values("answer")
    return rows.exclude(own(user, "na_by", "assessment")).exclude(pk__in=prepared)


def waiting_page(organisation: Organisation, user: User) -> AnswerQuerySet:
    """The same with all that the queue shows, by assessment and question."""
    rows = waiting(organisation, user).for_page()
    return rows.select_related(
        "assessment__organisation",
        "assessment__edition__checklist",
        "question__section",
        "na_by",
        "owner",
    ).order_by("assessment__started_at", "assessment", "question__position")
