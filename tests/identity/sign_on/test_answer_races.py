"""One answer brought twice at once; a database in memory has one connection."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from compliance.identity.sign_on import actions
from compliance.identity.sign_on.protocols import OneTimeAnswer

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]


def test_one_answer_lets_one_in(cast):
    once = OneTimeAnswer("a" * 64, timezone.now() + timedelta(minutes=5))
    outcomes, gate = [], threading.Barrier(4)

    def use():
        gate.wait()
        try:
            outcomes.append(actions.use_up(organisation=cast.acme, once=once))
        except ValidationError as error:
            outcomes.append(error.messages[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(None) == 1
    refusals = [one for one in outcomes if one]
    assert len(refusals) == 3
    assert all("was used already" in one for one in refusals)
