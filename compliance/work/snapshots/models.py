"""Content that somebody signed, kept under its hash."""

from django.db import models

from compliance.proof.audit.columns import Unproven


class Snapshot(models.Model):
    """The content of an assessment when it was signed: canonical JSON under its
    SHA-256.

    ``text`` is read by ``content_from``. ``rows`` are the rows behind it as
    canonical JSON (``rows_of``), for moving the assessment elsewhere.
    """

    content_hash = models.CharField(primary_key=True, max_length=64)
    text = models.TextField()
    rows = models.TextField(blank=True)

    in_trail = Unproven(
        "its key is the SHA-256 of its text; the event of each signature has that, and"
        " the SHA-256 of the rows. One that no signature names is not looked at"
    )

    def __str__(self) -> str:
        return self.content_hash
