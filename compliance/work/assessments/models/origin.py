"""The origin of an imported assessment, and its trail there."""

from django.db import models
from django.db.models import Q

from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import Compared, Proven
from compliance.work.assessments.models.assessment import Assessment


class Origin(models.Model):
    """An import of an assessment from a bundle; never changed.

    ``bundle_sha256`` is the hash of the bundle's list of hashes, ``content_hash`` that of
    what the assessment said when it came. ``stated`` holds what it says of things that
    stayed behind, as they were called there::

        {"organisation": name, "editions": {id: {"title", "theme": {"key", "name"}}},
         "people": {user id: name}, "numbers": {action id: number},
         "taken": {answer id: {"text", "verdict", "value"}},
         "earlier": {"told", "answers": {key: {"verdict", ..., "evidence": [id]}}} or None,
         "hands": {answer id: [user id]}, "outside": [answer id], "signed": [revision],
         "seq": number}

    ``hands`` are those who answered there, ``outside`` the answers that came saying
    something, ``signed`` the revisions that were signed there, and ``seq`` the event of
    the trail of here that records its import.
    """

    assessment = models.OneToOneField(Assessment, models.PROTECT, related_name="brought_from")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    assessment_there = models.UUIDField()
    bundle_sha256 = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    stated = models.JSONField()
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "bundle_sha256"], name="origin_bundle_once"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} from {self.bundle_sha256[:8]}"


class NamesakeSaid(models.TextChoices):
    """Whether a name in a bundle is a member here."""

    WAITS = "", "Waits for their yes"
    YES = "yes", "Said yes"
    NO = "no", "Said no"
    KNOWN = "known", "Known from the trail of this installation"


VOUCHED = (NamesakeSaid.YES, NamesakeSaid.KNOWN)


class NamesakeQuerySet(models.QuerySet["Namesake"]):
    """Names in bundles."""

    def vouched(self) -> "NamesakeQuerySet":
        """Those of which it is certain who they are."""
        return self.filter(said__in=VOUCHED)


class Namesake(models.Model):
    """A person of a bundle: the account that only has the name, and who that may be.

    ``member`` is the person that the importer chose, or None. The choice counts from
    that person's own yes on. A bundle that this installation wrote leaves no
    choice: its trail knows who it was.
    """

    origin = models.ForeignKey(Origin, models.PROTECT, related_name="namesakes")
    account = models.OneToOneField(User, models.PROTECT, related_name="namesake")
    member = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    said = models.CharField(max_length=5, choices=NamesakeSaid.choices, default="", blank=True)
    said_at = models.DateTimeField(null=True)

    objects = NamesakeQuerySet.as_manager()

    in_trail = Proven("origin__organisation_id")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(said="") | Q(member__isnull=False),
                name="namesake_said_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(said="", said_at=None) | ~Q(said="") & Q(said_at__isnull=False),
                name="namesake_said_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} as {self.member}"

    @property
    def is_vouched(self) -> bool:
        """Whether this member is certain."""
        return self.said in VOUCHED


class OriginTrail(models.Model):
    """The trail of an assessment in one installation it was in before, oldest first.

    ``names`` has names for the ids there by which its events call people and answers:
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

    in_trail = Proven("origin__organisation_id")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "position"], name="origin_trail_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_name} up to {self.head_seq}"


class OriginEvent(models.Model):
    """An event as it was recorded there: its fields, payload, salts and hashes."""

    trail = models.ForeignKey(OriginTrail, models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=60)
    subject_label = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    scope_id = models.CharField(max_length=40, blank=True)
    payload = models.TextField()
    salts = models.TextField()
    payload_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    in_trail = Compared(
        "a chain of its own: each column but its `id` is under its hash, and its head is proven"
    )

    class Meta:
        ordering = ["trail", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["trail", "seq"], name="origin_event_one_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"

    @property
    def is_erased(self) -> bool:
        """Whether a text of it was erased."""
        return "=" in self.salts
