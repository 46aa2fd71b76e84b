"""Sessions are read by a statement of ours, and are in all else Django's."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from compliance.ground.web.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    made = db.SessionStore()
    made["who"] = "Ada"
    made.save()
    return made.session_key


def test_session_is_read_in_one_statement(key, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert SessionStore(key)["who"] == "Ada"


def test_session_that_has_run_out_or_never_was_is_empty_under_a_new_key(key):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    for asked in (key, "x" * 32, None):
        found = SessionStore(asked)
        assert dict(found.items()) == {}
        assert found.session_key is None


def test_session_that_somebody_wrote_without_the_key_of_the_installation_is_empty(key):
    forged = db.SessionStore(key)
    with_another_key = forged.encode({"who": "Eve"})
    head, _, _ = with_another_key.rpartition(":")
    Session.objects.update(session_data=f"{head}:x")
    assert dict(SessionStore(key).items()) == {}
