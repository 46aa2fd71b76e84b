"""Fixtures of tests that call SCIM."""

import pytest
from django.core.cache import cache

from tests.programs.directory.calling import Calls, show


@pytest.fixture
def scim(cast):
    """The directory of Acme, which has shown ``acme.example``."""
    cache.clear()
    show(cast.ada, cast.acme)
    return Calls(cast.ada, cast.acme)
