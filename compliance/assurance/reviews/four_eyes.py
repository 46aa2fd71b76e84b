"""Four eyes: who prepared how much, and whether they may sign."""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.assurance.reviews.checks import is_covered
from compliance.assurance.reviews.queries import Desk
from compliance.identity.organisations.access import Permission, may
from compliance.identity.organisations.models import Organisation, User


@dataclass(frozen=True, slots=True)
class Preparer:
    """One person: answers they prepared, questions they ruled out by facts, and how many
    of both stand uncovered.
    """

    user: User
    prepared: int
    ruled_out: int
    uncovered: int
    may_sign: bool


def preparers_and_signers(desk: Desk, organisation: Organisation) -> Sequence[Preparer]:
    """Preparers, the busiest first; then people who may sign and prepared nothing."""
    lines = {line.key: line for line in desk.content.lines}
    found = []
    for member in organisation.memberships.with_people():
        keys = desk.prepared(member.user_id)
        signs = may(member, Permission.SIGN)
        if not keys and not signs:
            continue
        theirs = [lines[key] for key in keys]
        prepared = sum(line.applies for line in theirs)
        uncovered = sum(not is_covered(line, desk.checks, member.user_id) for line in theirs)
        found.append(Preparer(member.user, prepared, len(keys) - prepared, uncovered, signs))
    return sorted(found, key=lambda one: (-one.prepared, -one.ruled_out, one.user.name))
