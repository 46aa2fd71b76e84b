"""Words of fixed meaning in checklists."""

from enum import StrEnum

from compliance.ground.web.enums import LabelledStrEnum


class EditionStatus(LabelledStrEnum):
    """The life of an edition; published means frozen for ever, in review for a while."""

    DRAFT = "draft", "Draft"
    REVIEW = "review", "In review"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


UNPUBLISHED = (EditionStatus.DRAFT, EditionStatus.REVIEW)
"""Where an edition can still become another."""


class ChangeKind(LabelledStrEnum):
    """Possible differences between two editions of a question."""

    ADDED = "added", "New"
    REMOVED = "removed", "Removed"
    RETYPED = "retyped", "New type"
    CHOICES = "choices", "Choices changed"
    REWORDED = "reworded", "Reworded"
    RULE = "rule", "Rule changed"
    CITATION = "citation", "Citation changed"
    STARTS = "starts", "New date"
    WEIGHT = "weight", "Weight changed"
    LEVEL = "level", "Level changed"
    MOVED = "moved", "Moved"
    GUIDANCE = "guidance", "Guidance changed"
    TRANSLATED = "translated", "Retranslated"


class Travels(StrEnum):
    """The part of a related answer that may be taken over to a question."""

    ANSWER = "answer"
    PROOF = "proof"  # its note and evidence
    NOTHING = "nothing"


class Level(LabelledStrEnum):
    """Whether each assessment answers a section, or one for the whole organisation."""

    EACH = "", "Each assessment"
    ORGANISATION = "organisation", "Once for the organisation"


class QuestionKind(LabelledStrEnum):
    """The kind of value of an answer."""

    VERDICT = "verdict", "Verdict"
    STAGE = "stage", "Maturity stage"
    CHOICE = "choice", "Choice"
    CHOICES = "choices", "Several choices"
    NUMBER = "number", "Number"
    DATE = "date", "Date"
    TEXT = "text", "Text"


class Reading(LabelledStrEnum):
    """How the level of a group follows from its answers."""

    LOWEST = "lowest", "The lowest answer"
    MEAN = "mean", "The mean, beside the lowest answer"


class NoticeKind(LabelledStrEnum):
    """The kind of notice on the page about the content."""

    SOURCE = "source", "Source"
    OPEN = "open", "Open point"


class Verdict(LabelledStrEnum):
    """The answer in one word; ``UNANSWERED`` is its absence."""

    UNANSWERED = "unanswered", "Unanswered"
    MET = "met", "Met"
    PARTLY = "partly", "Partly"
    NOT_MET = "not_met", "Not met"
    NA = "na", "N/A"
