"""Calls that programs may send again."""

from django.db import models

from compliance.identity.tokens.models import Token
from compliance.proof.audit.columns import Unproven


class Call(models.Model):
    """A call with an idempotency key, and the reply it got.

    ``status`` is 0 while an upload still goes on. Once its reply is forgotten the row has
    another one, that of a repeated call, and a digest for its key. A day later it is gone.
    """

    token = models.ForeignKey(Token, models.CASCADE, related_name="calls")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    made_at = models.DateTimeField(db_index=True)

    in_trail = Unproven(
        "the reply to a call of a program, kept a day to say it again; whatever the call"
        " changed is in its own events"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="call_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.token_id}"
