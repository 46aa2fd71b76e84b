"""Changes to checklists and to the law they cite."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from compliance.audit import trail
from compliance.audit.models import LIBRARY
from compliance.checklists import content
from compliance.checklists.choices import EditionStatus
from compliance.checklists.models import (
    Checklist,
    Choice,
    Citation,
    Edition,
    Fact,
    Instrument,
    Notice,
    Provision,
    Question,
    Relation,
    Section,
    Theme,
)


class RefusedError(ValueError):
    """A change that must not be made; the text says why and what to do."""


@transaction.atomic
def store_theme(*, by: Any, key: str, name: str, position: int) -> bool:
    """Add a theme or bring it up to date. Whether anything changed."""
    theme = Theme.objects.filter(key=key).first()
    return _stored(by, theme or Theme(key=key), {"name": name, "position": position})


@transaction.atomic
def store_instrument(*, by: Any, document: dict[str, Any]) -> bool:
    """Add an instrument with its provisions, or bring it up to date.

    ``document`` has the instrument's fields and ``provisions``: ``cite``, ``title``,
    ``url``, ``applies_from``, ``status`` and ``successor`` (a citation or ""). Whether
    anything changed. Refuses to drop a provision: it can only be repealed.
    """
    fields = {name: document[name] for name in ("name", "title", "official_id", "url")}
    instrument = Instrument.objects.filter(key=document["key"]).first()
    instrument = instrument or Instrument(key=document["key"])
    changed = _stored(by, instrument, fields)
    return _store_provisions(by, instrument, document["provisions"]) or changed


def _store_provisions(
    by: Any, instrument: Instrument, wanted: list[dict[str, Any]]
) -> bool:
    kept = {row.cite: row for row in instrument.provisions.select_related("successor")}
    before = {cite: _provision(row) for cite, row in kept.items()}
    after = {row["cite"]: row | {"position": at} for at, row in enumerate(wanted, 1)}
    if dropped := [cite for cite in kept if cite not in after]:
        msg = (
            f"{dropped[0]} is missing; a provision is never dropped, set it to repealed"
        )
        raise RefusedError(msg)
    changed = [cite for cite, values in after.items() if before.get(cite) != values]
    if not changed:
        return False
    rows = {
        cite: kept.get(cite) or Provision(instrument=instrument) for cite in changed
    }
    for cite, row in rows.items():
        for name, value in after[cite].items():
            if name != "successor":
                setattr(row, name, value)
    Provision.objects.bulk_create([row for row in rows.values() if row.pk is None])
    linked = kept | rows
    for cite, row in rows.items():
        row.successor = linked.get(after[cite]["successor"])
    moved = [row for cite, row in rows.items() if cite in kept or row.successor]
    fields = ["title", "url", "applies_from", "status", "position", "successor"]
    Provision.objects.bulk_update(moved, fields, batch_size=500)
    _record_provisions(by, instrument, before, {cite: after[cite] for cite in changed})
    return True


def _provision(row: Provision) -> dict[str, Any]:
    return {
        "cite": row.cite,
        "title": row.title,
        "url": row.url,
        "applies_from": row.applies_from.isoformat(),
        "status": row.status,
        "successor": row.successor.cite if row.successor else "",
        "position": row.position,
    }


def _record_provisions(
    by: Any,
    instrument: Instrument,
    before: dict[str, dict[str, Any]],
    after: dict[str, dict[str, Any]],
) -> None:
    known = {cite: values for cite, values in after.items() if cite in before}
    trail.record(
        by=by,
        organisation_id=LIBRARY,
        action="instrument.provisions-set",
        subject=instrument,
        before={
            cite: _difference(before[cite], values) for cite, values in known.items()
        },
        after={
            cite: _difference(values, before[cite]) for cite, values in known.items()
        }
        | {"added": len(after) - len(known)},
    )


def _difference(values: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if other[name] != value}


@transaction.atomic
def store_checklist(
    *,
    by: Any,
    theme: str,
    title: str,
    summary: str,
    document: dict[str, Any],
    organisation: Any = None,
) -> tuple[Edition, bool]:
    """Publish an edition from its document; the edition, and whether anything changed.

    The same content again changes nothing. Refuses other content under a number that
    stands: an edition is final. Retires the edition that was published before.
    """
    key = document["checklist"]
    found = Checklist.objects.filter(key=key, organisation=organisation).first()
    checklist = found or Checklist(key=key, organisation=organisation)
    theme_id = Theme.objects.values_list("pk", flat=True).get(key=theme)
    fields = {"theme_id": theme_id, "title": title, "summary": summary}
    changed = _stored(by, checklist, fields, _chain(checklist))
    number = document["edition"]["number"]
    edition = checklist.editions.filter(number=number).first()
    if edition is None:
        edition = _draft(checklist, document)
        return publish(by=by, edition=edition), True
    if edition.status == EditionStatus.DRAFT:
        msg = f"{key}: edition {number} is a draft here; publish it or raise the number"
        raise RefusedError(msg)
    if edition.content_hash != content.content_hash(document):
        msg = (
            f"{key}: edition {number} is final and has other content; raise the number"
        )
        raise RefusedError(msg)
    return edition, changed


@transaction.atomic
def publish(*, by: Any, edition: Edition) -> Edition:
    """Freeze a draft for ever, and retire the edition that was published before.

    Refuses what is no draft any more, and what asks nothing.
    """
    edition = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    checklist = edition.checklist
    if edition.status != EditionStatus.DRAFT:
        msg = f"Edition {edition.number} is {edition.get_status_display().lower()} already"
        raise RefusedError(msg)
    if not edition.questions.exists():
        msg = f"Edition {edition.number} has no questions yet"
        raise RefusedError(msg)
    older = list(checklist.editions.published())
    for old in older:
        old.status = EditionStatus.RETIRED
        old.save(update_fields=["status"])
        _record(
            by, old, "edition.retired", {"status": "published"}, {"status": "retired"}
        )
    edition.status = EditionStatus.PUBLISHED
    edition.published_at = timezone.now()
    edition.content_hash = content.content_hash(content.document(edition))
    edition.save(update_fields=["status", "published_at", "content_hash"])
    after = {
        "status": "published",
        "number": edition.number,
        "content_hash": edition.content_hash,
    }
    _record(by, edition, "edition.published", {"status": "draft"}, after)
    return edition


@transaction.atomic
def store_relations(*, by: Any, pairs: list[dict[str, Any]]) -> bool:
    """Make the crosswalk of the library what ``pairs`` says. Whether anything changed.

    A pair has the fields of a relation, its checklists as keys.
    """
    owners = {row.key: row for row in Checklist.objects.filter(organisation=None)}
    wanted = {pair[end] for pair in pairs for end in ("a_checklist", "b_checklist")}
    if missing := sorted(wanted - owners.keys()):
        msg = f"{missing[0]} is no checklist of the library"
        raise RefusedError(msg)
    rows = [
        Relation(
            **pair | {end: owners[pair[end]] for end in ("a_checklist", "b_checklist")}
        )
        for pair in pairs
    ]
    kept = Relation.objects.select_related("a_checklist", "b_checklist")
    return _replaced(by, "crosswalk.set", list(kept), rows, _relation)


def _relation(row: Relation) -> tuple[str, dict[str, Any]]:
    names = ("a", "b", "relation", "words", "back", "reason")
    return row.code, {name: getattr(row, name) for name in names}


@transaction.atomic
def store_notices(*, by: Any, notices: list[dict[str, Any]]) -> bool:
    """Make what is said about the content what ``notices`` says. Whether it changed.

    A notice has ``kind``, ``title``, ``text``, ``url`` and ``checked_on``.
    """
    rows = [Notice(position=at, **notice) for at, notice in enumerate(notices, 1)]
    return _replaced(by, "notices.set", list(Notice.objects.all()), rows, _notice)


def _notice(row: Notice) -> tuple[str, dict[str, Any]]:
    day = row.checked_on and row.checked_on.isoformat()
    values = {name: getattr(row, name) for name in ("text", "url", "position")}
    return f"{row.kind}: {row.title}", values | {"checked_on": day}


def _replaced[Row: (Relation, Notice)](
    by: Any,
    action: str,
    kept: list[Row],
    rows: list[Row],
    told: Callable[[Row], tuple[str, dict[str, Any]]],
) -> bool:
    """Put rows in the place of those kept, with one event; False when all stood so."""
    before, after = dict(map(told, kept)), dict(map(told, rows))
    if before == after:
        return False
    table = type((kept or rows)[0])
    table.objects.all().delete()
    table.objects.bulk_create(rows)
    both = [name for name in after if before.get(name, after[name]) != after[name]]
    trail.record(
        by=by,
        organisation_id=LIBRARY,
        action=action,
        subject=table(pk=0),  # the whole of it, which has no row
        before={name: _difference(before[name], after[name]) for name in both}
        | {name: before[name] for name in before.keys() - after.keys()},
        after={name: _difference(after[name], before[name]) for name in both}
        | {"added": [name for name in after if name not in before]},
    )
    return True


def _record(
    by: Any,
    edition: Edition,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    trail.record(
        by=by,
        organisation_id=_chain(edition.checklist),
        action=action,
        subject=edition,
        before=before,
        after=after,
    )


def _chain(checklist: Checklist) -> UUID:
    return checklist.organisation_id or LIBRARY


def _stored(by: Any, row: Any, fields: dict[str, Any], chain: UUID = LIBRARY) -> bool:
    """Set fields of a row that may be new, with one event; False when all stood so."""
    is_new = row.pk is None
    changed = {n: v for n, v in fields.items() if is_new or getattr(row, n) != v}
    if not changed:
        return False
    before = {} if is_new else {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    trail.record(
        by=by,
        organisation_id=chain,
        action=f"{row._meta.model_name}.{'added' if is_new else 'changed'}",
        subject=row,
        before=before,
        after=changed | ({"key": row.key} if is_new else {}),
    )
    return True


def _draft(checklist: Checklist, document: dict[str, Any]) -> Edition:
    """The rows of a document; the statements do not grow with the questions."""
    values = content.as_kept(document["edition"])
    edition = Edition.objects.create(checklist=checklist, **values)
    Fact.objects.bulk_create(
        Fact(edition=edition, position=at, **content.as_kept(fact))
        for at, fact in enumerate(document["facts"], 1)
    )
    sections = Section.objects.bulk_create(
        Section(
            edition=edition, position=at, **{n: section[n] for n in content.SECTION}
        )
        for at, section in enumerate(document["sections"], 1)
    )
    pairs = [
        (question, row)
        for section, row in zip(document["sections"], sections, strict=True)
        for question in section["questions"]
    ]
    questions = Question.objects.bulk_create(
        Question(
            edition=edition,
            section=row,
            position=at,
            **{name: content.as_kept(question[name]) for name in content.QUESTION},
        )
        for at, (question, row) in enumerate(pairs, 1)
    )
    rows = [
        (question, row) for (question, _), row in zip(pairs, questions, strict=True)
    ]
    Choice.objects.bulk_create(
        Choice(question=row, position=at, **choice)
        for question, row in rows
        for at, choice in enumerate(question["choices"], 1)
    )
    _cite(rows)
    return edition


def _cite(rows: list[tuple[dict[str, Any], Question]]) -> None:
    wanted = {cite for question, _ in rows for cite in question["cites"]}
    provisions = dict(Provision.objects.values_list("cite", "pk"))
    if missing := sorted(wanted - provisions.keys()):
        msg = f"{missing[0]} is not in the legal index"
        raise RefusedError(msg)
    Citation.objects.bulk_create(
        Citation(question=row, provision_id=provisions[cite], position=at)
        for question, row in rows
        for at, cite in enumerate(question["cites"], 1)
    )
