"""The look that an organisation gave its reports."""

import hashlib
from math import floor

from django.core.exceptions import ValidationError
from django.db import models

from compliance.ground.web.text import validate_line
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.columns import Proven
from compliance.reporting.letterhead.colours import LEAST, contrast, is_colour


def validate_colour(text: str) -> None:
    """Refuse a colour on which white text, or which on white, is hard to read."""
    if not is_colour(text):
        raise ValidationError("Give a colour as #1b2b45: six digits from 0 to f.")
    if contrast(text) < LEAST:
        less = floor(contrast(text) * 10) / 10  # rounded, 4.48 would read as enough
        msg = (
            f"White text on this colour has a contrast of {less} to 1;"
            f" {LEAST} to 1 is needed. Choose a darker one."
        )
        raise ValidationError(msg)


class Letterhead(models.Model):
    """The organisation's own look of its reports: no part of what anybody signs.

    ``mark`` stands in the place of "Confidential", ``footer`` at the foot of the cover;
    ``logo`` is a PNG in base64, as the sandbox wrote it.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="letterhead"
    )
    colour = models.CharField(max_length=7, default="#1b2b45")
    mark = models.CharField(max_length=40, blank=True, validators=[validate_line])
    footer = models.CharField(max_length=160, blank=True, validators=[validate_line])
    logo = models.TextField(blank=True)

    in_trail = Proven("organisation_id")

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.colour}"

    def clean(self) -> None:
        try:
            validate_colour(self.colour)
        except ValidationError as error:
            raise ValidationError({"colour": error}) from error

    @property
    def event_fields(self) -> dict[str, str]:
        """The values as an event names them: of the picture its SHA-256."""
        logo = hashlib.sha256(self.logo.encode()).hexdigest() if self.logo else ""
        return {
            "colour": self.colour,
            "mark": self.mark,
            "footer": self.footer,
            "logo": logo,
        }

    @property
    def version(self) -> str:
        """Changes with every value: by it a page knows that it is still right."""
        return hashlib.sha256(repr(sorted(self.event_fields.items())).encode()).hexdigest()
