"""Reading by a program: the same rows, the same walls."""

import base64
import json

import pytest

from compliance.models import AccessPolicy, Event
from tests.support import factories
from tests.support.api_programs import Program
from tests.support.resting_assessments import resting


@pytest.fixture
def own(cast):
    return factories.make_assessment(cast.acme, cast.ada)


def test_token_says_what_it_opens(cast):
    found = Program(cast.con, cast.acme, ["answer"]).get("/organisation").json()
    assert found["slug"] == "acme"
    assert found["token"]["scopes"] == ["answer", "view"]
    assert found["token"]["acts_for"]["name"] == "Con Tributor"


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer é"])
def test_without_a_token_nothing_opens(given, client, cast, own):
    headers = {"Authorization": given} if given else {}
    client.force_login(cast.ada)
    reply = client.get(f"/api/v1/assessments/{own.pk}", headers=headers)
    assert reply.status_code == 401
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_assessment_says_where_the_answers_stand_that_wait_in_it(cast):
    whole, here = resting(cast.acme, cast.ada)
    program = Program(cast.rob, cast.acme)
    found = program.get(f"/assessments/{here.pk}").json()
    assert (found["rests"], found["rests_on"]) == (True, str(whole.pk))
    items = program.get(f"/assessments/{here.pk}/answers").json()["items"]
    assert [one["applies"] for one in items] == [False, False, True, True]
    found = program.get(f"/assessments/{whole.pk}").json()
    assert (found["rests"], found["rests_on"]) == (False, None)


def test_lists_come_in_pages(cast):
    for _ in range(5):
        factories.make_assessment(cast.acme, cast.ada)
    program, seen, cursor = Program(cast.rob, cast.acme), [], ""
    while cursor is not None:
        page = program.get(f"/assessments?limit=2&cursor={cursor}").json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 5
    newest = cast.acme.assessments.order_by("-started_at", "pk")
    assert seen == [str(pk) for pk in newest.values_list("pk", flat=True)]


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_cursor_of_a_day_beyond_the_calendar_is_refused(day, cast, own):
    said = json.dumps(["-started_at,pk", day, str(own.pk)])
    cursor = base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")
    reply = Program(cast.rob, cast.acme).get(f"/assessments?cursor={cursor}")
    assert reply.status_code == 422
    assert reply.json()["faults"][0]["at"] == "query.cursor"


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "W10", "a" * 401, "bnVsbA"])
def test_cursor_of_another_list_is_refused(cursor, cast, own):
    reply = Program(cast.rob, cast.acme).get(f"/assessments?cursor={cursor}")
    assert reply.status_code == 422
    assert reply.json()["faults"][0]["at"] == "query.cursor"


def test_reply_that_is_known_is_not_sent_again(cast, own):
    program = Program(cast.rob, cast.acme)
    first = program.get(f"/assessments/{own.pk}")
    again = program.get(f"/assessments/{own.pk}", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_everything_of_an_assessment_can_be_read(cast, own):
    program = Program(cast.ada, cast.acme)
    path = f"/assessments/{own.pk}"
    assert program.get(path).json()["law"]["total"] == 3
    answers = program.get(f"{path}/answers").json()["items"]
    assert [one["question"]["key"] for one in answers] == ["Q1", "Q2", "Q3"]
    assert program.get(f"/answers/{answers[0]['id']}").json() == answers[0]
    assert program.get(f"{path}/facts").json() == {"facts": {}}
    assert program.get(f"{path}/result").json()["figures"]
    assert program.get(f"{path}/reviews").json() == {"reviews": [], "signatures": []}
    edition = f"/editions/{own.edition_id}"
    assert program.get(edition).json()["number"] == "2026.1"
    asked = program.get(f"{edition}/questions").json()["items"]
    assert [one["key"] for one in asked] == ["Q1", "Q2", "Q3"]
    assert program.get(f"{edition}/facts").json()["items"][0]["key"] == "data"
    assert program.get("/checklists").json()["items"]
    assert len(program.get("/members").json()["items"]) == 6
    assert program.get("/search?q=Q1").json()["items"]


def test_trail_is_for_those_to_whom_the_policy_leaves_exports(cast, own):
    program = Program(cast.rev, cast.acme)
    whole = Program(cast.ada, cast.acme, ["trail"], is_of_organisation=True)
    AccessPolicy.objects.create(organisation=cast.acme, exports="owners")
    reply = program.get("/trail")
    assert reply.status_code == 403
    assert reply.json()["type"] == "urn:attest:problem:policy"
    assert Program(cast.ada, cast.acme).get("/trail").status_code == 200
    assert whole.get("/trail").status_code == 200


def test_trail_comes_with_proofs(cast, own):
    Program(cast.con, cast.acme)
    page = Program(cast.rev, cast.acme).get("/trail?limit=1").json()
    event = Event.objects.filter(organisation_id=cast.acme.pk).order_by("seq").first()
    assert page["events"][0]["hash"] == event.hash
    assert page["next"] == event.seq
    assert page["head"]["organisation"] == str(cast.acme.pk)


@pytest.mark.usefixtures("still")
def test_calls_are_counted_and_refused(cast, settings):
    settings.API_CALLS_PER_MINUTE = 2
    program = Program(cast.rob, cast.acme)
    first, _, third = (program.get("/organisation") for _ in range(3))
    assert first.headers["RateLimit"].startswith('"token";r=1;t=')
    assert third.status_code == 429
    assert 1 <= int(third.headers["Retry-After"]) <= 60
    assert third.headers["RateLimit-Policy"] == '"token";q=2;w=60'


@pytest.mark.usefixtures("still")
def test_tokens_of_an_organisation_share_its_calls_and_no_other_ones(cast, settings):
    settings.API_CALLS_PER_MINUTE_OF_ALL = 3
    one, two = (Program(person, cast.acme) for person in (cast.rob, cast.con))
    replies = [each.get("/organisation") for each in (one, two, one, two)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert replies[3].headers["RateLimit-Policy"] == '"organisation";q=3;w=60'
    assert replies[2].headers["RateLimit"].startswith('"organisation";r=0;t=')
    assert Program(cast.zoe, cast.other).get("/organisation").status_code == 200


@pytest.mark.usefixtures("still")
def test_token_that_used_up_its_calls_takes_none_from_others(cast, settings):
    settings.API_CALLS_PER_MINUTE, settings.API_CALLS_PER_MINUTE_OF_ALL = 2, 4
    one, two = (Program(person, cast.acme) for person in (cast.rob, cast.con))
    assert [one.get("/organisation").status_code for _ in range(9)][2:] == [429] * 7
    assert [two.get("/organisation").status_code for _ in range(2)] == [200, 200]


def test_guessing_tokens_is_slowed_down(client, cast, own):
    program = Program(cast.rob, cast.acme)
    statuses = {
        client.get("/api/v1/organisation", headers={"Authorization": f"Bearer {n}"}).status_code
        for n in range(70)
    }
    assert statuses == {401, 429}
    assert program.get("/organisation").status_code == 200


def test_misspelt_filter_does_not_answer_with_everything(cast):
    reply = Program(cast.rob, cast.acme).get("/evidence?limt=2")
    assert reply.status_code == 422
    assert reply.json()["faults"] == [{"at": "query.limt", "says": "There is no such parameter."}]
