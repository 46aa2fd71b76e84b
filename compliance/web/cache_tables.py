"""The table of a cache in the database, where a setting names one."""

from typing import Any

from django.core.management import call_command


def keep(using: str = "default", **_: Any) -> None:
    """Make it after a migration; where it stands, and where none is named, do nothing."""
    call_command("createcachetable", database=using, verbosity=0)
