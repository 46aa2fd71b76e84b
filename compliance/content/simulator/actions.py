"""The examples of a draft: organisations with what the law asks of them."""

from typing import Any

from django.utils.text import slugify

from compliance.content.checklists import content
from compliance.content.checklists.limits import MOST_ORGANISATIONS
from compliance.content.checklists.recording import (
    free_key,
    just_added,
    open_draft,
    refuse_worse,
)
from compliance.content.editor.actions import write_head
from compliance.content.editor.marks import mark_of
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError

Example = dict[str, Any]


def save_organisation(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    key: str,
    seen: str,
    values: Example,
) -> Event | None:
    """Write an example; a new one without a key. None when all stood so.

    ``seen`` is the ``mark_of`` the example as the page showed it. Raises ``StaleError``
    where it is another one by now, ``RefusedError`` for facts and questions that nobody
    asks.
    """
    with open_draft(organisation, edition_id) as edition:
        rows = list(edition.organisations or [])
        at = next((n for n, row in enumerate(rows) if row["key"] == key), None)
        if at is not None and rows[at] == {"key": key} | values:
            return None
        if key and (at is None or mark_of(rows[at]) != seen):
            raise StaleError
        if at is None:
            if made := just_added(by, edition, "organisations", values):
                return made
            if len(rows) >= MOST_ORGANISATIONS:
                msg = f"An edition keeps at most {MOST_ORGANISATIONS} examples"
                raise RefusedError(msg)
            taken = {row["key"] for row in rows}
            key = free_key(slugify(values["name"])[:34] or "example", taken)
            rows.append({"key": key} | values)
        else:
            rows[at] = {"key": key} | values
        stood = content.document(edition)
        head = stood["edition"] | {"organisations": rows}
        refuse_worse(stood, stood | {"edition": head})
        return write_head(by, edition, {"organisations": rows})


def remove_organisation(
    *, by: Any, organisation: Organisation | None, edition_id: int, key: str
) -> Event | None:
    """Keep an example no more; None where it is gone already."""
    with open_draft(organisation, edition_id) as edition:
        rows = [row for row in edition.organisations or [] if row["key"] != key]
        return write_head(by, edition, {"organisations": rows or None})
