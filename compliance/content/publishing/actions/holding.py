"""Holds a checklist still while one of its editions is published, retired or thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager

from compliance.content.checklists.recording import hold_checklist
from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.actions import hold_right
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.transaction import writing


@contextmanager
def held(by: User, organisation: Organisation | None, edition_id: int) -> Iterator[None]:
    """The checklist of an edition, locked before its editions, as whoever publishes does.

    Raises ``PermissionDenied`` for someone who may edit here no more.
    """
    with writing():
        hold_right(by, organisation, Permission.EDIT)
        hold_checklist(organisation, edition_id)
        yield
