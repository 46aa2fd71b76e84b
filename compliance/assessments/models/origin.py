"""Where an assessment was brought in from, and its trail there."""

from django.db import models

from compliance.assessments.models.assessment import Assessment
from compliance.organisations.models import Organisation, User


class Origin(models.Model):
    """That an assessment was brought in from a bundle; never changed.

    ``bundle_sha256`` is the hash of the bundle's list of hashes, ``content_hash`` that of
    what the assessment said when it came. ``stated`` holds what it says of things that
    stayed behind, as they were called there::

        {"organisation": name, "editions": {id: {"title", "theme": {"key", "name"}}},
         "people": {user id: name}, "numbers": {action id: number},
         "taken": {answer id: {"text", "verdict", "value"}},
         "earlier": {"told", "answers": {key: {"verdict", ..., "evidence": [id]}}} or None,
         "hands": {answer id: [user id]}, "signed": [revision], "seq": number}

    ``hands`` are those who answered there, ``signed`` the revisions that were signed there,
    and ``seq`` the event of the trail of here that tells of its coming.
    """

    assessment = models.OneToOneField(
        Assessment, models.PROTECT, related_name="brought_from"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    assessment_there = models.UUIDField()
    bundle_sha256 = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    stated = models.JSONField()
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "bundle_sha256"], name="origin_bundle_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} from {self.bundle_sha256[:8]}"


class OriginTrail(models.Model):
    """The trail of an assessment in one installation it was in before, oldest first.

    ``names`` tells people and answers that its events name by their ids there:
    ``{"people": {id: name}, "answers": {id: key}}``. ``proof`` shows that the
    events stand in the chain that ended at ``head_seq`` and ``head_hash``.
    """

    origin = models.ForeignKey(Origin, models.PROTECT, related_name="trails")
    position = models.PositiveIntegerField()
    organisation_there = models.UUIDField()
    assessment_there = models.UUIDField()
    organisation_name = models.CharField(max_length=120)
    head_seq = models.PositiveBigIntegerField()
    head_hash = models.CharField(max_length=64)
    names = models.JSONField()
    proof = models.JSONField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "position"], name="origin_trail_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_name} up to {self.head_seq}"


class OriginEvent(models.Model):
    """An event as it was recorded there: its fields, payload, salt and hashes.

    Of one that was erased ``rest`` is what was left of the payload.
    """

    trail = models.ForeignKey(OriginTrail, models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60)
    subject_label = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    scope_id = models.CharField(max_length=40, blank=True)
    payload = models.TextField()
    salt = models.CharField(max_length=32)
    payload_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    rest = models.TextField(null=True)  # noqa: DJ001 - as in Event

    class Meta:
        ordering = ["trail", "seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["trail", "seq"], name="origin_event_one_per_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"
