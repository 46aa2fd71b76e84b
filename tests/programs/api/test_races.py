"""Programs at the same moment: one answer, one key; nothing is lost and nothing doubled."""

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.test.utils import setup_test_environment
setup_test_environment()
from django.core.cache import cache
from django.db import connection
from compliance.proof.audit import verification
from compliance.models import Comment, Event
from tests.support.factories import make_assessment, make_cast
from tests.support.api_programs import Program

rounds, result = int(sys.argv[1]), {"conflicts": 0, "saved": 0, "comments": 0, "odd": []}
cast = make_cast()
con, otto = Program(cast.con, cast.acme), Program(cast.otto, cast.acme)

def at_once(*calls):
    def run(call):
        try:
            return call()
        finally:
            connection.close()
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))

for number in range(rounds):
    cache.clear()
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    path = f"/answers/{answer.pk}"
    replies = at_once(
        *(lambda one=one: one.patch(path, {"version": 0, "set": {"note": one.text}})
          for one in (con, otto))
    )
    statuses = sorted(reply.status_code for reply in replies)
    if statuses != [200, 409]:
        result["odd"].append(statuses)
    result["saved"] += statuses.count(200)
    result["conflicts"] += statuses.count(409)
    body, key = {"text": f"Said {number}."}, f"k{number}"
    replies = at_once(*[
        lambda: con.post(f"{path}/comments", body, Idempotency_Key=key) for _ in range(4)
    ])
    if {(r.status_code, r.content) for r in replies} != {(201, replies[0].content)}:
        result["odd"].append([r.status_code for r in replies])
result["comments"] = Comment.objects.count()
result["refused"] = Event.objects.filter(action="answer.refused").count()
result["fault"] = str(verification.verify(cast.acme.pk) or "")
print(json.dumps(result))
"""


@pytest.mark.parametrize("rounds", [4, pytest.param(40, marks=pytest.mark.long)])
def test_two_programs_lose_and_double_nothing(race, rounds):
    result = race(PROGRAM, rounds)
    assert result["odd"] == []
    assert result["saved"] == result["conflicts"] == result["refused"] == rounds
    assert result["comments"] == rounds
    assert result["fault"] == ""
