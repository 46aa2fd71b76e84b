"""Shared parts of the actions: the refusal, and one event for one change."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.utils import timezone

from compliance.content.checklists import soundness
from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.events import CHANGED, EDITION_CHANGED
from compliance.content.checklists.models import Checklist, Edition, Fact, Section
from compliance.content.checklists.scales import Fault
from compliance.ground.web.sendings import REPEAT
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit import trail
from compliance.proof.audit.models import LIBRARY, Event
from compliance.proof.audit.refusals import RefusedError, StaleError
from compliance.proof.audit.transaction import writing


class UnsoundError(RefusedError):
    """A change that would leave an edition unsound; ``faults``: each with its path."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0][1])
        self.faults = faults


_MOST_NAMED = 5


@contextmanager
def open_draft(
    organisation: Organisation | None, edition_id: int, *, with_checklist: bool = False
) -> Iterator[Edition]:
    """A draft of an organisation's own, locked: its editors change it one by one.

    ``with_checklist``: the block may change the checklist, too. Raises
    ``Edition.DoesNotExist`` for any other edition, and ``RefusedError`` for one that is
    no draft any more.
    """
    with writing():
        if with_checklist:
            hold_checklist(organisation, edition_id)
        edition = locked(organisation, edition_id)
        if edition.status != EditionStatus.DRAFT:
            state = edition.get_status_display().lower()
            msg = f"Edition {edition.number} is {state} and can no longer change"
            raise RefusedError(msg)
        yield edition


def hold_checklist(organisation: Organisation | None, edition_id: int) -> None:
    """Lock the checklist of an edition, before its editions, as whoever publishes does."""
    own = Checklist.objects.select_for_update(of=("self",))
    own.filter(editions=edition_id, organisation=organisation).first()


def locked(organisation: Organisation | None, edition_id: int) -> Edition:
    """An edition of an own checklist, for update; else ``Edition.DoesNotExist``."""
    own = Edition.objects.select_for_update(of=("self",)).select_related("checklist")
    return own.get(pk=edition_id, checklist__organisation=organisation)


def record(
    by: Any,
    edition: Edition,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> Event:
    """One event about an edition on the chain it belongs to."""
    return trail.record(
        by=by,
        organisation_id=chain_of(edition.checklist),
        action=action,
        subject=edition,
        before=before,
        after=after,
    )


def rewrite(
    by: Any, edition: Edition, row: Fact | Section, version: int, values: dict[str, Any]
) -> Event | None:
    """Write what differs in a part of a draft, with one event; None when all stands.

    Raises ``StaleError`` when something differs and its version is another one.
    """
    changed = {n: v for n, v in values.items() if getattr(row, n) != v}
    if not changed:
        return None
    if row.version != version:
        raise StaleError
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    return record(
        by,
        edition,
        CHANGED[str(row._meta.model_name)],
        {"key": row.key} | before,
        changed,
    )


def just_done(by: Any, edition: Edition, action: str, fields: Mapping[str, Any]) -> Event | None:
    """A person's last change to a draft, if it is this very one and lately made; no copy.

    ``fields`` has what its event says before or after, by name.
    """
    last = _done_by(by, edition).filter(at__gt=timezone.now() - REPEAT).first()
    if last is None or last.action != action:
        return None
    before, after = trail.changes(last)
    said = before | after
    if "copied_from" in said:
        return None
    return last if all(said.get(name) == fields[name] for name in fields) else None


def sent_before(
    by: Any, edition: Edition, action: str, fields: Mapping[str, Any], sending: str
) -> Event | None:
    """The change that a person's sending of this name made already, if any."""
    rows = _done_by(by, edition).filter(action=action)
    return trail.sent(rows, {**fields, "sending": sending})


def _done_by(by: Any, edition: Edition) -> QuerySet[Event]:
    events = trail.events_of(chain_of(edition.checklist))
    return events.filter(subject_label="edition", subject_id=str(edition.pk), actor=by)


def just_added(by: Any, edition: Edition, name: str, values: Mapping[str, Any]) -> Event | None:
    """A person's last change, if it added this very row, without its key, to a list of the
    edition itself.
    """
    rows = getattr(edition, name) or []
    if not rows or rows[-1] != {"key": rows[-1]["key"], **values}:
        return None
    return just_done(by, edition, EDITION_CHANGED, {name: rows})


def just_removed(by: Any, edition: Edition, action: str, key: str) -> Event:
    """The person's own removal of a part that is gone; else ``ObjectDoesNotExist``."""
    if done := just_done(by, edition, action, {"key": key}):
        return done
    raise ObjectDoesNotExist(key)


def refuse_worse(stood: dict[str, Any], document: dict[str, Any]) -> None:
    """Raise ``UnsoundError`` for what a change of a document makes unsound."""
    known = {*soundness.refused(stood)}
    if worse := [f for f in soundness.refused(document) if f not in known]:
        raise UnsoundError(worse)


def refuse_changed(changed: Sequence[str]) -> None:
    """Raise ``RefusedError`` with the names of parts that an undo would take more from."""
    if changed:
        names = ", ".join(dict.fromkeys(changed[:_MOST_NAMED]))
        more = f" and {len(changed) - _MOST_NAMED} more" if changed[_MOST_NAMED:] else ""
        has = "has" if len(changed) == 1 else "have"
        msg = f"{names}{more} {has} been changed again since, so nothing is undone"
        raise RefusedError(msg)


def free_key(stem: str, taken: Collection[str]) -> str:
    """The stem, or the stem with the first number that is not taken."""
    key, at = stem, 1
    while key in taken:
        at += 1
        key = f"{stem}-{at}"
    return key


def chain_of(checklist: Checklist) -> UUID:
    """The chain of the organisation whose checklist it is, or of the library."""
    return checklist.organisation_id or LIBRARY
