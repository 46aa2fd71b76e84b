"""Editions from their documents: published at once, or kept as drafts."""

from datetime import datetime
from typing import Any

from compliance.content.checklists import content, drafting
from compliance.content.checklists.actions.publishing import publish
from compliance.content.checklists.choices import UNPUBLISHED, EditionStatus
from compliance.content.checklists.events import (
    CHECKLIST_ADDED,
    CHECKLIST_CHANGED,
    EDITION_BROUGHT_IN,
    EDITION_RETIRED,
    THEME_ADDED,
    THEME_CHANGED,
)
from compliance.content.checklists.models import Checklist, Edition, Theme
from compliance.content.checklists.recording import chain_of, record
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.storing import stored
from compliance.proof.audit.transaction import writing


@writing()
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
    stands: an edition is final. Retires the edition that was published before; but
    where editors published that one on screen, or retired what they published, the new
    one is a draft for them to take from.
    """
    key = document["checklist"]
    found = Checklist.objects.filter(key=key, organisation=organisation).first()
    checklist = found or Checklist(key=key, organisation=organisation)
    if organisation is None and found and _is_kept_on_screen(found):
        return _beside(by, found, document)
    theme_id = Theme.objects.values_list("pk", flat=True).get(key=theme)
    fields = {"theme_id": theme_id, "title": title, "summary": summary}
    changed = stored(by, checklist, fields, (CHECKLIST_ADDED, CHECKLIST_CHANGED), chain_of(checklist))
    number = document["edition"]["number"]
    edition = checklist.editions.filter(number=number).first()
    if edition is None:
        edition = _filled(Edition(checklist=checklist), document)
        return publish(by=by, edition=edition), True
    if edition.status in UNPUBLISHED:
        msg = f"{key}: edition {number} is a draft here; publish it or raise the number"
        raise RefusedError(msg)
    if edition.content_hash != content.content_hash(document):
        msg = f"{key}: edition {number} is final and has other content; raise the number"
        raise RefusedError(msg)
    return edition, changed


def _is_kept_on_screen(checklist: Checklist) -> bool:
    """Whether people published its newest edition, even if they retired it since.

    Seeds go through no review.
    """
    newest = content.newest(checklist)
    return newest is not None and newest.sent_by_id is not None


def _beside(by: Any, checklist: Checklist, document: dict[str, Any]) -> tuple[Edition, bool]:
    """An edition of the seeds that takes nobody's place; False where it stands."""
    number = document["edition"]["number"]
    edition = checklist.editions.filter(number=number).first()
    if edition is None:
        edition = _filled(Edition(checklist=checklist), document)
        after = {"number": number, "content_hash": content.content_hash(document)}
        record(by, edition, EDITION_BROUGHT_IN, {}, after)
        return edition, True
    is_final = edition.status not in UNPUBLISHED
    if is_final and edition.content_hash != content.content_hash(document):
        msg = f"{checklist.key}: edition {number} is final and has other content; raise the number"
        raise RefusedError(msg)
    return edition, False


@writing()
def bring_in(
    *,
    by: Any,
    document: dict[str, Any],
    title: str,
    summary: str,
    theme: str = "",
    organisation: Any = None,
    replace: bool = False,
) -> tuple[Edition, bool]:
    """Keep a document as a draft of its checklist; the edition, and whether it changed.

    Makes the checklist when it is new. The same content again changes nothing, even if
    it is published by now, and leaves the words of the checklist alone. Refuses other content under the number of an edition that is
    final, and under that of a draft unless ``replace`` says so.
    """
    list(Theme.objects.select_for_update())  # one at a time: two may bring in the same
    _hold(document["checklist"], organisation)
    found = drafting.fate(document, theme=theme, organisation=organisation, replace=replace)
    if found.refusal:
        raise RefusedError(found.refusal)
    if found.edition and found.is_same:
        return found.edition, False
    key = document["checklist"]
    checklist = found.checklist or Checklist(key=key, organisation=organisation)
    fields: dict[str, Any] = {"title": title, "summary": summary}
    if theme:
        fields["theme_id"] = Theme.objects.values_list("pk", flat=True).get(key=theme)
    is_new = found.checklist is None
    changed = {n: v for n, v in fields.items() if is_new or getattr(checklist, n) != v}
    before = {} if is_new else {name: getattr(checklist, name) for name in changed}
    for name, value in changed.items():
        setattr(checklist, name, value)
    checklist.save()
    edition = _filled(found.edition or Edition(checklist=checklist), document)
    asked = sum(len(section["questions"]) for section in document["sections"])
    content_hash = content.content_hash(document)
    kept = {"number": edition.number, "questions": asked, "content_hash": content_hash}
    after = changed | {"key": key} | kept
    record(by, edition, EDITION_BROUGHT_IN, before, after)
    return edition, True


def _hold(key: str, organisation: Any) -> None:
    """Keep a checklist with its editions as they are, locked as whoever publishes does."""
    rows = Checklist.objects.select_for_update(of=("self",))
    if held := rows.filter(key=key, organisation=organisation).first():
        list(held.editions.select_for_update(of=("self",)).order_by("pk"))


def _filled(edition: Edition, document: dict[str, Any]) -> Edition:
    if missing := drafting.fill(edition, document):
        msg = f"{missing[0]} is not in the legal index"
        raise RefusedError(msg)
    return edition


@writing()
def keep_final(
    *,
    by: Any,
    document: dict[str, Any],
    title: str,
    summary: str,
    theme: str,
    organisation: Any,
    is_current: bool,
    published_at: datetime,
) -> Edition:
    """Keep an edition that was final elsewhere as one of an own checklist, final here.

    New assessments start on it only when it ``is_current`` and no other edition of the
    checklist is; the words of a checklist that stands here stay as they are. It was
    published when it was there, so a law that changed since is named. Raises
    ``RefusedError`` for a number that is taken and for what the legal index lacks.
    """
    key = document["checklist"]
    checklist = Checklist.objects.filter(key=key, organisation=organisation).first()
    if checklist is None:
        checklist = Checklist(key=key, organisation=organisation)
        theme_id = Theme.objects.values_list("pk", flat=True).get(key=theme)
        fields = {"theme_id": theme_id, "title": title, "summary": summary}
        stored(
            by,
            checklist,
            fields,
            (CHECKLIST_ADDED, CHECKLIST_CHANGED),
            chain_of(checklist),
        )
    number = document["edition"]["number"]
    if checklist.editions.filter(number=number).exists():
        msg = f"{key}: edition {number} is here with other content"
        raise RefusedError(msg)
    edition = _filled(Edition(checklist=checklist), document)
    extra = {"from_bundle": True}
    if is_current and not checklist.editions.published().exists():
        return publish(by=by, edition=edition, extra=extra, at=published_at)
    edition.status = EditionStatus.RETIRED
    edition.published_at = published_at
    edition.content_hash = content.content_hash(content.document(edition))
    edition.save(update_fields=["status", "published_at", "content_hash"])
    after = {"number": number, "content_hash": edition.content_hash} | extra
    record(by, edition, EDITION_RETIRED, {}, {"status": "retired"} | after)
    return edition


@writing()
def store_theme(*, by: Any, key: str, name: str, position: int) -> bool:
    """Add a theme or bring it up to date. Whether anything changed."""
    theme = Theme.objects.filter(key=key).first()
    return stored(
        by,
        theme or Theme(key=key),
        {"name": name, "position": position},
        (THEME_ADDED, THEME_CHANGED),
    )
