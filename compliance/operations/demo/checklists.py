"""The demo organisation's own checklist, in two editions."""

from typing import Any

from compliance.content.checklists.actions import store_checklist
from compliance.content.formats import own
from compliance.content.formats.plain import named_in
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.seeds.loader import BadSeeds, Fault


def store_edition(
    organisation: Organisation,
    by: User,
    checklist: dict[str, Any],
    edition: dict[str, Any],
) -> None:
    """Publish an edition that a demo file has in short; the one before retires.

    It is read as a file that is imported, so that it can go out and come in again.
    Raises ``BadSeeds``.
    """
    words = {name: edition[name] for name in ("number", "release_notes")}
    imported = checklist | {
        "edition": words | {"law_as_of": edition["law_as_of"].isoformat()},
        "subject": {"label": "Name of the supplier"},
        "sections": edition["sections"],
    }
    found = own.read(imported, named_in(imported))
    if found.document is None:
        raise BadSeeds([Fault(checklist["key"], None, str(it)) for it in found.faults])
    store_checklist(
        by=by,
        organisation=organisation,
        theme=found.theme,
        title=found.title,
        summary=found.summary,
        document=found.document,
    )
