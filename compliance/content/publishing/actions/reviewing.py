"""From draft to published with four eyes: sent to review, sent back, approved."""

from django.utils import timezone

from compliance.content.checklists import keeping
from compliance.content.checklists.actions import publish
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.events import EDITION_SENT, EDITION_SENT_BACK
from compliance.content.checklists.models import Edition
from compliance.content.checklists.recording import locked, open_draft, record
from compliance.content.publishing import ready
from compliance.content.publishing.actions.holding import held
from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.transaction import writing


def send_to_review(*, by: User, organisation: Organisation | None, edition_id: int) -> Edition:
    """Hold a draft still for someone else to publish. Refuses one with open faults."""
    with open_draft(organisation, edition_id) as edition:
        _refuse_faulty(edition)
        edition.status = EditionStatus.REVIEW
        edition.sent_at, edition.sent_by = timezone.now(), by
        edition.save(update_fields=["status", "sent_at", "sent_by"])
        before, after = {"status": "draft"}, {"status": "review"}
        record(by, edition, EDITION_SENT, before, after | {"number": edition.number})
    return edition


def send_back(*, by: User, organisation: Organisation | None, edition_id: int, reason: str) -> Edition:
    """Make an edition in review a draft again, with the reason on the trail."""
    with writing():
        edition = _in_review(organisation, edition_id)
        edition.status = EditionStatus.DRAFT
        edition.sent_at = edition.sent_by = None
        edition.save(update_fields=["status", "sent_at", "sent_by"])
        before, after = {"status": "review"}, {"status": "draft", "reason": reason}
        record(by, edition, EDITION_SENT_BACK, before, after)
    return edition


def approve(*, by: User, organisation: Organisation | None, edition_id: int, seen: str = "") -> Edition:
    """Publish what someone else sent to review.

    ``seen`` is the ``sending`` that the person was shown, if any: refuses another one,
    for its content may be another, too. Its sender may publish it only where nobody else
    may: a rule that nobody can keep would be avoided with a second account. The trail
    then says ``alone``. Raises ``PermissionDenied`` for someone who may publish here no
    more.
    """
    with held(by, organisation, edition_id):
        edition = _in_review(organisation, edition_id)
        is_own = edition.sent_by_id == by.pk
        if is_own and not is_alone(organisation, by):
            msg = "You sent this edition to review; a second person publishes it"
            raise RefusedError(msg)
        if seen and seen != sending(edition):
            msg = (
                f"Edition {edition.number} was sent back and sent to review again since"
                " you opened the page; look at it again"
            )
            raise RefusedError(msg)
        _refuse_faulty(edition)
        extra = {"sent_by": edition.sent_by_id, "alone": is_own}
        return publish(by=by, edition=edition, extra=extra)


def sending(edition: Edition) -> str:
    """The time at which an edition in review was sent: it has not changed since."""
    return edition.sent_at.isoformat() if edition.sent_at else ""


def is_alone(organisation: Organisation | None, by: User) -> bool:
    """Whether nobody else of an organisation, or of the library's editors, may publish.

    An editor of the library needs a seat in some organisation to come to its pages.
    """
    roles = [role for role, may in ALLOWED.items() if Permission.EDIT in may]
    if organisation is None:
        editors = keeping.people().exclude(pk=by.pk)
        return not editors.filter(memberships__role__in=roles).exists()
    others = organisation.memberships.filter(role__in=roles, user__is_active=True)
    return not others.exclude(user=by).exists()


def _in_review(organisation: Organisation | None, edition_id: int) -> Edition:
    edition = locked(organisation, edition_id)
    if edition.status != EditionStatus.REVIEW:
        msg = f"Edition {edition.number} is not in review"
        raise RefusedError(msg)
    return edition


def _refuse_faulty(edition: Edition) -> None:
    open_ones = [item for item in ready.items(edition) if item.is_blocking]
    if open_ones:
        first = open_ones[0]
        msg = f"{first.place}: {first.text}" if first.place else first.text
        raise RefusedError(msg.removesuffix("."))
