"""Changes to the questions of a draft, each refused when it is stale."""

from collections.abc import Mapping
from typing import Any

from compliance.content.checklists import content, soundness
from compliance.content.checklists.events import QUESTION_CHANGED
from compliance.content.checklists.models import Choice, Citation, Edition, Question
from compliance.content.checklists.recording import UnsoundError, open_draft, record
from compliance.content.editor.marks import marks, touched
from compliance.content.legal_index.models import Provision
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError
from compliance.proof.audit.rows import inserted


def save_question(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    values: dict[str, Any],
    seen: Mapping[str, str] | None = None,
) -> Event | None:
    """Write fields of a question as ``content.document`` names them, "choices" and "cites" too.

    ``seen`` has the ``marks`` of the fields over which the values were typed, those that
    stand where it is None: what is still as it was then is left alone, whatever stands
    there by now.
    The event, which can be undone; None when nothing is to be written.
    Raises ``StaleError`` when somebody changed a field that this changes, too,
    ``Question.DoesNotExist`` when it was removed, ``RefusedError`` for an unknown citation.
    """
    with open_draft(organisation, edition_id) as edition:
        question: Question = content.with_links(edition.questions).get(key=key)
        stands = content.question_values(question)
        now = marks(stands)
        was = now if seen is None else seen
        changed = touched(touched(content.as_kept(values), was), now)
        if not changed:
            return None
        if any(now.get(name) != was.get(name) for name in changed):
            raise StaleError
        _refuse_unsound(edition, stands, stands | changed)
        for name in changed.keys() - {"choices", "cites"}:
            setattr(question, name, changed[name])
        question.version += 1
        question.save()
        if "choices" in changed:
            question.choices.all().delete()
            choose(question, changed["choices"])
        if "cites" in changed:
            question.citations.all().delete()
            cite(question, changed["cites"])
        before = {name: stands.get(name) for name in changed}
        return record(by, edition, QUESTION_CHANGED, {"key": key} | before, changed)


def _refuse_unsound(edition: Edition, stood: dict[str, Any], question: dict[str, Any]) -> None:
    """A rule that can never hold, a last day before the first one: asked of nobody.

    Older faults are for the check list: a fact may have gone meanwhile.
    """
    names = ("rule", "binds", "applies_from", "applies_until")
    if all(stood.get(name) == question.get(name) for name in names):
        return
    facts = [content.fact_document(fact) for fact in edition.facts.all()]
    known = soundness.choices_of(facts)
    head = {"roles": edition.roles, "role_fact": edition.role_fact}
    document = {"edition": head, "facts": facts}
    reasons = [reason for _, reason in soundness.of_question(stood, document, known)]
    for path, reason in soundness.of_question(question, document, known):
        if reason not in reasons:
            raise UnsoundError([(path, reason)])


def choose(question: Question, choices: list[dict[str, Any]]) -> None:
    """Give a question that offers nothing its choices."""
    inserted(
        Choice.objects.bulk_create(
            Choice(question=question, position=at, **choice) for at, choice in enumerate(choices, 1)
        )
    )


def cite(question: Question, cites: list[str]) -> None:
    """Let a question that cites nothing rest on provisions."""
    found = Provision.objects.filter(cite__in=cites)
    provisions = dict(found.values_list("cite", "pk"))
    if missing := [cite for cite in cites if cite not in provisions]:
        msg = f"{missing[0]} is not in the legal index"
        raise RefusedError(msg)
    inserted(
        Citation.objects.bulk_create(
            Citation(question=question, provision_id=provisions[cite], position=at)
            for at, cite in enumerate(cites, 1)
        )
    )
