"""The conditions of a signature, a line for each with its state. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.assurance.reviews.issue_links import Lead
from compliance.assurance.reviews.readiness import About, Level
from compliance.assurance.reviews.sampling import Sample
from compliance.ground.web.text import counted

FOUR_EYES = {About.OWN, About.OWN_FACTS}


@dataclass(frozen=True, slots=True)
class Condition:
    """One line: ``level`` says whether it is met, and ``url`` leads to what is left."""

    level: Level
    words: str
    url: str = ""

    @property
    def state(self) -> str:
        """The state in a word, for those who see no colour."""
        return _STATES[self.level]


_STATES = {Level.BLOCKS: "In the way", Level.WARNS: "Open", Level.GOOD: "Done"}


def conditions(leads: Sequence[Lead], sampled: Sample, check_url: str, *, signs: bool) -> list[Condition]:
    """Points solved, four eyes of whoever ``signs``, the sample, and the share asked for.

    The sample alone keeps nobody from signing. ``check_url`` is empty for people who
    check no answers.
    """
    apart = FOUR_EYES | {About.CHECKED}
    blocks = [lead for lead in leads if lead.point.blocks]
    left = [lead for lead in blocks if lead.point.about not in apart]
    found = []
    if left:
        words = f"{counted(len(left), 'point')} to solve"
        found.append(Condition(Level.BLOCKS, words, "#blocks"))
    elif not blocks:
        found.append(Condition(Level.GOOD, "Every point is solved"))
    if signs:
        own = [lead for lead in blocks if lead.point.about in FOUR_EYES]
        found += [Condition(Level.BLOCKS, one.point.title, one.url) for one in own]
        if not own:
            words = "Nothing that you prepared lacks a second reviewer"
            found.append(Condition(Level.GOOD, words))
    total = len(sampled.lines)
    words = f"{sampled.checked} of {total} of the sample checked"
    found.append(Condition(Level.WARNS, words, check_url) if sampled.left else Condition(Level.GOOD, words))
    found += [
        Condition(lead.point.level, lead.point.title, check_url and lead.url)
        for lead in leads
        if lead.point.about == About.CHECKED
    ]
    return found
