"""Do people of bundles, and their answers, agree with the trail?"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from compliance.assessments.events import (
    ASSESSMENT_BROUGHT_IN,
    NAME_CLAIMED,
    NAME_DENIED,
)
from compliance.assessments.models import Namesake, NamesakeSaid, Origin
from compliance.audit import trail
from compliance.audit.chain import canonical, digest
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event

_SAID: dict[str, NamesakeSaid] = {
    NAME_CLAIMED: NamesakeSaid.YES,
    NAME_DENIED: NamesakeSaid.NO,
}


def as_told(origin: Origin, names: Iterable[Namesake]) -> dict[str, Any]:
    """Names and hands of a bundle, as the event of its coming tells them."""
    return {
        "names": {str(row.account_id): [row.member_id, row.said] for row in names},
        "hands": _hands(origin),
    }


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Names and authors of bundles that were changed without an entry."""
    yield from trail.settled(organisation_id, lambda: _faults(organisation_id))


def _faults(organisation_id: UUID) -> Iterator[Fault]:
    told, seqs = _told(organisation_id)
    rows = Namesake.objects.filter(origin__organisation=organisation_id)
    stand = {row.account_id: [row.member_id, row.said] for row in rows}
    for account in sorted(told.keys() | stand.keys()):
        if told.get(account) != stand.get(account):
            what = (
                f"the member asked about person {account} of a bundle was changed since"
            )
            yield Fault(seqs.get(account, 0), f"{what} without an entry", Kind.NAME)
    for origin in Origin.objects.filter(organisation=organisation_id).order_by("pk"):
        seq = origin.stated.get("seq", 0)
        event = Event.objects.filter(organisation_id=organisation_id, seq=seq).first()
        came = trail.changes(event)[1] if event else {}
        if (
            event
            and "hands" in came
            and (event.actor_id, came["hands"])
            != (
                origin.brought_by_id,
                _hands(origin),
            )
        ):
            what = "the people who answered or imported a bundle were changed since"
            yield Fault(seq, f"{what} without an entry", Kind.NAME)


def _told(organisation_id: UUID) -> tuple[dict[int, list[Any]], dict[int, int]]:
    """The member of each person of a bundle, and the last event that says so."""
    told: dict[int, list[Any]] = {}
    seqs: dict[int, int] = {}
    events = Event.objects.filter(
        organisation_id=organisation_id, action__in=[ASSESSMENT_BROUGHT_IN, *_SAID]
    )
    for event in events.order_by("seq"):
        after = trail.changes(event)[1]
        found = {int(pk): said for pk, said in after.get("names", {}).items()}
        if event.action in _SAID:
            found = {after["account"]: [event.actor_id, _SAID[event.action].value]}
        told |= found
        seqs |= dict.fromkeys(found, event.seq)
    return told, seqs


def _hands(origin: Origin) -> str:
    """One text for whose the answers were there; another one when that was changed."""
    return digest(canonical([origin.stated["outside"], origin.stated["hands"]]))
