"""The facts of a draft: added, changed, removed."""

from typing import Any

from django.db.models import Max
from django.utils.text import slugify

from compliance.content.applicability import rules
from compliance.content.checklists import content, soundness
from compliance.content.checklists.events import FACT_ADDED, FACT_REMOVED
from compliance.content.checklists.limits import MOST_FACTS
from compliance.content.checklists.models import Edition, Fact
from compliance.content.checklists.recording import (
    UnsoundError,
    free_key,
    just_done,
    just_removed,
    open_draft,
    record,
    refuse_worse,
    rewrite,
)
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError


def save_fact(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    version: int,
    values: dict[str, Any],
) -> Event | None:
    """Write a fact; a new one without a key. None when all stood so."""
    with open_draft(organisation, edition_id) as edition:
        if not key:
            return _added(by, edition, values)
        fact = edition.facts.get(key=key)
        stood = content.document(edition)
        event = rewrite(by, edition, fact, version, content.as_kept(values))
        document = content.document(edition)
        _refuse_broken(document)
        refuse_worse(stood, document)
        return event


def save_implied(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    version: int,
    implies: list[dict[str, Any]] | None,
) -> Event | None:
    """Write what follows from a fact. None when all stood so.

    Raises ``UnsoundError`` with paths within the list for what cannot be relied on.
    """
    with open_draft(organisation, edition_id) as edition:
        fact = edition.facts.get(key=key)
        stood = content.document(edition)
        event = rewrite(by, edition, fact, version, {"implies": content.as_kept(implies)})
        try:
            refuse_worse(stood, content.document(edition))
        except UnsoundError as error:
            keys = [fact["key"] for fact in stood["facts"]]
            here = ("facts", keys.index(key), "implies")
            within = [(p[3:], words) for p, words in error.faults if p[:3] == here]
            faults = within or [((), words) for _, words in error.faults]
            raise UnsoundError(faults) from error
        return event


def _added(by: Any, edition: Edition, values: dict[str, Any]) -> Event:
    if made := just_done(by, edition, FACT_ADDED, values):
        key = trail.changes(made)[1]["key"]
        if edition.facts.filter(key=key, version=0).exists():
            return made
    if edition.facts.count() >= MOST_FACTS:
        msg = f"An edition asks for at most {MOST_FACTS} facts; remove one first"
        raise RefusedError(msg)
    rows = Fact.objects.filter(edition__checklist=edition.checklist_id)
    taken = {*rows.values_list("key", flat=True), "all", "any", "not"}  # words of rules
    key = free_key(slugify(values["label"])[:34] or "fact", taken)
    last = edition.facts.aggregate(at=Max("position"))["at"] or 0
    Fact.objects.create(edition=edition, key=key, position=last + 1, **content.as_kept(values))
    return record(by, edition, FACT_ADDED, {}, {"key": key} | values)


def remove_fact(*, by: Any, organisation: Organisation | None, edition_id: int, key: str) -> Event:
    """Ask for a fact no more; refuses while a rule rests on it."""
    with open_draft(organisation, edition_id) as edition:
        fact = edition.facts.filter(key=key).first()
        if fact is None:
            return just_removed(by, edition, FACT_REMOVED, key)
        users = _users(edition, key)
        if users:
            msg = f"{fact.label} decides whether {users[0]} applies; change its rule first"
            raise RefusedError(msg)
        place = {"position": fact.position, "version": fact.version}
        before = content.fact_document(fact) | place
        fact.delete()
        _refuse_broken(content.document(edition))
        return record(by, edition, FACT_REMOVED, before, {})


def _refuse_broken(document: dict[str, Any]) -> None:
    """Gates, implications and examples rest on facts and choices that are there."""
    for path, reason in soundness.broken(document):
        msg = f"“{soundness.name_of(path, document)}” rests on it: {reason}"
        raise RefusedError(msg)


def _users(edition: Edition, key: str) -> list[str]:
    """The questions that rest on a fact, by their keys."""
    found = []
    asked = ("key", "rule", "binds", "applies_from", "applies_until")
    for question in edition.questions.only(*asked):
        named = {*rules.uses(question.rule)}
        for entry in (*question.applies_from, *(question.applies_until or ())):
            named |= {*rules.uses(entry.get("when"))}
        if key in named or (question.binds and edition.role_fact == key):
            found.append(question.key)
    return found
