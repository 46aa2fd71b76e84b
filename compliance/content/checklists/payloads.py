"""Payloads of events about checklists."""

from typing import Any, Required

from compliance.content.checklists import content
from compliance.proof.audit.payloads import Day, Hash, Part, Sending, Side, Words, side


class Checklist(Side, total=False):
    """The words of a checklist."""

    key: str
    title: Words
    summary: Words
    theme_id: int | None


class Cloned(Checklist, total=False):
    """A copy of an edition, as the first draft of an organisation's own checklist."""

    cloned_from: Required[str]
    content_hash: Required[Hash]
    number: Required[str]


class Drafted(Side, total=False):
    """The next draft, and the number of the edition that it began as."""

    number: Required[str]
    based_on: Required[str]


class Imported(Checklist, total=False):
    """An edition that came as a file, and how many questions it asks."""

    number: Required[str]
    content_hash: Required[Hash]
    questions: int


Edition = side(
    "Edition",
    dict.fromkeys((*content.EDITION, *content.EDITION_ALSO), Part)
    | {"number": str, "law_as_of": Day, "language": str}
    | {"translations": Part, "extra": Part},
)
"""The fields of an edition itself."""


class Status(Side, total=False):
    """The state of an edition; of a new one there was none."""

    status: str


class SentBack(Status, total=False):
    """Why an edition is a draft again."""

    reason: Required[Words]


class Sent(Status, total=False):
    """The number of an edition that someone else shall publish."""

    number: Required[str]


class Published(Sent, total=False):
    """An edition that is final; ``alone``: nobody else could have published it."""

    content_hash: Required[Hash]
    sent_by: int | None
    alone: bool
    from_bundle: bool


class Retired(Status, total=False):
    """Why an edition is on offer no more, and whether another took its place."""

    number: str
    reason: Words
    followed: bool
    content_hash: Hash
    from_bundle: bool


class Draft(Side, total=False):
    """A draft that was thrown away, with the keys of its questions."""

    number: Required[str]
    checklist: Required[str]
    title: Required[Words]
    questions: Required[list[str]]
    content_hash: Required[Hash]


class Discarded(Side, total=False):
    """Whether the checklist went with its only draft, or stands on an earlier edition of
    its original again."""

    checklist_discarded: bool
    cloned_from: str


class Replaced(Side, total=False):
    """Question to the texts that were replaced."""

    questions: Required[dict[str, dict[str, Part]]]


class Replacement(Replaced, total=False):
    """The words that were looked for, and those in their place."""

    find: Required[Words]
    put: Required[Words]


class Based(Side, total=False):
    """The edition of the original that a draft rests on, and what differs by that."""

    cloned_from: Required[str]
    parts: Part


class Merged(Based, total=False):
    """The keys of parts that were taken from the original, and those that stayed."""

    theirs: Required[list[str]]
    ours: Required[list[str]]


_PLACE: dict[str, Any] = {
    "translations": Part,
    "position": int,
    "version": int,
}
Section = side(
    "Section",
    dict.fromkeys((*content.SECTION, *content.SECTION_ALSO), Part) | {"sending": Sending} | _PLACE,
)
"""A section, or what changed of it; with its place where it was removed."""
Fact = side("Fact", dict.fromkeys((*content.FACT, *content.FACT_ALSO), Part) | _PLACE)
"""A fact, or what changed of it; with its place where it was removed."""
Question = side(
    "Question",
    dict.fromkeys((*content.QUESTION, *content.QUESTION_ALSO), Part)
    | {"choices": Part, "cites": list[str], "extra": Part, "source": str}
    | {"section": str, "behind": str, "copied_from": str}
    | {"sending": Sending}
    | _PLACE,
)
"""A question, or what changed of it; with its place where it was removed."""


class Theme(Side, total=False):
    """A theme of the library."""

    key: str
    name: Words
    position: int


class Relation(Side, total=False):
    """Differences of a relation between two questions."""

    a: str
    b: str
    relation: str
    words: Words
    back: Words
    reason: Words


class OldCrosswalk(Side, total=False):
    """Code to the relation that was there, or to what differed of it."""

    rows: dict[str, Relation]


class NewCrosswalk(OldCrosswalk, total=False):
    """Code to what differs now, and the codes that are new."""

    added: Required[list[str]]


class Related(Side, total=False):
    """How many relations came, and the first of them in words."""

    added: Required[int]
    first: Required[Words]


class Notice(Side, total=False):
    """Differences of a notice."""

    text: Words
    url: Words
    position: int
    checked_on: Day | None


class OldNotices(Side, total=False):
    """Title to the notice that was there, or to what differed of it."""

    rows: dict[str, Notice]


class NewNotices(OldNotices, total=False):
    """Title to what differs now, and the titles that are new."""

    added: Required[list[str]]


class Frameworks(Side, total=False):
    """The keys of the frameworks, and how many questions their clauses lead to."""

    frameworks: Required[list[str]]
    mappings: Required[int]
    sha256: Required[Hash]
