"""Sections and questions of a draft: added, named, removed. A key is never used again."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max
from django.utils.text import slugify

from compliance.content.checklists import content
from compliance.content.checklists.events import (
    EDITION_DISCARDED,
    QUESTION_ADDED,
    QUESTION_REMOVED,
    SECTION_ADDED,
    SECTION_REMOVED,
)
from compliance.content.checklists.models import Checklist, Edition, Question, Section
from compliance.content.checklists.recording import (
    chain_of,
    free_key,
    just_done,
    just_removed,
    open_draft,
    record,
    rewrite,
    sent_before,
)
from compliance.ground.web.sendings import sent_already
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError

OWN = "OWN-"
"""How the keys begin that an organisation adds to a clone: no original uses them."""


@dataclass(frozen=True, slots=True)
class _New:
    """A part that is asked for: by whom, where, and the words and name of the sending."""

    by: Any
    edition: Edition
    action: str
    fields: dict[str, Any]
    sending: str

    def made_before(self, rows: Any) -> Event | None:
        """The event of the same sending: its reply was lost.

        A sending of another name adds another part. Raises ``RefusedError`` for one
        without a name, where the same part was added lately and has not changed since.
        """
        asked = self.by, self.edition, self.action, self.fields
        made = sent_before(*asked, self.sending) if self.sending else just_done(*asked)
        here = rows.filter(key=trail.changes(made)[1]["key"]) if made else rows.none()
        if made and not self.sending and here.filter(version=0).exists():
            raise RefusedError(sent_already(made.at))
        return made if self.sending and here.exists() else None

    def record(self, key: str) -> Event:
        name = {"sending": self.sending} if self.sending else {}
        after = {"key": key} | self.fields | name
        return record(self.by, self.edition, self.action, {}, after)


def add_section(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    title: str,
    sending: str = "",
) -> Event:
    """A section at the end; one that is sent twice is added once: see ``_New``."""
    with open_draft(organisation, edition_id) as edition:
        new = _New(by, edition, SECTION_ADDED, {"title": title}, sending)
        if made := new.made_before(edition.sections):
            return made
        rows = Section.objects.filter(edition__checklist=edition.checklist_id)
        keys = set(rows.values_list("key", flat=True))
        last = edition.sections.aggregate(at=Max("position"))["at"] or 0
        key = free_key(slugify(title)[:50] or "section", keys)
        Section.objects.create(edition=edition, key=key, title=title, position=last + 1)
        return new.record(key)


def save_section(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    version: int,
    values: dict[str, Any],
) -> Event | None:
    """Write title, introduction and level of a section. None when all stood so."""
    with open_draft(organisation, edition_id) as edition:
        section = edition.sections.get(key=key)
        return rewrite(by, edition, section, version, values)


def remove_section(*, by: Any, organisation: Organisation | None, edition_id: int, key: str) -> Event:
    """Take an empty section away; refuses one that still has questions."""
    with open_draft(organisation, edition_id) as edition:
        section = edition.sections.filter(key=key).first()
        if section is None:
            return just_removed(by, edition, SECTION_REMOVED, key)
        if section.questions.exists():
            msg = f"{section.title} still has questions; move or remove them first"
            raise RefusedError(msg)
        place = {"position": section.position, "version": section.version}
        before = content.section_document(section) | place
        section.delete()
        return record(by, edition, SECTION_REMOVED, before, {})


def add_question(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    section: str,
    text: str,
    sending: str = "",
) -> Event:
    """A question at the end of a section, under a key that none ever had.

    One that is sent twice is added once: see ``_New``.
    """
    with open_draft(organisation, edition_id) as edition:
        fields = {"section": section, "text": text}
        new = _New(by, edition, QUESTION_ADDED, fields, sending)
        if made := new.made_before(edition.questions):
            return made
        row = edition.sections.get(key=section)
        upto = edition.questions.filter(section__position__lte=row.position)
        at = (upto.aggregate(at=Max("position"))["at"] or 0) + 1
        edition.questions.filter(position__gte=at).update(position=F("position") + 1)
        question = Question.objects.create(
            edition=edition,
            section=row,
            key=next_key(edition),
            position=at,
            title=text[:60].rstrip(),
            text=text,
            kind="verdict",
            weight=3,
        )
        return new.record(question.key)


def next_key(edition: Edition) -> str:
    """One more than the highest that stands in an edition, or was ever added here."""
    checklist = edition.checklist
    editions = [str(pk) for pk in checklist.editions.values_list("pk", flat=True)]
    rows = Question.objects.filter(edition__checklist=checklist)
    keys = set(rows.order_by().values_list("key", flat=True).distinct())
    added = trail.events_of(chain_of(checklist)).filter(
        action=QUESTION_ADDED, subject_label="edition", subject_id__in=editions
    )
    keys |= {trail.changes(event)[1]["key"] for event in added}
    keys |= _discarded(checklist)
    found = [re.fullmatch(r"([A-Za-z]+[._-]?)(\d{1,6})", key) for key in keys]
    numbered = [(match[1], match[2]) for match in found if match]
    stem = OWN if checklist.cloned_from_id else _stem(numbered)
    own = [digits for start, digits in numbered if start == stem]
    width = max((len(digits) for digits in own), default=1)
    return f"{stem}{max(map(int, own), default=0) + 1:0{width}}"


def _discarded(checklist: Checklist) -> set[str]:
    """Keys of the drafts of a checklist that were thrown away; one before it, too."""
    gone = trail.events_of(chain_of(checklist)).filter(action=EDITION_DISCARDED)
    recorded = [trail.changes(event)[0] for event in gone]
    rows = [row["questions"] for row in recorded if row["checklist"] == checklist.key]
    return {key for keys in rows for key in keys}


def _stem(numbered: list[tuple[str, str]]) -> str:
    stems = [stem for stem, _ in numbered]
    return max(sorted(set(stems)), key=stems.count, default="Q")


def remove_question(*, by: Any, organisation: Organisation | None, edition_id: int, key: str) -> Event:
    """Ask a question no more from this edition on; what was published keeps it.

    The event has the whole of it, and can be undone.
    """
    with open_draft(organisation, edition_id) as edition:
        rows = content.with_links(edition.questions).select_related("section")
        question: Question | None = rows.filter(key=key).first()
        if question is None:
            return just_removed(by, edition, QUESTION_REMOVED, key)
        section, at = question.section, question.position
        ahead = section.questions.filter(position__lt=at).order_by("-position")
        behind = ahead.values_list("key", flat=True).first() or ""
        place = {"section": section.key, "behind": behind, "version": question.version}
        before = content.question_document(question) | place
        question.delete()
        later = edition.questions.filter(position__gt=at)
        later.update(position=F("position") - 1)
        return record(by, edition, QUESTION_REMOVED, before, {})
