"""The head of a draft: its number, day of the law, words, languages and roles."""

from datetime import date
from typing import Any

from compliance.content.checklists import content
from compliance.content.checklists.events import EDITION_CHANGED
from compliance.content.checklists.models import Edition
from compliance.content.checklists.recording import open_draft, record
from compliance.content.checklists.translations import parts
from compliance.ground.web.languages import language_name
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError

MOST_NAMED = 5
"""Questions that a refusal names."""


def save_head(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    version: int,
    values: dict[str, Any],
) -> Event | None:
    """Write number, day of the law, notes, words for the subject, language and roles.

    Another ``role_fact`` brings the roles: the answers to that fact. Refuses to take a
    role away that a question binds. None when all stood so.
    """
    with open_draft(organisation, edition_id) as edition:
        if values.get("role_fact", edition.role_fact) != edition.role_fact:
            named = values.get("roles", edition.roles)
            values = values | {"roles": _roles(edition, values["role_fact"], named)}
        if edition.version != version and differing(edition, values):
            raise StaleError
        return write_head(by, edition, values)


def write_head(by: Any, edition: Edition, values: dict[str, Any]) -> Event | None:
    """Write what differs of a locked draft itself, with one event; None when all stands."""
    changed = differing(edition, values)
    if not changed:
        return None
    _refuse(edition, changed)
    stands = {name: getattr(edition, name) for name in changed}
    for name, value in changed.items():
        setattr(edition, name, value)
    edition.version += 1
    edition.save()
    before = {name: as_recorded(stands[name]) for name in changed}
    after = {name: as_recorded(value) for name, value in changed.items()}
    return record(by, edition, EDITION_CHANGED, before, after)


def differing(edition: Edition, values: dict[str, Any]) -> dict[str, Any]:
    """The values to write: those that are not as they stand."""
    kept = content.as_kept(values)
    return {name: kept[name] for name in kept if getattr(edition, name) != kept[name]}


def as_recorded(value: Any) -> Any:
    """A value as the trail keeps it: days as ISO text."""
    return value.isoformat() if isinstance(value, date) else value


def _refuse(edition: Edition, changed: dict[str, Any]) -> None:
    others = edition.checklist.editions.exclude(pk=edition.pk)
    if "number" in changed and others.filter(number=changed["number"]).exists():
        msg = f"Edition {changed['number']} is there already; write another number"
        raise RefusedError(msg)
    named = changed.get("translations", edition.translations) or {}
    language = changed.get("language", edition.language)
    if language in named:
        msg = f"There are translations into {language_name(language)}"
        raise RefusedError(msg)
    if gone := (edition.translations or {}).keys() - named.keys():
        _refuse_translated(edition, gone)
    if gone := edition.roles.keys() - changed.get("roles", edition.roles).keys():
        _refuse_bound(edition, gone)


def _refuse_translated(edition: Edition, gone: set[str]) -> None:
    """A language stays while parts of the edition have texts in it."""
    for part in parts(content.document(edition), "", ""):
        if part.key and (found := gone & part.found.keys()):
            msg = f"There are texts in {language_name(min(found))}; empty them first"
            raise RefusedError(msg)


def _refuse_bound(edition: Edition, gone: set[str]) -> None:
    """A role stays while questions bind it."""
    asked = edition.questions.values_list("key", "binds")
    bound = [(key, role) for key, binds in asked for role in binds if role in gone]
    if not bound:
        return
    first = bound[0][1]
    keys = [key for key, role in bound if role == first]
    more = f" and {len(keys) - MOST_NAMED} more" if keys[MOST_NAMED:] else ""
    binds = "binds" if len(keys) == 1 else "bind"
    msg = (
        f"{', '.join(keys[:MOST_NAMED])}{more} {binds} {edition.roles[first]}, which"
        " would no longer be a role; untick it first"
    )
    raise RefusedError(msg)


def _roles(edition: Edition, role_fact: str, named: dict[str, str]) -> dict[str, str]:
    """The roles of another fact: its answers, by the names that some have already."""
    fact = edition.facts.filter(key=role_fact).first()
    choices = fact.choices if fact else []
    return {c["key"]: named.get(c["key"], c["label"]) for c in choices}
