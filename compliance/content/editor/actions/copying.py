"""A question of a draft, asked once more under a key of its own."""

from typing import Any

from django.db.models import F

from compliance.content.checklists import content
from compliance.content.checklists.events import QUESTION_ADDED
from compliance.content.checklists.models import Question
from compliance.content.checklists.recording import open_draft, record
from compliance.content.editor.actions.editing import choose, cite
from compliance.content.editor.actions.outline import next_key
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event


def duplicate_question(*, by: Any, organisation: Organisation | None, edition_id: int, key: str) -> Event:
    """A copy right behind a question, with its choices, law, rule and translations.

    Parts of an imported file beside its fields stay with the original: they name that
    one. Raises ``Question.DoesNotExist`` when the original was removed.
    """
    with open_draft(organisation, edition_id) as edition:
        rows = content.with_links(edition.questions).select_related("section")
        original: Question = rows.get(key=key)
        stands = content.question_document(original)
        at = original.position + 1
        edition.questions.filter(position__gte=at).update(position=F("position") + 1)
        values = {name: stands[name] for name in content.QUESTION if name != "key"}
        copy = Question.objects.create(
            edition=edition,
            section=original.section,
            key=next_key(edition),
            position=at,
            translations=original.translations,
            applies_until=original.applies_until,
            yardstick=original.yardstick,
            **values,
        )
        choose(copy, stands["choices"])
        cite(copy, stands["cites"])
        after = {"key": copy.key, "section": original.section.key, "copied_from": key}
        return record(by, edition, QUESTION_ADDED, {}, after | {"text": copy.text})
