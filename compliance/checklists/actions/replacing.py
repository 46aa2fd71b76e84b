"""Words replaced in all questions of a draft at once."""

from typing import Any

from compliance.checklists import content
from compliance.checklists.actions.recording import (
    RefusedError,
    StaleError,
    open_draft,
    record,
)
from compliance.checklists.models import Choice, Question
from compliance.checklists.replacing import CHOICE, LISTS, TEXTS, hits, replaced
from compliance.organisations.models import Organisation


def replace_all(
    *,
    by: Any,
    organisation: Organisation,
    edition_id: int,
    find: str,
    put: str,
    seen: str,
) -> int:
    """Replace words as written in every text; the number of questions that changed.

    ``seen`` is the content hash of the draft that was looked at: raises ``StaleError``
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
            return 0
        names = [*TEXTS, *LISTS, "version"]
        Question.objects.bulk_update(rows, names, batch_size=200)
        choices = [choice for row in rows for choice in row.choices.all()]
        Choice.objects.bulk_update(choices, CHOICE, batch_size=300)
        told = {"find": find, "put": put, "questions": after}
        record(by, edition, "edition.replaced", before, told)
    return len(rows)


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
