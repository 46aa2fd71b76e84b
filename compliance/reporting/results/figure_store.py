"""Figures of many assessments without counting answers: kept, and counted where stale.

A kept row says up to which event of its chain it is right. Reading one asks the trail for
the events since, so that a save costs nothing more, and a change that nobody recorded is
found by ``faults``. Only assessments that those events touch are counted again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Case, F, Max, Min, Prefetch, Q, Value, When
from django.utils import timezone

from compliance.content.checklists.models import Edition
from compliance.proof.audit import event_types
from compliance.proof.audit.chain_check import Fault, Kind
from compliance.proof.audit.event_types import Topic
from compliance.proof.audit.events import TRAIL_ERASED
from compliance.proof.audit.models import LIBRARY, ChainHead, Event
from compliance.proof.audit.transaction import writing
from compliance.reporting.results.law import RULES
from compliance.reporting.results.models import Summary
from compliance.reporting.results.queries import read
from compliance.reporting.results.summary_figures import (
    SHAPE,
    Figures,
    Voided,
    figures_of,
    read_back,
    written,
)
from compliance.work.assessments.models import ActionLink, Assessment, Attachment
from compliance.work.signatures.validity import void_of

HOW = f"{RULES} {SHAPE}"
"""The rules of counting, and the fields that are kept."""
FAR = 200
"""Events since, after which rows that no event touched are marked as right again."""
SILENT = frozenset({Topic.COMMENT, Topic.REPORT, Topic.AUDITOR})
"""Events about these change no figure."""
ERASED = "erased"
"""Texts of a chain were erased: figures may quote them."""
_USES: Mapping[str, Any] = {"evidence": Attachment, "action": ActionLink}
"""Things that hang on answers of any assessment, by the subject of its events."""


def figures(assessments: Iterable[Assessment], today: date) -> dict[UUID, Figures]:
    """The figures of some assessments by id, of any number of organisations.

    While none is stale it is three statements, else some more for each that is.
    """
    rows = {one.pk: one for one in assessments}
    heads = _heads({one.organisation_id for one in rows.values()})  # before the rows
    kept = {one.pk: one for one in Summary.objects.filter(pk__in=list(rows))}
    stale = {pk for pk in rows if pk not in kept or not _holds(kept[pk], today)}
    good = [kept[pk] for pk in rows if pk not in stale]
    stale |= _touched(rows, good, heads)
    found = {one.pk: read_back(one.figures) for one in good if one.pk not in stale}
    rows |= _as_they_stand(stale) if stale else {}
    fresh = [_row(rows[pk], today, heads) for pk in rows if pk in stale]
    found |= {one.pk: read_back(one.figures) for one in fresh}
    _keep(fresh, [one for one in good if one.pk not in stale], rows, heads)
    return found


def _as_they_stand(stale: Collection[UUID]) -> dict[UUID, Assessment]:
    """Assessments by id, read after the heads of their chains: two queries.

    Those of a page may be older, and of an edition that they have left since.
    """
    editions = Edition.objects.select_related("checklist")
    shared = Prefetch("edition", editions.defer("extra", "translations", "gates"))
    return Assessment.objects.prefetch_related(shared).in_bulk(stale)


def counted(assessment: Assessment, today: date) -> Figures:
    """The figures of an assessment as its rows are."""
    result = read(assessment, today)
    void = void_of(assessment)
    said = Voided(void.since, void.named) if void else None
    return figures_of(result.law, result.scales, said)


def rebuild(today: date) -> tuple[int, int]:
    """Count every assessment anew: how many, and of how many trusted figures were wrong."""
    count = wrong = 0
    everyone = Assessment.objects.select_related("edition__checklist")
    for chain in everyone.order_by().values_list("organisation", flat=True).distinct():
        wrong += len(list(faults(chain)))
        heads = _heads({chain})
        rows = {one.pk: one for one in everyone.filter(organisation=chain)}
        _keep([_row(one, today, heads) for one in rows.values()], [], rows, heads)
        count += len(rows)
    return count, wrong


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Kept figures that are trusted and are not those of the answers."""
    today = timezone.localdate()
    rows = Assessment.objects.filter(organisation=organisation_id)
    kept = rows.exclude(summary=None).select_related("edition__checklist")
    heads = _heads({organisation_id})
    here = {one.pk: one for one in kept}
    summaries = [one for one in Summary.objects.filter(pk__in=list(here)) if _holds(one, today)]
    touched = _touched(here, summaries, heads)
    for one in summaries:
        if one.pk not in touched and read_back(one.figures) != counted(here[one.pk], today):
            what = f"the kept figures of {here[one.pk]} are not those of its answers"
            yield Fault(0, what, Kind.ROW)


def _heads(organisations: Collection[UUID]) -> dict[UUID, int]:
    """How far each chain has grown, and that of the library: one query."""
    heads = ChainHead.objects.filter(pk__in=[*organisations, LIBRARY])
    return defaultdict(int, heads.values_list("pk", "seq"))


def _holds(one: Summary, today: date) -> bool:
    """Whether rules and day are those that it was counted by."""
    is_over = one.holds_until is not None and one.holds_until <= today
    return one.rules == HOW and one.counted_on <= today and not is_over


def _touched(
    rows: Mapping[UUID, Assessment],
    kept: Collection[Summary],
    heads: Mapping[UUID, int],
) -> set[UUID]:
    """Those of some kept rows that an event since may have changed.

    Two queries, and one for evidence and one for actions if any of them changed; nothing
    where no chain has grown.
    """
    since: dict[UUID, int] = {}
    for one in kept:
        for chain, seq in (
            (rows[one.pk].organisation_id, one.seq),
            (LIBRARY, one.library_seq),
        ):
            if seq < heads[chain]:
                since[chain] = min(since.get(chain, seq), seq)
    if not since:
        return set()
    new = Q()
    for chain, seq in since.items():
        new |= Q(organisation_id=chain, seq__gt=seq)
    last = _last(Event.objects.filter(new).order_by())
    uses = _users(last, rows)
    return {one.pk for one in kept if _is_touched(one, rows[one.pk], last, uses[one.pk])}


Last = Mapping[tuple[UUID, str, Any], int]
"""The newest event of a chain in each scope, and about each thing outside of one."""


def _last(events: Any) -> Last:
    quiet = [one for topic in SILENT for one in event_types.those(topic=topic)]
    events = events.exclude(action__in=quiet)
    scoped = events.exclude(scope_id=None).annotate(label=Value("scope"))
    beside = events.filter(Q(scope_id=None) | Q(subject_label__in=_USES) | Q(action=TRAIL_ERASED)).annotate(
        label=Case(When(action=TRAIL_ERASED, then=Value(ERASED)), default=F("subject_label"))
    )
    return {
        (chain, label, subject): seq
        for rows in (
            scoped.values_list("organisation_id", "label", "scope_id"),
            beside.values_list("organisation_id", "label", "subject_id"),
        )
        for chain, label, subject, seq in rows.annotate(last=Max("seq"))
    }


def _is_touched(
    one: Summary,
    row: Assessment,
    last: Last,
    uses: Iterable[tuple[str, str]],
) -> bool:
    chain = row.organisation_id
    about = [
        ("scope", one.pk),
        ("checklist", str(row.edition.checklist_id)),
        *uses,
    ]
    is_new = any(last.get((chain, *each), 0) > one.seq for each in about)
    return is_new or any(
        (at == LIBRARY and label == "instrument" and seq > one.library_seq)
        or (at == chain and label == ERASED and seq > one.seq)
        for (at, label, _), seq in last.items()
    )


def _users(last: Last, rows: Mapping[UUID, Assessment]) -> dict[UUID, list[tuple[str, str]]]:
    """Assessment to the changed evidence and actions behind its answers."""
    found: defaultdict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for label, model in _USES.items():
        ids = [subject for _, what, subject in last if what == label]
        if not ids:
            continue
        links = model.objects.filter(**{f"{label}__in": ids})
        pairs = links.values_list(f"{label}_id", "answer__assessment").order_by()
        for pk, assessment_id in pairs.distinct():
            if assessment_id in rows:
                found[assessment_id].append((label, str(pk)))
    return found


def _row(one: Assessment, today: date, heads: Mapping[UUID, int]) -> Summary:
    return Summary(
        assessment=one,
        figures=written(counted(one, today)),
        rules=HOW,
        seq=heads[one.organisation_id],
        library_seq=heads[LIBRARY],
        counted_on=today,
        holds_until=_holds_until(one, today),
    )


def _holds_until(one: Assessment, today: date) -> date | None:
    """The next day on which a figure changes by itself."""
    binding = one.answers.filter(applies=True, binds_from__gt=today)
    used = Attachment.objects.filter(
        answer__assessment=one,
        evidence__expires_on__gte=today,
        evidence__expires_on__lt=date.max,  # which no day follows
    )
    first = binding.aggregate(on=Min("binds_from"))["on"]
    ends = used.aggregate(on=Min("evidence__expires_on"))["on"]
    days = [first, ends + timedelta(days=1) if ends else None]
    return min((day for day in days if day), default=None)


def _keep(
    fresh: list[Summary],
    good: Collection[Summary],
    rows: Mapping[UUID, Assessment],
    heads: Mapping[UUID, int],
) -> None:
    """Keep what was counted, and mark the others as right until now once that is far.

    A page opens all the same where nothing can be written.
    """
    behind = [
        one
        for one in good
        if heads[rows[one.pk].organisation_id] - one.seq > FAR or heads[LIBRARY] - one.library_seq > FAR
    ]
    if not fresh and not behind:
        return
    for one in behind:
        one.seq, one.library_seq = heads[rows[one.pk].organisation_id], heads[LIBRARY]
    names = [field.name for field in Summary._meta.fields if not field.primary_key]
    with suppress(DatabaseError), writing():
        Summary.objects.bulk_create(
            sorted([*fresh, *behind], key=lambda one: str(one.pk)),
            update_conflicts=True,
            unique_fields=["assessment"],
            update_fields=names,
        )
