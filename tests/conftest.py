"""The cast, and clients that are signed in as one of it."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as examples

from tests.factories import make_cast

# How long an example takes says how busy the machine is, not what the code does.
examples.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
examples.load_profile("patient")


@pytest.fixture
def cast(db):
    """Everyone: ``cast.acme``, ``cast.ada``, ``cast.con`` and the rest."""
    return make_cast()


@pytest.fixture
def sign_in():
    """``sign_in(user)``: a client with that person's session."""

    def as_user(user):
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return as_user


@pytest.fixture
def committed(transactional_db):
    """A database in which commits are real; emptied afterwards, guarded rows too."""
    yield
    if connection.vendor != "sqlite":
        return  # TRUNCATE fires no row trigger
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        for _, sql in triggers:
            cursor.execute(sql)
