"""An address that has an account costs as much work as one that has none.

Seconds differ with the machine, so the work is counted: calls of functions, and passwords
hashed. A person who measures replies learns nothing that is not in these.
"""

import sys
from collections import Counter

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from compliance.models import User
from tests.support import factories
from tests.support.mail_queue import send_queued

NEAR = 0.1
"""A tenth: less than any network hides."""
ROUNDS = 2


@pytest.fixture
def people(cast):
    """Address by what is known of it."""
    without, closed = (factories.make_user(name, f"{name}@example.org") for name in ("byprovider", "closed"))
    User.objects.filter(pk=without.pk).update(password=hashers.make_password(None))
    User.objects.filter(pk=closed.pk).update(is_active=False)
    return {
        "known": cast.con.email,
        "without a password": without.email,
        "closed": closed.email,
        "unknown": "nobody@example.org",
    }


def work_of(act, hasher):
    """How many functions ran, and how often a password was hashed."""
    counts = Counter()

    def count(_frame, event, _arg):
        counts[event] += 1

    hashed = hasher.encode
    hasher.encode = lambda *args, **more: counts.update(hashes=1) or hashed(*args, **more)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
        del hasher.encode
    return counts["call"] + counts["c_call"], counts["hashes"]


def measured(people, act, hasher):
    """The lesser of two rounds: a first call may fill what is kept of code and rules."""
    act("warm@example.org")
    rounds = []
    for _ in range(ROUNDS):
        rounds.append({})
        for what, email in people.items():
            cache.clear()
            rounds[-1][what] = work_of(lambda email=email: act(email), hasher)
    return {what: min(one[what] for one in rounds) for what in people}


def differences(found):
    """The replies that stand out against an address without an account."""
    calls, hashes = found["unknown"]
    return {
        what: one for what, one in found.items() if abs(one[0] - calls) > NEAR * calls or one[1] != hashes
    }


@pytest.fixture
def hasher(monkeypatch):
    one = hashers.get_hasher()
    monkeypatch.setattr(hashers, "get_hashers", lambda: [one])
    return one


def test_reset_costs_the_same_for_every_address(people, hasher):
    def ask(email):
        reply = Client().post(reverse("account_reset_password"), {"email": email})
        assert reply.status_code == 302

    found = measured(people, ask, hasher)
    assert differences(found) == {}
    assert {hashes for _, hashes in found.values()} == {0}
    assert len(send_queued()) == ROUNDS * len(people) + 1


def test_wrong_password_costs_the_same_for_every_address(people, hasher):
    def try_it(email):
        form = {"login": email, "password": "not the password"}
        assert Client().post(reverse("account_login"), form).status_code == 422

    found = measured(people, try_it, hasher)
    assert differences(found) == {}
    assert {hashes for _, hashes in found.values()} == {1}


def test_measure_sees_work_that_only_some_addresses_cost(people, hasher, monkeypatch):
    """Else the two tests above could not fail."""
    real = hashers.make_password

    def ask(email):
        if User.objects.filter(email=email).exists():
            real("x", hasher=hasher)

    assert set(differences(measured(people, ask, hasher))) == {
        "known",
        "without a password",
        "closed",
    }
