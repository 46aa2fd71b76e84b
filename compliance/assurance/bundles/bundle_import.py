"""Importing an assessment from a bundle: all of it, or nothing."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from compliance.assurance.bundles import files, layout
from compliance.assurance.bundles.import_plan import Coming, plan
from compliance.assurance.bundles.process import Bundle
from compliance.assurance.bundles.rebuild import Building
from compliance.content.checklist_files.actions import MovedError
from compliance.content.checklists.actions import keep_final
from compliance.content.checklists.models import Edition
from compliance.content.evidence import storage
from compliance.identity.organisations.actions import lock, make_placeholders
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.leaves import Place, erased
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import refuse_too_many
from compliance.work.assessments.events import ASSESSMENT_BROUGHT_IN
from compliance.work.assessments.models import (
    Assessment,
    Namesake,
    NamesakeSaid,
    Origin,
    OriginEvent,
    OriginTrail,
)
from compliance.work.snapshots.changes import without_people
from compliance.work.snapshots.content import Content, content_from
from compliance.work.snapshots.snapshot import content_of, to_read

BATCH = 500


def bring_in(
    *,
    by: User | None,
    organisation: Organisation,
    bundle: Bundle,
    emails: Mapping[str, str] | None = None,
    seen: str = "",
) -> Assessment:
    """The assessment of a bundle as one of the organisation's, with an equal content hash.

    Files are kept first, then every row in one transaction, with one event. ``emails``
    maps people of the bundle to members who are asked whether that is them; until their
    yes everybody is an account that nobody can sign in to. In a bundle that this
    installation wrote people are known by their ids. With ``seen``, the text of a preview, it raises ``MovedError`` when
    that preview would say something else by now. Raises ``ValidationError`` in words for
    what cannot be, ``StorageError`` when the disk is full; then no row has changed.
    """
    _refuse(plan(bundle, organisation, emails), "")
    with storage.unswept(organisation.pk):
        all_kept = files.keep_all(bundle, organisation)
        try:
            with writing():
                lock(organisation)
                for kept in all_kept:
                    storage.refuse_swept(organisation.pk, kept)
                refuse_too_many(organisation)
                coming = plan(bundle, organisation, emails)
                _refuse(coming, seen)
                return _build(by, organisation, coming)
        except IntegrityError as error:
            msg = "rows.json: its rows contradict each other, so nothing was imported."
            raise ValidationError(msg) from error
        except RefusedError as refused:
            raise ValidationError(str(refused)) from refused


def _refuse(coming: Coming, seen: str) -> None:
    if coming.faults:
        raise ValidationError(list(coming.faults))
    if seen and coming.seen != seen:
        raise MovedError


def _build(by: User | None, organisation: Organisation, coming: Coming) -> Assessment:
    bundle = coming.bundle
    editions = _editions(by, organisation, coming)
    others = [one for one in coming.people if one.account is None]
    made = make_placeholders(names=[one.name for one in others])
    people = {one.ref: user for one, user in zip(others, made, strict=True)}
    people |= {one.ref: one.account for one in coming.people if one.account}
    building = Building(coming, organisation, editions, people)
    assessment = building.build()
    building.finish()
    origin, rows = _origin(by, building), _names(building)
    event = _record(by, building)
    _keep_origin(origin, rows, building, event.seq)
    built = content_of(to_read(assessment.pk))
    if not _says(bundle, built):
        msg = "rows.json: the rebuilt assessment does not match its content hash, so nothing was imported."
        raise ValidationError(msg)
    return assessment


def _says(bundle: Bundle, built: Content) -> bool:
    """Whether an assessment built again says what its bundle does.

    Signed content may hold names that were erased elsewhere.
    """
    named = bundle.head["content_hash"]
    if built.content_hash == named:
        return True
    signed = {row["content_hash"] for row in bundle.rows["signoffs"]}
    said = content_from(bundle.text(layout.CONTENT))
    return named in signed and without_people(said) == without_people(built)


def _names(building: Building) -> list[Namesake]:
    """A row for everybody who only has a name here, with who that may be."""
    now = timezone.now()
    return [
        Namesake(
            account=building.people[one.ref],
            member=one.user,
            said=NamesakeSaid.KNOWN if one.is_known else NamesakeSaid.WAITS,
            said_at=now if one.is_known else None,
        )
        for one in building.coming.people
        if one.account is None
    ]


def _record(by: User | None, building: Building) -> Event:
    assessment, bundle = building.assessment, building.coming.bundle
    return trail.record(
        by=by,
        organisation_id=assessment.organisation_id,
        action=ASSESSMENT_BROUGHT_IN,
        subject=assessment,
        scope_id=assessment.pk,
        after={
            "bundle": bundle.digest,
            "content_hash": bundle.head["content_hash"],
            "organisation": bundle.rows["organisation"],
            "assessment": bundle.head["assessment"],
            "heads": [[one["head_seq"], one["head_hash"]] for one in bundle.trails],
            "erased": _erased(bundle.events()),
            "counts": bundle.head["counts"],
        },
    )


def _erased(
    events: Iterable[tuple[int, dict[str, Any]]],
) -> dict[str, dict[str, list[Place]]]:
    """Texts that came erased: trail to number of the event to their places in it."""
    found: dict[str, dict[str, list[Place]]] = {}
    for number, said in events:
        if gone := erased(json.loads(said["payload"]), said["salts"]):
            found.setdefault(str(number), {})[str(said["seq"])] = gone
    return found


def _editions(by: User | None, organisation: Organisation, coming: Coming) -> dict[str, Edition]:
    """Each edition by its name in the rows; what does not stand here is kept as own."""
    found: dict[str, Edition] = {}
    said = zip(coming.fates, coming.bundle.sheets, coming.bundle.rows["editions"], strict=True)
    for fate, sheet, row in said:
        found[fate.ref] = fate.edition or keep_final(
            by=by,
            organisation=organisation,
            is_current=row["status"] == "published",
            published_at=_published_at(coming.bundle, fate.ref),
            **sheet,
        )
    return found


def _published_at(bundle: Bundle, ref: str) -> datetime:
    """When an edition was published there; now where the bundle does not say so.

    A law that changed since is named under its questions.
    """
    now, said = timezone.now(), bundle.head.get("published", {}).get(ref)
    return min(datetime.fromisoformat(said), now) if said else now


def _origin(by: User | None, building: Building) -> Origin:
    """Where it came from, not saved yet."""
    bundle = building.coming.bundle
    return Origin(
        assessment=building.assessment,
        organisation=building.organisation,
        assessment_there=UUID(bundle.head["assessment"]),
        bundle_sha256=bundle.digest,
        content_hash=bundle.head["content_hash"],
        stated=building.stated(),
        brought_at=timezone.now(),
        brought_by=by,
    )


def _keep_origin(origin: Origin, rows: list[Namesake], building: Building, seq: int) -> None:
    bundle = building.coming.bundle
    origin.stated["seq"] = seq
    origin.save(force_insert=True)
    for row in rows:
        row.origin = origin
    inserted(Namesake.objects.bulk_create(rows))
    trails = [
        OriginTrail.objects.create(
            origin=origin,
            position=position,
            organisation_there=UUID(said["organisation_id"]),
            organisation_name=said["organisation"],
            assessment_there=UUID(said["assessment"]),
            head_seq=said["head_seq"],
            head_hash=said["head_hash"],
            names=said["names"],
            proof=said["proof"],
        )
        for position, said in enumerate(bundle.trails, 1)
    ]
    _keep_events(trails, bundle.events())


def _keep_events(trails: list[OriginTrail], events: Iterable[tuple[int, dict[str, Any]]]) -> None:
    waiting: list[OriginEvent] = []
    for number, said in events:
        values = {n: v for n, v in said.items() if n not in {"organisation_id", "at"}}
        moment = datetime.fromisoformat(said["at"])
        waiting.append(OriginEvent(trail=trails[number - 1], at=moment, **values))
        if len(waiting) == BATCH:
            OriginEvent.objects.bulk_create(waiting)
            waiting = []
    OriginEvent.objects.bulk_create(waiting)
