"""Words replaced in all questions of a draft at once."""

from typing import Any

from compliance.content.checklists import content
from compliance.content.checklists.events import EDITION_REPLACED, REPLACING_UNDONE
from compliance.content.checklists.models import Choice, Edition, Question
from compliance.content.checklists.recording import open_draft, record, refuse_changed
from compliance.content.editor.replacing import CHOICE, LISTS, TEXTS, hits, replaced
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError


def replace_all(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    find: str,
    put: str,
    seen: str,
) -> Event | None:
    """Replace words as written in every text; the event, which can be undone.

    None where no text has the words. ``seen`` is the content hash of the draft that was looked at: raises ``StaleError``
    when it is another one by now. Refuses a text that would not fit, and then
    replaces nothing.
    """
    with open_draft(organisation, edition_id) as edition:
        if content.content_hash(content.document(edition)) != seen:
            raise StaleError
        before, after, rows = {}, {}, []
        for question in content.with_links(edition.questions):
            stands = content.question_document(question)
            _refuse(stands, find, put)
            changed = replaced(stands, find, put)
            if changed:
                rows.append(_written(question, changed))
                before[question.key] = {name: stands[name] for name in changed}
                after[question.key] = changed
        if not rows:
            return None
        _write(rows)
        recorded = {"find": find, "put": put, "questions": after}
        return record(by, edition, EDITION_REPLACED, {"questions": before}, recorded)


def put_back(by: Any, edition: Edition, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Give each question of a replacing its texts of before, all of them or none.

    Refuses where someone changed or removed one of them since, and names those.
    """
    found = content.with_links(edition.questions.filter(key__in=before))
    rows = {row.key: row for row in found}
    changed = [key for key in before if not _stands(rows.get(key), after[key])]
    refuse_changed(changed)
    _write([_written(rows[key], values) for key, values in before.items()])
    record(by, edition, REPLACING_UNDONE, {"questions": after}, {"questions": before})


def _stands(question: Question | None, values: dict[str, Any]) -> bool:
    stands = content.question_document(question) if question else {}
    return all(stands.get(name) == value for name, value in values.items())


def _write(rows: list[Question]) -> None:
    names = [*TEXTS, *LISTS, "version"]
    Question.objects.bulk_update(rows, names, batch_size=200)
    choices = [choice for row in rows for choice in row.choices.all()]
    Choice.objects.bulk_update(choices, CHOICE, batch_size=300)


def _refuse(question: dict[str, Any], find: str, put: str) -> None:
    for hit in hits(question, find, put):
        if hit.fault:
            msg = f"{hit.key}: {hit.fault}"
            raise RefusedError(msg)


def _written(question: Question, changed: dict[str, Any]) -> Question:
    for name in changed.keys() - {"choices"}:
        setattr(question, name, changed[name])
    pairs = zip(question.choices.all(), changed.get("choices", []), strict=False)
    for choice, values in pairs:
        choice.label, choice.help = values["label"], values["help"]
    question.version += 1
    return question
