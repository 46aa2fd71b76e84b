"""Presence in Redis, if the installation has one: opening a page then writes no row.

Each person has an entry of their own, which expires by itself, so nobody overwrites another.
While Redis is down, people see fewer others, and nothing else changes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.cache import cache


def is_used() -> bool:
    """Whether presence is in Redis, and not in its table."""
    return bool(settings.REDIS_URL)


def say(
    assessment_id: UUID,
    user_id: int,
    answer_id: int | None,
    at: datetime,
    lasts: timedelta,
) -> None:
    """Say that a person has an assessment open, and the row they are in."""
    cache.set(_key(assessment_id, user_id), (answer_id, at), lasts.total_seconds())


def forget(assessment_id: UUID, user_id: int, before: datetime) -> None:
    """Say that a person has left, unless they were heard of after that moment."""
    key = _key(assessment_id, user_id)
    found = cache.get(key)
    if found and found[1] < before:
        cache.delete(key)


def rows_of(assessment_id: UUID, user_ids: Iterable[int], since: datetime) -> dict[int, int | None]:
    """Those of some people who are there, and the row that each is in."""
    keys = {_key(assessment_id, user_id): user_id for user_id in user_ids}
    found = cache.get_many(list(keys))
    return {keys[key]: row for key, (row, at) in found.items() if at > since}


def _key(assessment_id: UUID, user_id: int) -> str:
    return f"here:{assessment_id}:{user_id}"
