"""One signature sent twice at once; a database in memory has one connection."""

import threading
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from compliance.identity.accounts.actions import remove_passkey
from compliance.identity.organisations import recognition
from compliance.models import AccessPolicy
from tests.support import device
from tests.support.races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]
TO = "/o/acme/somewhere/"


@pytest.mark.parametrize("is_counting", [True, False])
def test_one_signature_is_taken_once(is_counting, cast, sign_in, settings):
    cache.clear()
    settings.URL = device.ORIGIN
    ada = sign_in(cast.ada)
    made = device.add(ada)
    made.count = 0 if is_counting else -1
    said = device.signed_for(ada, made, TO)
    session, outcomes, gate = ada.session.session_key, [], threading.Barrier(4)

    def use():
        gate.wait()
        try:
            outcomes.append(recognition.recognise(by=cast.ada, session=session, purpose=TO, said=said))
        except ValidationError as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Authenticator) for one in outcomes) == 1
    refusals = [one for one in outcomes if isinstance(one, ValidationError)]
    assert all("already used" in one.messages[0] for one in refusals)
    assert len(refusals) == 3


def test_last_factor_stays_when_two_are_removed_at_once(cast, sign_in, settings):
    """Each was the one that would be left of the other."""
    cache.clear()
    settings.URL = device.ORIGIN
    ada = sign_in(cast.ada)
    for name in ("One", "Two"):
        device.add(ada, name)
    AccessPolicy.objects.create(organisation=cast.acme, second_factor_from=timezone.localdate())
    outcomes = at_once(*[partial(remove_passkey, by=cast.ada, passkey=key) for key in cast.ada.passkeys])
    assert cast.ada.passkeys.count() == 1
    assert sum(isinstance(one, ValidationError) for one in outcomes) == 1
