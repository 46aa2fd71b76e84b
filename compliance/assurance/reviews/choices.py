"""Words of fixed meaning in reviews."""

from django.db import models


class CheckResult(models.TextChoices):
    """A reviewer's result for one answer."""

    ACCEPTED = "accepted", "Accepted"
    RETURNED = "returned", "Returned"


class ReviewEnd(models.TextChoices):
    """How a review ended; empty while it goes on."""

    RETURNED = "returned", "Returned for changes"
    SIGNED = "signed", "Signed"


class Decision(models.TextChoices):
    """The second person's decision on a reopening; empty while it waits."""

    APPROVED = "approved", "Reopened"
    DECLINED = "declined", "Declined"


class Why(models.TextChoices):
    """Why an answer belongs to what a reviewer checks first, by risk."""

    NOT_MET = "not-met", "Not met"
    NA = "na", "Not applicable, decided by a person"
    NO_EVIDENCE = "no-evidence", "Met or partly, without evidence"
    CHANGED = "changed", "Changed since the last signature"
    WEIGHT = "weight", "Weight 5"
