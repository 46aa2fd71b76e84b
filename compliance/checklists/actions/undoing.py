"""The last change to a question of a draft, undone."""

from typing import Any

from django.db.models import F, Max

from compliance.audit import trail
from compliance.checklists import content
from compliance.checklists.actions.editing import choose, cite, save_question
from compliance.checklists.actions.recording import (
    RefusedError,
    chain_of,
    open_draft,
    record,
)
from compliance.checklists.actions.replacing import put_back
from compliance.checklists.models import Edition, Question
from compliance.organisations.models import Organisation

UNDONE = ("question.changed", "question.removed", "edition.replaced")


def undo(
    *, by: Any, organisation: Organisation | None, edition_id: int, seq: int
) -> str:
    """Put a question back as it was before an event; its key.

    A replacing in many questions goes back in one step, and has no key. That is an event itself. Refuses what has been changed again since. Raises
    ``Event.DoesNotExist`` for an event that is no change to a question of the draft.
    """
    with open_draft(organisation, edition_id) as edition:
        event = trail.events_of(chain_of(edition.checklist)).get(
            seq=seq,
            action__in=UNDONE,
            subject_label="edition",
            subject_id=str(edition.pk),
        )
        before, after = trail.changes(event)
        if event.action == "edition.replaced":
            put_back(by, edition, before, after["questions"])
            return ""
        key: str = before.pop("key")
        if event.action == "question.removed":
            _restore(by, edition, key, before)
        else:
            _change_back(by, edition, key, before, after)
    return key


def _change_back(
    by: Any,
    edition: Edition,
    key: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    question = content.with_links(edition.questions).filter(key=key).first()
    organisation = edition.checklist.organisation
    stands = content.question_document(question) if question else {}
    is_same = all(stands.get(name) == value for name, value in after.items())
    if question is None or organisation is None or not is_same:
        msg = f"{key} has been changed again since"
        raise RefusedError(msg)
    save_question(
        by=by,
        organisation=organisation,
        edition_id=edition.pk,
        key=key,
        version=question.version,
        values=before,
    )


def _restore(by: Any, edition: Edition, key: str, was: dict[str, Any]) -> None:
    section = edition.sections.filter(key=was["section"]).first()
    if section is None or edition.questions.filter(key=key).exists():
        msg = f"{key} has no place to go back to: the outline has changed since"
        raise RefusedError(msg)
    ahead = edition.questions.filter(section=section, key=was["behind"])
    if not ahead.exists():
        ahead = edition.questions.filter(section__position__lt=section.position)
    at = (ahead.aggregate(at=Max("position"))["at"] or 0) + 1
    edition.questions.filter(position__gte=at).update(position=F("position") + 1)
    values = {name: was[name] for name in content.QUESTION if name != "key"}
    question = Question.objects.create(
        edition=edition,
        section=section,
        key=key,
        position=at,
        extra=was.get("extra"),
        translations=was.get("translations"),
        version=was["version"] + 1,
        **content.as_kept(values),
    )
    choose(question, was["choices"])
    cite(question, was["cites"])
    after = {"key": key, "section": section.key}
    record(by, edition, "question.restored", {}, after)
