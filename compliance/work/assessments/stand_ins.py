"""The answer of another assessment that replaces one here. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from compliance.work.assessments.choices import OPEN, Verdict
from compliance.work.assessments.scoring import Tally, tally

NOT_ASKED = "Not asked there"
NOT_APPLYING = "Does not apply there"


@dataclass(frozen=True, slots=True)
class StandIn:
    """The other assessment's answer to a question.

    ``verdict`` is "" where it has none: ``missing`` says then that it does not ask the
    question, or that it does not apply there, for the ``reason``. ``evidence`` holds the
    hashes of files and the addresses of links.
    """

    verdict: str
    missing: str
    value: str
    reason: str
    evidence: tuple[str, ...]
    answered_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it still wants an answer there, or is not asked there at all."""
        return self.verdict in OPEN or self.missing == NOT_ASKED

    @property
    def is_ruled_out(self) -> bool:
        """Whether the question does not apply there."""
        return self.missing == NOT_APPLYING

    @property
    def verdict_word(self) -> str:
        """The verdict in a word, or why there is none."""
        return str(Verdict(self.verdict).label) if self.verdict else self.missing


def not_asked() -> StandIn:
    """The entry for a question that the other assessment does not ask."""
    return StandIn("", NOT_ASKED, "", "", (), None)


def counted(found: Iterable[StandIn]) -> Tally:
    """Counts of what applies there; a question that is not asked there is unanswered."""
    verdicts = (
        Verdict.UNANSWERED if one.missing == NOT_ASKED else one.verdict
        for one in found
        if not one.is_ruled_out
    )
    return tally((str(verdict), 1) for verdict in verdicts)
