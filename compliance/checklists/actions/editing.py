"""Changes to the questions and to the head of a draft, each refused when it is stale."""

from datetime import date
from typing import Any

from compliance.audit.models import Event
from compliance.checklists import content
from compliance.checklists.actions.recording import (
    RefusedError,
    StaleError,
    open_draft,
    record,
)
from compliance.checklists.models import (
    Choice,
    Citation,
    Edition,
    Provision,
    Question,
)
from compliance.organisations.models import Organisation
from compliance.web.languages import language_name

HEAD = (
    "number", "law_as_of", "release_notes", "subject_label", "subject_help", "language",
    "role_fact", "roles",
)  # fmt: skip


def save_question(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    version: int,
    values: dict[str, Any],
) -> Event | None:
    """Write fields of a question as ``content.document`` names them, "choices" and "cites" too.

    The event, which can be undone; None when all stood so.
    Raises ``StaleError`` when its version is another one, ``Question.DoesNotExist``
    when it was removed, ``RefusedError`` for an unknown citation.
    """
    with open_draft(organisation, edition_id) as edition:
        question: Question = content.with_links(edition.questions).get(key=key)
        if question.version != version:
            raise StaleError
        stands = content.question_document(question)
        kept = content.as_kept(values)
        changed = {n: value for n, value in kept.items() if stands.get(n) != value}
        if not changed:
            return None
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
        return record(by, edition, "question.changed", {"key": key} | before, changed)


def choose(question: Question, choices: list[dict[str, Any]]) -> None:
    """Give a question that offers nothing its choices."""
    Choice.objects.bulk_create(
        Choice(question=question, position=at, **choice)
        for at, choice in enumerate(choices, 1)
    )


def cite(question: Question, cites: list[str]) -> None:
    """Let a question that cites nothing rest on provisions."""
    found = Provision.objects.filter(cite__in=cites)
    provisions = dict(found.values_list("cite", "pk"))
    if missing := [cite for cite in cites if cite not in provisions]:
        msg = f"{missing[0]} is not in the legal index"
        raise RefusedError(msg)
    Citation.objects.bulk_create(
        Citation(question=question, provision_id=provisions[cite], position=at)
        for at, cite in enumerate(cites, 1)
    )


def save_head(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    version: int,
    values: dict[str, Any],
) -> Edition:
    """Write number, day of the law, notes, words for the subject, language and roles.

    ``role_fact`` brings the roles: the answers to that fact. Refuses one that does not
    have a role which a question binds.
    """
    with open_draft(organisation, edition_id) as edition:
        if edition.version != version:
            raise StaleError
        stands = {name: getattr(edition, name) for name in HEAD}
        if values.get("role_fact", edition.role_fact) != edition.role_fact:
            values = values | {"roles": _roles(edition, values["role_fact"])}
        changed = {n: v for n, v in values.items() if stands[n] != v}
        if not changed:
            return edition
        _refuse_head(edition, changed)
        for name, value in changed.items():
            setattr(edition, name, value)
        edition.version += 1
        edition.save()
        before = {name: _told(stands[name]) for name in changed}
        after = {name: _told(value) for name, value in changed.items()}
        record(by, edition, "edition.changed", before, after)
    return edition


def _refuse_head(edition: Edition, changed: dict[str, Any]) -> None:
    others = edition.checklist.editions.exclude(pk=edition.pk)
    if "number" in changed and others.filter(number=changed["number"]).exists():
        msg = f"Edition {changed['number']} is there already; write another number"
        raise RefusedError(msg)
    if changed.get("language") in (edition.translations or {}):
        msg = f"There are translations into {language_name(changed['language'])}"
        raise RefusedError(msg)


def _roles(edition: Edition, role_fact: str) -> dict[str, str]:
    """The roles of another fact: those that stand keep their names."""
    fact = edition.facts.filter(key=role_fact).first()
    choices = fact.choices if fact else []
    roles = {c["key"]: edition.roles.get(c["key"], c["label"]) for c in choices}
    for key, binds in edition.questions.values_list("key", "binds"):
        if strange := [role for role in binds if role not in roles]:
            name = edition.roles.get(strange[0], strange[0])
            msg = (
                f"{key} binds {name}, which would be no role any more; untick it first"
            )
            raise RefusedError(msg)
    return roles


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
