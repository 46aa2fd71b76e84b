"""Shared parts of changes to evidence: words checked, values recorded in the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError

from compliance.content.evidence import storage
from compliance.content.evidence.models import Evidence
from compliance.ground.web.storage_errors import is_full


def refuse_wrong_words(evidence: Evidence) -> None:
    """The words and dates of a row. Link, file and versions have rules of their own."""
    own_rules = {
        "organisation",
        "added_by",
        "url",
        "sha256",
        "size_bytes",
        "replaces",
    }
    evidence.full_clean(exclude=own_rules)
    limit = Evidence._meta.get_field("url").max_length or 0
    if len(evidence.url) > limit:
        msg = f"The link has {len(evidence.url)} characters; {limit} fit."
        raise ValidationError({"url": msg}, code="max_length")


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Dates as text, as the trail keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


@contextmanager
def refuse_full_disk() -> Iterator[None]:
    """A database without space refuses with the same words as the file store."""
    try:
        yield
    except DatabaseError as error:
        if is_full(error):
            raise storage.full() from error
        raise
