"""Notifies organisations that the law changed under their questions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from compliance.content.legal_index.actions import amend_provision
from compliance.content.legal_index.changes import Change, recorded
from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import Membership, Organisation
from compliance.proof.audit import trail
from compliance.proof.audit.models import LIBRARY
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.models import Assessment
from compliance.work.law_changes.law import in_order, running

SHOWN = 12
"""Changes, assessments, citations and keys that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class LawNotice:
    """The changes of the law and their reach, in numbers.

    Questions and editions are those that running assessments ask.
    """

    lines: Sequence[str] = ()
    questions: int = 0
    editions: int = 0
    assessments: int = 0
    organisations: int = 0
    mails: int = 0


@writing()
def notify_of_law(*, by: Any, after: int) -> LawNotice:
    """Mail owners and officers what changed after an event of the library.

    One mail for each person and organisation whose running assessments rest on it, in
    the caller's transaction. ``by`` is whoever changed the law, None for the program.
    """
    changes = in_order(recorded(after=after))
    if not changes:
        return LawNotice()
    ids = {change.provision.pk for change in changes}
    keys = _keys(ids)
    rows = Assessment.objects.filter(pk__in=keys).select_related("organisation", "edition__checklist")
    own: dict[UUID, list[Assessment]] = {}
    for assessment in rows.order_by("organisation_id", "-started_at"):
        own.setdefault(assessment.organisation_id, []).append(assessment)
    resting = _resting(ids)
    mails = 0
    for member in _people(own).exclude(user=by):
        organisation = member.organisation
        theirs = [c for c in changes if c.provision.pk in resting[organisation.pk]]
        _mail(member, theirs, own[organisation.pk], keys)
        mails += 1
    asked = {
        (assessment.edition_id, key)
        for rows in own.values()
        for assessment in rows
        for key in keys[assessment.pk]
    }
    return LawNotice(
        lines=lines_of(changes),
        questions=len(asked),
        editions=len({edition for edition, _ in asked}),
        assessments=len(keys),
        organisations=len(own),
        mails=mails,
    )


def amend_law(
    *, by: Any, provision_id: int, values: dict[str, Any], reason: str, seen: str
) -> LawNotice | None:
    """Change a provision on screen and mail whom it touches, as a new index would.

    None when nothing changed. Raises what ``amend_provision`` raises.
    """
    with writing():
        stood_at = trail.hold(LIBRARY)
        is_changed = amend_provision(
            by=by, provision_id=provision_id, values=values, reason=reason, seen=seen
        )
        return notify_of_law(by=by, after=stood_at) if is_changed else None


def lines_of(changes: Iterable[Change]) -> list[str]:
    """A line for each way in which provisions changed, with the citations."""
    groups: dict[tuple[int, str], list[Change]] = {}
    for change in changes:
        groups.setdefault(change.common_part, []).append(change)
    return [f"{_named([one.provision.cite for one in rows])}: {rows[0].words}" for rows in groups.values()]


def _named(names: Sequence[str], joined: str = ", ") -> str:
    said = joined.join(names[:SHOWN])
    return said if len(names) <= SHOWN else f"{said} and {len(names) - SHOWN} more"


def _keys(provision_ids: Iterable[int]) -> dict[UUID, list[str]]:
    """Running assessment to the keys of its questions that rest on provisions."""
    rows = running().filter(question__citations__provision__in=provision_ids)
    found: dict[UUID, list[str]] = {}
    pairs = rows.order_by("question__position").values_list(
        "assessment_id", "question__key", "question__position"
    )
    for assessment_id, key, _ in pairs.distinct():
        found.setdefault(assessment_id, []).append(key)
    return found


def _resting(provision_ids: Iterable[int]) -> dict[UUID, set[int]]:
    """Organisation to those of the provisions that its running assessments rest on."""
    rows = running().filter(question__citations__provision__in=provision_ids)
    found: dict[UUID, set[int]] = {}
    pairs = rows.order_by().values_list("assessment__organisation_id", "question__citations__provision_id")
    for organisation_id, provision_id in pairs.distinct():
        found.setdefault(organisation_id, set()).add(provision_id)
    return found


def _people(organisation_ids: Iterable[UUID]) -> QuerySet[Membership]:
    """Owners and officers."""
    members = Membership.objects.filter(
        organisation__in=organisation_ids,
        role__in=[Role.OWNER, Role.OFFICER],
        user__is_active=True,
    )
    return members.select_related("user", "organisation").order_by("pk")


def _mail(
    member: Membership,
    changes: Sequence[Change],
    assessments: Sequence[Assessment],
    keys: dict[UUID, list[str]],
) -> None:
    organisation = member.organisation
    count = sum(len(keys[one.pk]) for one in assessments)
    questions = f"{count} question{'' if count == 1 else 's'}"
    touched = [f"{one}, edition {one.edition.number}: {_named(keys[one.pk])}" for one in assessments]
    queue_mail(
        organisation_id=organisation.pk,
        to=member.user.email,
        subject=f"The law changed under {questions} of {organisation}",
        template="law_changed",
        context={
            "organisation": organisation,
            "questions": questions,
            "changes": _most(lines_of(changes)),
            "touched": _most(touched),
            "link": absolute(law_page(organisation)),
        },
    )


def _most(lines: list[str]) -> list[str]:
    if len(lines) <= SHOWN:
        return lines
    return [*lines[:SHOWN], f"and {len(lines) - SHOWN} more"]


def law_page(organisation: Organisation) -> str:
    """Where an organisation reads what changed in the law."""
    return reverse("law_changes:law", args=[organisation.slug])
