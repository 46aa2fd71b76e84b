"""The table of a cache in the database, if a setting names one."""

from typing import Any

from django.core.management import call_command


def keep(using: str = "default", **_: Any) -> None:
    """Make the table after a migration, if a setting names one and it does not exist yet."""
    call_command("createcachetable", database=using, verbosity=0)
