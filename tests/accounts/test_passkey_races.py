"""One signature sent twice at once; a database in memory has one connection."""

import threading

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection

from compliance.organisations import recognition
from tests import device

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]
TO = "/o/acme/somewhere/"


@pytest.mark.parametrize("is_counting", [True, False])
def test_one_signature_is_taken_once(is_counting, cast, sign_in, settings):
    if connection.vendor == "sqlite":
        pytest.skip("a database in memory has one connection")
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
            outcomes.append(
                recognition.recognise(
                    by=cast.ada, session=session, purpose=TO, said=said
                )
            )
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
