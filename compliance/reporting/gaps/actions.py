"""Making actions of gaps, and taking the gaps as a file."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.reporting.gaps.events import GAPS_EXPORTED
from compliance.reporting.gaps.listing import COLUMNS, gaps_of, rows_of
from compliance.reporting.results.files import Table, event_fields, written
from compliance.reporting.results.law import RULES
from compliance.reporting.results.stands import assessments_of, current
from compliance.work.assessments.models import Action, ActionLink, Answer
from compliance.work.remediation.actions import create_action
from compliance.work.remediation.suggesting import PRIORITIES, suggested_title


def plan_gaps(
    *,
    by: User,
    organisation: Organisation,
    answer_ids: Iterable[int],
    due_on: date,
    owner_id: int | None,
) -> tuple[int, int]:
    """An action for each answer that has no open one; how many, and how many had one.

    Its title is the first step that the checklist recommends, its owner the one of the
    answer where ``owner_id`` is None. All of them or none. Raises what ``create_action``
    raises.
    """
    wanted = sorted(set(answer_ids))
    with writing():
        lock(organisation)
        rows = Answer.objects.filter(assessment__organisation=organisation)
        answers = rows.select_related("question", "owner").in_bulk(wanted)
        if len(answers) != len(wanted):
            raise Answer.DoesNotExist
        planned = ActionLink.objects.filter(answer__in=wanted, action__in=Action.objects.open())
        taken = set(planned.values_list("answer", flat=True))
        able = {one.pk for one in who_may(organisation, Permission.ANSWER)}
        for pk in wanted:
            if pk in taken:
                continue
            own = answers[pk].owner_id
            create_action(
                by=by,
                organisation=organisation,
                fields={
                    "title": suggested_title(answers[pk]),
                    "due_on": due_on,
                    "owner_id": owner_id or (own if own in able else None),
                    "priority": PRIORITIES[answers[pk].question.weight],
                },
                answer_ids=[pk],
            )
    return len(wanted) - len(taken), len(taken)


def write_gaps(*, by: User, organisation: Organisation, today: date, form: str) -> bytes:
    """All gaps with what is planned for them; that someone took them is an event."""
    rows = current(assessments_of([organisation]))
    stamp = [("as of", today.isoformat()), ("rules", RULES)]
    stamp.append(("organisation", organisation.name))
    found = rows_of(gaps_of(organisation, rows, today))
    table = Table("Gaps", stamp, COLUMNS, found)
    content = written(table, form, timezone.localtime())
    with writing():
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=GAPS_EXPORTED,
            subject=organisation,
            after=event_fields(content, form),
        )
    return content
