"""Whether signed assessments are still as signed, computed cheaply for any page.

Answers stand still while an assessment is signed; evidence and actions behind them do
not. So the trail alone decides: what events since the signature changed and did not put
back. ``snapshots.changes`` compares the whole of what was signed and says the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from compliance.content.evidence.models import Evidence
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.models import Event
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import ActionLink, Assessment, Attachment
from compliance.work.signatures.material import ACTION, EVIDENCE

_WORDS = {"evidence": EVIDENCE, "action": ACTION | {"owner_id": "owner"}}
_USES: Mapping[str, Any] = {"evidence": Attachment, "action": ActionLink}
_AT_ONCE = 5_000
"""Pieces of evidence, or actions, that one statement asks about."""

Subject = tuple[str, str]
"""A label and an id, as the trail names what an event is about."""


@dataclass(frozen=True, slots=True)
class Void:
    """Since when a signature is void, UTC, and what changed, in the trail's order.

    ``since`` is the first moment from which on something of ``named`` was never again
    as it was signed. ``handed`` has the ids of actions that went to another owner.
    """

    since: datetime
    named: tuple[str, ...]
    handed: frozenset[int]

    @property
    def first(self) -> str:
        """The first change, and how many more there are."""
        more = len(self.named) - 1
        return f"{self.named[0]} and {more} more" if more else self.named[0]


@dataclass(frozen=True, slots=True)
class _Signed:
    """A signed assessment: the events after ``since`` may touch it."""

    organisation_id: UUID
    since: int
    numbers: dict[str, int]


@dataclass(slots=True)
class _Moved:
    """One subject since a signature: each field before its first change, and after.

    ``since`` is when it began not to be as it was signed, None while it is.
    """

    label: str
    since: datetime | None = None
    called: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        before, after = trail.changes(event)
        self.before = before | self.before
        self.after |= after
        if not self.called:
            self.called = {"name": before.get("title", after.get("name", ""))}
            self.called["number"] = after.get("number")
        self.since = (self.since or event.at) if self.words else None

    @property
    def words(self) -> list[str]:
        """The changed parts, each word once."""
        said = (
            word
            for name, word in _WORDS[self.label].items()
            if name in self.after and _differ(self.before.get(name), self.after[name])
        )
        return list(dict.fromkeys(said))


def voids_in(assessments: Iterable[Assessment]) -> dict[UUID, Void]:
    """Assessment id to what voids its signature; only those that are void.

    None signed costs nothing, else it is five statements, whatever their number.
    """
    ids = [one.pk for one in assessments if one.status == AssessmentStatus.SIGNED]
    rows = Assessment.objects.filter(pk__in=ids, signoffs__revision=F("revision"))
    return _voids(_signed(rows)) if ids else {}


def void_of(assessment: Assessment) -> Void | None:
    """The change that voids the signature of one assessment; None while it holds, or
    without one.
    """
    return voids_in([assessment]).get(assessment.pk)


def void_by(assessment: Assessment, revision: int, until: datetime | None = None) -> Void | None:
    """The same of one revision, up to the moment ``until`` at which it was opened again."""
    rows = Assessment.objects.filter(pk=assessment.pk, signoffs__revision=revision)
    return _voids(_signed(rows), until).get(assessment.pk)


def covered(subjects: Collection[Subject]) -> set[Subject]:
    """Those of some pieces of evidence and actions that a signature of now covers."""
    found: set[Subject] = set()
    for label, model in _USES.items():
        signed = model.objects.filter(answer__assessment__status=AssessmentStatus.SIGNED).order_by()
        ids = [pk for what, pk in subjects if what == label]
        for some in batched(ids, _AT_ONCE):
            here = signed.filter(**{f"{label}__in": some})
            found |= {(label, str(pk)) for pk in here.values_list(f"{label}_id", flat=True)}
    return found


def _voids(signed: dict[UUID, _Signed], until: datetime | None = None) -> dict[UUID, Void]:
    users = _users(signed)
    moved: defaultdict[UUID, dict[Subject, _Moved]] = defaultdict(dict)
    for event in _events(signed, users, until):
        subject = (event.subject_label, event.subject_id)
        for pk in users[subject]:
            if event.seq > signed[pk].since:
                moved[pk].setdefault(subject, _Moved(subject[0])).add(event)
    titles = _titles(subject for found in moved.values() for subject in found)
    voids = {}
    for pk, every in moved.items():
        found = {at: one for at, one in every.items() if one.since}
        if found:
            since = min(one.since for one in found.values() if one.since)
            named = tuple(_named(signed[pk], found, titles))
            voids[pk] = Void(since, named, frozenset(_handed(found)))
    return voids


def _signed(rows: QuerySet[Assessment]) -> dict[UUID, _Signed]:
    """The assessments, each with the one signature that ``rows`` are filtered by."""
    signed_rows = rows.values_list(
        "pk",
        "organisation_id",
        "signoffs__revision",
        "signoffs__trail_seq",
        "brought_from__stated__signed",
        "brought_from__stated__seq",
        "brought_from__stated__numbers",
    )
    return {
        pk: _Signed(
            organisation_id,
            came if revision in (there or ()) else seq,
            numbers or {},
        )
        for pk, organisation_id, revision, seq, there, came, numbers in signed_rows
    }


def _users(signed: Iterable[UUID]) -> dict[Subject, set[UUID]]:
    """The evidence and the actions behind the answers, with where each is used."""
    found: defaultdict[Subject, set[UUID]] = defaultdict(set)
    ids = list(signed)
    for label, model in _USES.items():
        rows = model.objects.filter(answer__assessment__in=ids)
        pairs = rows.order_by().values_list(f"{label}_id", "answer__assessment")
        for pk, assessment_id in pairs.distinct():
            found[label, str(pk)].add(assessment_id)
    return found


def _events(
    signed: dict[UUID, _Signed], users: Collection[Subject], until: datetime | None
) -> Iterator[Event]:
    """Events about the subjects since the oldest of the signatures, in order."""
    if not users:
        return
    rows = Event.objects.filter(
        organisation_id__in={one.organisation_id for one in signed.values()},
        seq__gt=min(one.since for one in signed.values()),
        action__in=event_types.those(voids=True),
        subject_label__in=_WORDS,
    )
    if until:
        rows = rows.filter(at__lte=until)
    for some in batched((pk for _, pk in users), _AT_ONCE):
        for event in rows.filter(subject_id__in=some).order_by("seq"):
            if (event.subject_label, event.subject_id) in users:
                yield event


def _titles(subjects: Iterable[Subject]) -> dict[str, str]:
    ids = {UUID(pk) for label, pk in subjects if label == "evidence"}
    if not ids:
        return {}
    rows = Evidence.objects.filter(pk__in=ids).values_list("pk", "title")
    return {str(pk): title for pk, title in rows}


def _named(signed: _Signed, found: dict[Subject, _Moved], titles: dict[str, str]) -> Iterator[str]:
    for (label, pk), one in found.items():
        if label == "evidence":
            name = one.before.get("title", titles.get(pk, ""))
        else:
            number = signed.numbers.get(pk, one.called["number"])
            name = f"AC-{number} {one.before.get('title', one.called['name'])}"
        yield f"{name}: {', '.join(one.words)}"


def _handed(found: dict[Subject, _Moved]) -> Iterator[int]:
    for (label, pk), one in found.items():
        if label == "action" and ACTION["owner"] in one.words:
            yield int(pk)


def _differ(before: Any, after: Any) -> bool:
    """Whether a change stands. An erased text equals every text, yet nobody put it back."""
    is_lost = before is ERASED or after is ERASED
    return is_lost or _plain(before) != _plain(after)


def _plain(value: Any) -> Any:
    """Nothing is nothing, and a number is the same however it is written."""
    if value in (None, ""):
        return None
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return value
