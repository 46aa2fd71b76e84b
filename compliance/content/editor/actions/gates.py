"""The gates of a draft: tables that apply to many questions."""

from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from compliance.content.applicability import simulator
from compliance.content.checklists import content, soundness
from compliance.content.checklists.limits import MOST_GATES
from compliance.content.checklists.models import Edition
from compliance.content.checklists.recording import (
    UnsoundError,
    free_key,
    just_added,
    open_draft,
    refuse_worse,
)
from compliance.content.editor.actions.head import write_head
from compliance.content.editor.marks import mark_of
from compliance.content.legal_index import citing
from compliance.content.legal_index.choices import CiteState
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError

Gate = dict[str, Any]


def save_gate(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    seen: str,
    values: Gate,
) -> Event | None:
    """Write a gate; a new one without a key. None when all stood so.

    ``seen`` is the ``mark_of`` the gate as the page showed it. Raises ``StaleError`` where
    it is another one by now, ``UnsoundError`` with paths within the gate for what cannot
    be relied on.
    """
    with open_draft(organisation, edition_id) as edition:
        rows = list(edition.gates or [])
        at = next((n for n, row in enumerate(rows) if row["key"] == key), len(rows))
        stands = rows[at] if at < len(rows) else None
        if stands == {"key": key} | content.as_kept(values):
            return None
        if key and (stands is None or mark_of(stands) != seen):
            raise StaleError
        if stands is None:
            if made := just_added(by, edition, "gates", content.as_kept(values)):
                return made
            if len(rows) >= MOST_GATES:
                msg = f"An edition has at most {MOST_GATES} gates"
                raise RefusedError(msg)
            key = free_key(slugify(values["title"])[:34] or "gate", _taken(edition))
        rows[at : at + 1] = [{"key": key} | values]
        _refuse_unsound(edition, rows, at)
        return write_head(by, edition, {"gates": rows})


def remove_gate(*, by: Any, organisation: Organisation | None, edition_id: int, key: str) -> Event | None:
    """Take a gate away; refuses while an example names it. None where it is gone already."""
    with open_draft(organisation, edition_id) as edition:
        for one in edition.organisations or ():
            named = [g.get("gate") for n in simulator.EXPECTED for g in one.get(n) or ()]
            if key in named:
                msg = f"The example “{one['name']}” names this gate; change that first"
                raise RefusedError(msg)
        rows = [row for row in edition.gates or [] if row["key"] != key]
        return write_head(by, edition, {"gates": rows or None})


def _taken(edition: Edition) -> set[str]:
    return {row["key"] for row in edition.gates or ()}


def _refuse_unsound(edition: Edition, gates: list[Gate], at: int) -> None:
    stood = content.document(edition)
    document = stood | {"edition": stood["edition"] | {"gates": gates}}
    here = ("edition", "gates", at)
    cited = [(p[3:], c) for p, c in soundness.cited(document) if p[:3] == here]
    states = citing.look_up([cite for _, cite in cited], timezone.localdate())
    if unknown := [
        (path, f"{cite} is not in the legal index")
        for path, cite in cited
        if states[cite].state == CiteState.UNKNOWN
    ]:
        raise UnsoundError(unknown)
    try:
        refuse_worse(stood, document)
    except UnsoundError as error:
        within = [(p[3:], words) for p, words in error.faults if p[:3] == here]
        raise UnsoundError(within or [((), words) for _, words in error.faults]) from error
