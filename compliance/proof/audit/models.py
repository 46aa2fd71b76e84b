"""The rows of the trail. They are written by ``trail.record`` and by nobody else."""

import uuid

from django.conf import settings
from django.db import models

from compliance.proof.audit.columns import Compared, Unproven

LIBRARY = uuid.UUID(int=0)
"""The chain of what belongs to no organisation: shipped checklists and the law."""
PEOPLE = uuid.UUID(int=2**128 - 1)
"""The chain of accounts, since people are known to several organisations. The last in
order: chains are locked in the order of their ids."""


class ChainHead(models.Model):
    """Where a chain stands: locked while an event is added, moved on by the database.

    ``signed`` is the number of events in its newest checkpoint, whose file lies outside;
    None where none was made.
    """

    organisation_id = models.UUIDField(primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    signed = models.PositiveBigIntegerField(null=True)
    is_disposable = models.BooleanField(default=False)
    """The chain of a sample: Attest signs no checkpoint of it, and deletes it as a whole."""

    in_trail = Compared(
        "compared with the newest event, ``signed`` with the file of checkpoints, and"
        " ``is_disposable`` with whose sample the organisation is"
    )

    def __str__(self) -> str:
        return f"{self.organisation_id} at {self.seq}"


class Event(models.Model):
    """Something that happened: who, when, what, before and after.

    The chain covers ``payload_hash``, the root over the leaves of the payload (see
    ``leaves.py``), so that a text can be erased later and all the rest stays proven.
    """

    organisation_id = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    subject_label = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    scope_id = models.UUIDField(null=True)
    payload = models.TextField()
    salts = models.TextField()
    payload_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    in_trail = Compared(
        "the chain itself: each column is under its hash, but for the row's own `id`, on which nothing rests"
    )

    class Meta:
        ordering = ["organisation_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "seq"], name="event_one_per_place"),
        ]
        indexes = [
            models.Index(fields=["subject_label", "subject_id"], name="event_subject"),
            models.Index(fields=["scope_id", "seq"], name="event_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject_label} {self.subject_id}"

    @property
    def is_erased(self) -> bool:
        """Whether a text of it was erased."""
        return "=" in self.salts


class Deletion(models.Model):
    """An organisation that is being deleted, and the progress of its deletion.

    Its rows may go, frozen ones too. The database takes such a row only after the days of
    grace, or for a sample; it goes once the receipt is mailed. ``people`` has the accounts to
    erase if they are in no other organisation, and those of the owners. ``files`` is
    None until they are counted. ``stays`` is what a store of files keeps of them, "" until it is
    known. The trail says who asked.
    """

    organisation_id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=120)
    began_at = models.DateTimeField()
    people = models.JSONField()
    rows = models.PositiveBigIntegerField(default=0)
    files = models.PositiveIntegerField(null=True)
    stays = models.CharField(max_length=80, blank=True, default="", db_default="")
    receipt = models.TextField(blank=True)

    in_trail = Unproven(
        "the progress of a deletion; the trail of the organisation records that it began, and a"
        " signed receipt how it ended"
    )

    def __str__(self) -> str:
        return f"deletion of {self.organisation_id}"
