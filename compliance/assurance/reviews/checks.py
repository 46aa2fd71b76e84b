"""Checks of answers by reviewers, and whether they still hold. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from compliance.assurance.reviews.choices import CheckResult
from compliance.proof.audit.chain import canonical, digest
from compliance.work.assessments.answer_fields import ANSWERING
from compliance.work.snapshots.content import Line, Proof


@dataclass(frozen=True, slots=True)
class Checked:
    """One look at an answer; ``seen`` is the ``seen_of`` it had then."""

    seen: str
    result: str
    reason: str
    by_id: int
    by: str
    at: datetime
    is_here: bool = True
    """False for a look in a bundle by a name that no member answers for."""

    @property
    def counts(self) -> bool:
        """Whether it counts for the answer: a yes from elsewhere does not."""
        return self.is_here or self.result == CheckResult.RETURNED


Checks = Mapping[str, Sequence[Checked]]
"""Question key to the looks at its answer, oldest first."""

Preparers = Mapping[str, frozenset[int]]
"""Question key to the ids of those who answered it."""

_SAID = ("key", "title", "text", "applies", "binds_from", *ANSWERING, "na_by")
_PROOF = (
    "title",
    "file_name",
    "url",
    "document_on",
    "covers_from",
    "covers_to",
    "expires_on",
    "sha256",
)


def seen_of(line: Line) -> str:
    """SHA-256 of what a reviewer looks at: question, answer, reason and evidence.

    Comments, actions, owner and due date are beside it: they undo no check.
    """
    said = {name: line.value_of(name) for name in _SAID}
    return digest(canonical(said | {"proofs": [_proof(one) for one in line.proofs]}))


def seen_together(lines: Iterable[Line]) -> str:
    """SHA-256 of what a reviewer looks at in some lines."""
    return digest(canonical([seen_of(line) for line in lines]))


def _proof(proof: Proof) -> dict[str, object]:
    return {name: getattr(proof, name) for name in _PROOF}


def last_of(line: Line, checks: Checks) -> Checked | None:
    """The newest look at an answer as it stands; None when nobody looked at that."""
    looks = checks.get(line.key, ())
    if not looks:
        return None
    seen = seen_of(line)
    return next((one for one in reversed(looks) if one.seen == seen and one.counts), None)


def is_covered(line: Line, checks: Checks, signer_id: int) -> bool:
    """Whether someone other than the signer accepted the answer as it stands."""
    last = last_of(line, checks)
    if last is None or last.result != CheckResult.ACCEPTED:
        return False
    seen = seen_of(line)
    return any(
        one.result == CheckResult.ACCEPTED and one.seen == seen and one.is_here and one.by_id != signer_id
        for one in checks[line.key]
    )
