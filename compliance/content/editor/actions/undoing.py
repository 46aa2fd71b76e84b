"""The last change to a part of a draft, undone: by a change the other way round."""

from datetime import date
from typing import Any, NoReturn

from django.db.models import F, Max

from compliance.content.applicability import implied
from compliance.content.checklists import content
from compliance.content.checklists.events import QUESTION_RESTORED, RESTORED
from compliance.content.checklists.models import Edition, Fact, Question, Section
from compliance.content.checklists.recording import open_draft, record, refuse_worse, rewrite
from compliance.content.editor import undoable
from compliance.content.editor.actions.editing import choose, cite, save_question
from compliance.content.editor.actions.facts import remove_fact
from compliance.content.editor.actions.head import as_recorded, write_head
from compliance.content.editor.actions.moving import move_question, move_section, place_of
from compliance.content.editor.actions.outline import remove_question, remove_section
from compliance.content.editor.actions.replacing import put_back
from compliance.content.publishing.actions import take_out
from compliance.content.publishing.checking import facts_of
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.event_types import Does
from compliance.proof.audit.refusals import RefusedError

Values = dict[str, Any]


def undo(*, by: Any, organisation: Organisation | None, edition_id: int, seq: int) -> tuple[str, str]:
    """Put a part of a draft back as it was before a change; its kind and its key.

    ``seq`` names the newest event of it: a question that saved itself at each pause goes
    back to before the first of them.

    The key is "" when the part is gone by that, or is more than one. That is an event
    itself. Refuses what has been changed again since. Raises ``Event.DoesNotExist`` for
    an event that is none of ``undoable``.
    """
    # a merge that is undone changes what the checklist stands on
    with open_draft(organisation, edition_id, with_checklist=True) as edition:
        event = undoable.find(edition, seq)
        before, after = trail.changes(event)
        before |= undoable.change_of(edition, event).before
        kind = event_types.named(event.action)
        part, does = kind.part, kind.does
        if does == Does.REPLACES:
            put_back(by, edition, before["questions"], after["questions"])
            return part, ""
        if does == Does.MERGES:
            take_out(by, edition, before, after)
            return part, ""
        key = before.pop("key", "") or after.get("key", "")
        if does == Does.REMOVES:
            if part == "question":
                _restore_question(by, edition, key, before)
            else:
                model = Section if part == "section" else Fact
                _restore(by, edition, model, {"key": key, "translations": None} | before)
            return part, key
        row = _row(edition, part, key)
        if does == Does.ADDS:
            _take_away(by, row, part, edition)
            return part, ""
        if does == Does.MOVES:
            _move_back(by, row, edition, before, after)
        else:
            _change_back(by, row, edition, before, after)
    return part, key


def _row(edition: Edition, part: str, key: str) -> Any:
    """The row of a part that stands; raises ``DoesNotExist`` of its model."""
    rows = {
        "question": content.with_links(edition.questions),
        "section": edition.sections,
        "fact": edition.facts,
    }
    return rows[part].get(key=key) if part in rows else edition


def _refuse(row: Any) -> NoReturn:
    name = row.key if isinstance(row, Question) else f"“{row}”"
    msg = f"{name} has been changed again since"
    raise RefusedError(msg)


def _given(by: Any, edition: Edition, row: Any) -> Values:
    """Arguments of every action on a part."""
    owner = edition.checklist.organisation
    return {
        "by": by,
        "organisation": owner,
        "edition_id": edition.pk,
        "key": row.key,
    }


def _take_away(by: Any, row: Any, part: str, edition: Edition) -> None:
    if row.version:
        _refuse(row)
    remove = {
        "question": remove_question,
        "section": remove_section,
        "fact": remove_fact,
    }
    remove[part](**_given(by, edition, row))


def _move_back(by: Any, row: Any, edition: Edition, before: Values, after: Values) -> None:
    given = _given(by, edition, row)
    if isinstance(row, Section):
        keys = list(edition.sections.values_list("key", flat=True))
        if keys.index(row.key) + 1 != after["position"]:
            _refuse(row)
        move_section(**given, to=before["position"] - after["position"])
        return
    if place_of(edition, row.key) != (after["section"], after["behind"]):
        _refuse(row)
    move_question(**given, to=(before["section"], before["behind"]))


def _change_back(by: Any, row: Any, edition: Edition, before: Values, after: Values) -> None:
    is_question = isinstance(row, Question)
    stands = content.question_values(row) if is_question else vars(row)
    if any(as_recorded(stands.get(name)) != value for name, value in after.items()):
        _refuse(row)
    if is_question:
        given = _given(by, edition, row)
        save_question(**given, values=before)
        return
    stood = content.document(edition)
    if isinstance(row, Edition):
        if "law_as_of" in before:
            before["law_as_of"] = date.fromisoformat(before["law_as_of"])
        write_head(by, row, before)
    else:
        rewrite(by, edition, row, row.version, before)
    refuse_worse(stood, content.document(edition))


def _restore_question(by: Any, edition: Edition, key: str, was: Values) -> None:
    _refuse_unasked(edition, key, facts_of(was, edition.role_fact))
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
        source=was.get("source", ""),
        extra=was.get("extra"),
        translations=was.get("translations"),
        applies_until=content.as_kept(was.get("applies_until")),
        yardstick=was.get("yardstick", False),
        version=was["version"] + 1,
        **content.as_kept(values),
    )
    choose(question, was["choices"])
    cite(question, was["cites"])
    after = {"key": key, "section": section.key}
    record(by, edition, QUESTION_RESTORED, {}, after)


def _refuse_unasked(edition: Edition, name: str, facts: set[str]) -> None:
    """Nothing that comes back rests on a fact that was removed after it."""
    if facts - {*edition.facts.values_list("key", flat=True)}:
        msg = f"{name} rests on a fact that has been removed since; restore that first"
        raise RefusedError(msg)


def _restore(by: Any, edition: Edition, model: type[Section | Fact], was: Values) -> None:
    """A section or fact where it stood, all of it; its event holds the whole row."""
    rows = model.objects.filter(edition=edition)
    if "version" not in was or rows.filter(key=was["key"]).exists():
        msg = "That can no longer be restored; add it again"
        raise RefusedError(msg)
    follows = was.get("implies") or ()
    named = {key for entry in follows for key in implied.facts_of(entry)}
    _refuse_unasked(edition, f"“{was.get('label')}”", named - {was["key"]})
    at = was["position"]
    rows.filter(position__gte=at).update(position=F("position") + 1)
    values = was | {"version": was["version"] + 1}
    row = model.objects.create(edition=edition, **content.as_kept(values))
    record(
        by,
        edition,
        RESTORED[str(model._meta.model_name)],
        {},
        {"key": row.key, "position": at},
    )
