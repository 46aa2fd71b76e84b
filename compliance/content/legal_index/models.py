"""Instruments and their provisions."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from compliance.content.legal_index.choices import Force, ProvisionStatus
from compliance.proof.audit.columns import Proven


class Instrument(models.Model):
    """A regulation, directive, standard or framework; ``force`` says whether it binds.

    ``fines`` are upper limits of the law, see ``fines.py``. ``seen_on`` is the day on which
    someone last looked whether its entries still stand, such as guidelines and judgments.
    """

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    title = models.TextField()
    official_id = models.CharField(max_length=60, blank=True)
    url = models.URLField(max_length=300)
    force = models.CharField(max_length=20, choices=Force.choices, default=Force.LAW)
    fines = models.JSONField(default=list)
    seen_on = models.DateField(null=True)

    in_trail = Proven("")

    def __str__(self) -> str:
        return self.name


def stands_as(status: str, day: date, path: str = "") -> Q:
    """Whether a provision has a status on a day: see ``Provision.status_on``.

    ``path`` leads from the row to the provision.
    """
    later, in_force = ProvisionStatus.APPLIES_LATER, ProvisionStatus.IN_FORCE
    has_come = Q(**{f"{path}status": later, f"{path}applies_from__lte": day})
    found = Q(**{f"{path}status": status})
    if status == in_force:
        return found | has_come
    return found & ~has_come if status == later else found


class Provision(models.Model):
    """One citable place in an instrument.

    ``status`` is that of the day on which it was written: see ``status_on``.
    ``amended_at`` says that an editor changed it on screen: what a legal index says of
    it does not count until the editor lets it count again. ``changed_at`` is the moment
    of the last event that changed what is law: status, day or successor.
    """

    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="provisions")
    cite = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    url = models.URLField(max_length=300)
    applies_from = models.DateField()
    status = models.CharField(max_length=20, choices=ProvisionStatus.choices)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    position = models.PositiveIntegerField()
    amended_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    in_trail = Proven("")

    class Meta:
        ordering = ["instrument_id", "position"]

    def __str__(self) -> str:
        return self.cite

    def status_on(self, day: date) -> ProvisionStatus:
        """The status on a day: what applies later is in force once its day has come."""
        status = ProvisionStatus(self.status)
        has_come = self.applies_from <= day
        is_later = status == ProvisionStatus.APPLIES_LATER
        return ProvisionStatus.IN_FORCE if is_later and has_come else status

    @property
    def status_word(self) -> str:
        """Its status today, in words."""
        return str(self.status_on(timezone.localdate()).label)
