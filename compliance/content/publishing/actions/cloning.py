"""An organisation's own checklist: taken from the library, and its next drafts."""

import re
from collections.abc import Collection
from typing import Any

from django.utils import timezone

from compliance.content.checklists import content, drafting
from compliance.content.checklists.choices import UNPUBLISHED, EditionStatus
from compliance.content.checklists.events import CHECKLIST_CLONED, EDITION_DRAFTED
from compliance.content.checklists.limits import MOST_NUMBER
from compliance.content.checklists.models import Checklist, Edition, EditionQuerySet
from compliance.content.checklists.recording import just_done, record
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.refusals import RefusedError
from compliance.proof.audit.transaction import writing


def clone(*, by: Any, organisation: Organisation, edition_id: int, title: str = "") -> Edition:
    """A draft of an own checklist with all that a published edition of the library asks.

    Keys stay, so that answers carry over and later editions of the original can be
    merged. ``title`` is its name, that of the original when empty. Refuses a second clone,
    since there is one own checklist per key, and an edition that is retired by now; twice
    by the same person in one go is once.
    """
    with writing():
        lock(organisation)  # one at a time: two people may clone the same
        source = _finished(None).select_related("checklist").get(pk=edition_id)
        original = source.checklist
        own = organisation.checklists.filter(key=original.key).first()
        made = own.editions.filter(based_on=source).first() if own else None
        said = {"title": title or original.title, "cloned_from": source.number}
        if made and just_done(by, made, CHECKLIST_CLONED, said):
            return made
        if own:
            msg = f"{organisation} already has its own checklist with the key {original.key}"
            raise RefusedError(msg)
        if source.status != EditionStatus.PUBLISHED:
            msg = (
                f"Edition {source.number} of {original.title} is retired, so nothing was"
                " copied. Make your own copy of the newest edition"
            )
            raise RefusedError(msg)
        checklist = Checklist.objects.create(
            key=original.key,
            theme_id=original.theme_id,
            organisation=organisation,
            title=title or original.title,
            summary=original.summary,
            cloned_from=source,
        )
        draft = _copied(checklist, source, content.document(source))
        after = {
            "key": checklist.key,
            "title": checklist.title,
            "cloned_from": source.number,
            "content_hash": source.content_hash,
            "number": draft.number,
        }
        record(by, draft, CHECKLIST_CLONED, {}, after)
    return draft


def draft_next(*, by: Any, organisation: Organisation | None, edition_id: int) -> Edition:
    """The next draft of an own checklist: a copy of the edition that is published.

    Where none is, the one that was retired last can be taken up again in that way.
    Refuses while another draft of the checklist stands, but for the one that the same
    person has begun just now: that is it.
    """
    with writing():
        source = _finished(organisation).get(pk=edition_id)
        checklist = Checklist.objects.select_for_update().get(pk=source.checklist_id)
        begun = checklist.editions.filter(based_on=source, status__in=UNPUBLISHED).first()
        if begun and just_done(by, begun, EDITION_DRAFTED, {"based_on": source.number}):
            return begun
        rows = dict(checklist.editions.values_list("number", "status"))
        if open_ones := [number for number, state in rows.items() if state in UNPUBLISHED]:
            msg = f"Edition {open_ones[0]} is not published yet; change that one"
            raise RefusedError(msg)
        if not content.is_newest(source):
            msg = f"Edition {source.number} is retired; start from the newest one"
            raise RefusedError(msg)
        document = content.document(source)
        find = next_number if organisation else number_beside
        head = {"number": find(source.number, rows), "release_notes": ""}
        document["edition"] |= head
        draft = _copied(checklist, source, document)
        after = {"number": draft.number, "based_on": source.number}
        record(by, draft, EDITION_DRAFTED, {}, after)
    return draft


def _finished(organisation: Organisation | None) -> EditionQuerySet:
    """Editions that were published once, of an organisation's own or of the library."""
    editions = Edition.objects.filter(checklist__organisation=organisation)
    return editions.exclude(status__in=UNPUBLISHED)


def _copied(checklist: Checklist, source: Edition, document: dict[str, Any]) -> Edition:
    draft = Edition(checklist=checklist, based_on=source)
    drafting.fill(draft, document)  # cites nothing new: no provision is ever dropped
    return draft


def next_number(number: str, taken: Collection[str]) -> str:
    """The number after one: "2026.2" after "2026.1", "2027.1" in the next year."""
    year = timezone.localdate().year
    found = re.fullmatch(r"(\d{4})\.(\d{1,4})", number)
    is_dated = found is not None and int(found[1]) >= year
    stem, at = (found[1], int(found[2])) if found and is_dated else (str(year), 0)
    while f"{stem}.{at + 1}" in taken:
        at += 1
    return f"{stem}.{at + 1}"


def number_beside(number: str, taken: Collection[str]) -> str:
    """A number below one of the seeds, which go on counting: "2026.1.1" after "2026.1".

    A long one is cut to make room.
    """
    found = re.fullmatch(r"(.+\..+)\.(\d{1,4})", number)
    stem, at = (found[1], int(found[2])) if found else (number, 0)
    while (beside := _fitting(stem, at + 1)) in taken:
        at += 1
    return beside


def _fitting(stem: str, at: int) -> str:
    end = f".{at}"
    return stem[: MOST_NUMBER - len(end)] + end
