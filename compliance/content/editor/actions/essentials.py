"""The short path of a draft: what a small organisation begins with."""

from typing import Any

from compliance.content.checklists import content
from compliance.content.checklists.models import Edition
from compliance.content.checklists.recording import open_draft, refuse_worse
from compliance.content.editor.actions.head import differing, write_head
from compliance.content.editor.marks import mark_of
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import StaleError


def save_essentials(
    *,
    by: Any,
    organisation: Organisation | None,
    edition_id: int,
    seen: str,
    values: dict[str, Any] | None,
) -> Event | None:
    """Write the short path, or take it away with None. None when all stood so.

    ``seen`` is the ``mark_of`` the one that the page showed. Raises ``StaleError`` where
    it is another by now, ``UnsoundError`` for a rule or a question that cannot be relied
    on.
    """
    with open_draft(organisation, edition_id) as edition:
        if not differing(edition, {"essentials": values}):
            return None
        if mark_of(edition.essentials) != seen:
            raise StaleError
        if values is not None:
            _refuse_unsound(edition, values)
        return write_head(by, edition, {"essentials": values})


def _refuse_unsound(edition: Edition, values: dict[str, Any]) -> None:
    stood = content.document(edition)
    refuse_worse(stood, stood | {"edition": stood["edition"] | {"essentials": values}})
