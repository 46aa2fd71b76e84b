"""Words of fixed meaning in assessments."""

from django.db import models


class Verdict(models.TextChoices):
    """The answer in one word; ``UNANSWERED`` is its absence.

    "Don't know" and "later" are answers of their own kind (product.md, "Filling in"):
    someone looked at the question, and it is still open.
    """

    UNANSWERED = "unanswered", "Unanswered"
    MET = "met", "Met"
    PARTLY = "partly", "Partly"
    NOT_MET = "not_met", "Not met"
    NA = "na", "N/A"
    DONT_KNOW = "dont_know", "Don't know"
    LATER = "later", "Later"


OPEN = frozenset({Verdict.UNANSWERED, Verdict.DONT_KNOW, Verdict.LATER})
"""Verdicts that leave a question open."""


class Again(models.TextChoices):
    """Why an answer has to be looked at again; empty when it has not."""

    CARRIED = "carried", "Carried over: confirm again"
    ACTION = "action", "Action closed: look again"
    EDITION = "edition", "Question changed: confirm again"
    RETURNED = "returned", "Returned by a reviewer: look again"


class Decision(models.TextChoices):
    """The fate of an answer whose question another edition asks in another way."""

    CARRY = "carry", "Carry over as it is"
    AGAIN = "again", "Confirm again"
    CONVERT = "convert", "Take it over in the new form, and confirm again"
    ANEW = "anew", "Answer in the new form, and confirm again"
    NOTE = "note", "Leave unanswered, keep the old answer as note"
    BLANK = "blank", "Leave unanswered"


class ActionStatus(models.TextChoices):
    """Where an action stands."""

    OPEN = "open", "Open"
    DOING = "doing", "In progress"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


class Priority(models.TextChoices):
    """How soon an action wants doing."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


CLOSED = (ActionStatus.DONE, ActionStatus.DROPPED)
"""Where nothing is left to do about an action."""


class ActionFilter(models.TextChoices):
    """Filters of the lists of actions."""

    OPEN = "open", "Open"
    MINE = "mine", "Mine"
    OVERDUE = "overdue", "Overdue"
    NOBODY = "no-owner", "No owner"
    CLOSED = "done", "Done or dropped"
    ALL = "all", "All"


class ActionSort(models.TextChoices):
    """Orders of the table of actions."""

    NUMBER = "number", "Action"
    OWNER = "owner", "Owner"
    DUE = "due", "Due"
    PRIORITY = "priority", "Priority"
    STATUS = "status", "Status"
    EFFORT = "effort", "Days"


class AssessmentStatus(models.TextChoices):
    """Where an assessment stands."""

    RUNNING = "running", "Running"
    REVIEW = "review", "In review"
    SIGNED = "signed", "Signed"
    ARCHIVED = "archived", "Archived"


TALKED = frozenset({AssessmentStatus.RUNNING, AssessmentStatus.REVIEW})
"""While people still talk about answers and confirm "not applicable"; those of
``RUNNING`` may change as well."""


NO_OWNER = "Choose a member of this organisation who may answer."
"""Said where a question or an action is given to anybody else."""


class ProposalState(models.TextChoices):
    """Where the proposal of a program stands."""

    OPEN = "open", "Open"
    USED = "used", "Used"
    SET_ASIDE = "set-aside", "Set aside"
    REPLACED = "replaced", "Replaced"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Filter(models.TextChoices):
    """Filters of the question list."""

    ALL = "all", "All"
    ESSENTIALS = "essentials", "Essentials"
    UNANSWERED = "unanswered", "Unanswered"
    MINE = "mine", "Mine"
    NOT_MET = "not-met", "Not met"
    BELOW = "rated-not-met", "Rated below"
    NO_EVIDENCE = "no-evidence", "No evidence"
    PROPOSED = "proposed", "Proposed"
    EXPIRED = "expired", "Evidence expired"
    OVERDUE = "overdue", "Overdue"
    DONT_KNOW = "dont-know", "Don't know"
    LATER = "later", "Later"
    TO_CONFIRM = "to-confirm", "N/A to confirm"
    AGAIN = "confirm-again", "Confirm again"
    CHANGED = "changed", "Since I looked"
    DIFFERENT = "different", "Changed since last time"
    LAW = "law-changed", "Law changed"
    AHEAD = "applies-later", "Applies later"
    ELSEWHERE = "elsewhere", "Asked elsewhere"
    NOT_APPLYING = "does-not-apply", "Does not apply"
