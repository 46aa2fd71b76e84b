"""Assistants read what their token opens, through the official client, and propose answers."""

import asyncio
import json
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from queue import Queue
from types import SimpleNamespace

import anyio
import httpx2
import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client as Browser
from django.urls import reverse
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from compliance.models import Answer, Event
from compliance.programs.api.document import described
from compliance.programs.api.urls import api
from compliance.programs.assistants import server
from compliance.programs.assistants.tools import Call, UnfitError, tools_of
from compliance.proof.audit import trail
from compliance.work.assessments.actions import save_answer
from tests.support import factories
from tests.support.api_programs import Program

TOOLS = tools_of(described(api))
URL = "http://localhost/mcp"


@pytest.fixture(autouse=True)
def connected(monkeypatch):
    """The connection of the test outlives the calls."""
    monkeypatch.setattr(server, "close_old_connections", lambda: None)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    cache.clear()
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def asked(monkeypatch):
    """``asked(headers, work)``: what ``work`` of a client with those headers gives.

    Client and server run in a thread of their own; what asks the database comes back
    into that of the test, whose rows nobody else sees.
    """
    jobs = Queue()

    async def run_sync(function, *arguments):
        job = Future()
        jobs.put((job, function, arguments))
        return await asyncio.wrap_future(job)

    monkeypatch.setattr(server.anyio.to_thread, "run_sync", run_sync)

    def ask(headers, work):
        application = server.application()

        async def talk():
            reached = httpx2.ASGITransport(app=application)
            async with (
                begun(application),
                httpx2.AsyncClient(transport=reached, headers=headers) as web,
            ):
                return await work(web)

        with ThreadPoolExecutor(1) as pool:
            talking = pool.submit(anyio.run, talk)
            talking.add_done_callback(lambda _: jobs.put(None))
            while found := jobs.get(timeout=60):
                job, function, arguments = found
                try:
                    job.set_result(function(*arguments))
                except Exception as error:
                    job.set_exception(error)
            return talking.result()

    return ask


@pytest.fixture
def client(asked):
    """``client(headers, work)``: the same with the official client of the protocol."""

    def ask(headers, work):
        async def talk(web):
            transport = streamable_http_client(URL, http_client=web)
            async with Client(transport) as found:
                return await work(found)

        return asked(headers, talk)

    return ask


@asynccontextmanager
async def begun(application):
    """A server's part: the application is begun before calls, and ended after them."""
    send, receive = anyio.create_memory_object_stream(2)
    is_up = anyio.Event()

    async def replied(message):
        assert "failed" not in message["type"], message
        is_up.set()

    async with send, receive, anyio.create_task_group() as group:
        group.start_soon(application, {"type": "lifespan"}, receive.receive, replied)
        await send.send({"type": "lifespan.startup"})
        await is_up.wait()
        yield
        await send.send({"type": "lifespan.shutdown"})


@pytest.fixture
def enter(client):
    """``enter(person, organisation)``: their assistant, as a function of tool and arguments."""

    def as_person(person, organisation, **more):
        program = Program(person, organisation, **more)
        headers = {"Authorization": f"Bearer {program.text}"}

        def call(name, **arguments):
            reply = client(headers, lambda found: found.call_tool(name, arguments))
            [said] = reply.content
            return SimpleNamespace(is_error=reply.is_error, text=said.text)

        call.token = program.token
        return call

    return as_person


PROPOSING = {"propose_answer", "withdraw_proposal"}


def test_tools_are_the_operations_that_read_and_those_that_propose():
    reading = {
        operation["operationId"]
        for methods in described(api)["paths"].values()
        for method, operation in methods.items()
        if method == "get" and "application/json" in operation["responses"]["200"].get("content", {})
    }
    assert set(TOOLS) == reading | PROPOSING
    assert {name for name, one in TOOLS.items() if one.reads} == reading
    assert {"list_checklists", "list_answers", "get_evidence", "get_result"} <= reading
    assert not reading & {"change_answer", "fetch_report", "fetch_evidence"}


def test_token_that_opens_nothing_is_not_told_the_tools(asked, cast):
    """Each of them counts as a wrong one."""

    async def listed(web):
        call = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "get_organisation"},
        }
        assert (await web.post(URL, json=call)).status_code == 401
        call |= {"method": "tools/list", "params": {}}
        return [(await web.post(URL, json=call)).status_code for _ in range(60)]

    headers = {"Authorization": "Bearer attest_rubbish"}
    assert asked(headers, listed) == [401] * 59 + [429]


def test_every_tool_is_offered_with_words_and_a_whole_schema(client, cast):
    headers = {"Authorization": f"Bearer {Program(cast.ada, cast.acme).text}"}
    offered = client(headers, lambda found: found.list_tools()).tools
    assert [one.name for one in offered] == list(TOOLS)
    for one in offered:
        assert one.description
        assert one.annotations.read_only_hint == (one.name not in PROPOSING)
        assert not one.annotations.destructive_hint
        assert "$ref" not in json.dumps(one.input_schema)


def test_assistant_reads_what_its_person_may(enter, cast):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    con = enter(cast.con, cast.acme)
    listed = json.loads(con("list_answers", assessment_id=str(assessment.pk)).text)
    ids = [one["id"] for one in listed["items"]]
    assert ids == list(assessment.answers.order_by("pk").values_list("pk", flat=True))
    answer = json.loads(con("get_answer", answer_id=ids[0]).text)
    assert answer["question"]["key"] == "Q1"


def test_reading_changes_nothing_and_the_token_remembers_its_use(enter, cast):
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    con = enter(cast.con, cast.acme)
    events, rows = Event.objects.count(), list(Answer.everything.values())
    con("get_answer", answer_id=answer.pk)
    assert (Event.objects.count(), list(Answer.everything.values())) == (events, rows)
    con.token.refresh_from_db()
    assert con.token.used_at


def test_assistant_of_another_organisation_finds_nothing(enter, cast):
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    reply = enter(cast.zoe, cast.other)("get_answer", answer_id=answer.pk)
    assert reply.is_error
    assert json.loads(reply.text)["status"] == 404


def test_scope_that_the_token_lacks_is_refused(enter, cast):
    reply = enter(cast.ada, cast.acme, scopes=[])("list_events")
    assert (reply.is_error, json.loads(reply.text)["status"]) == (True, 403)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("change_answer", {"answer_id": 1}),
        ("get_answer", {}),
        ("get_answer", {"answer_id": 1, "set": {}}),
        ("get_answer", {"answer_id": "../../members"}),
        ("get_answer", {"answer_id": "1?x=/"}),
        ("list_answers", {"assessment_id": "nonsense"}),
        ("list_checklists", {"limit": 10**9}),
        ("propose_answer", {"answer_id": 1}),
        ("propose_answer", {"answer_id": 1, "edition": 1, "version": 0, "set": "met"}),
        (
            "propose_answer",
            {"answer_id": 1, "edition": 1, "version": 0, "set": {}, "owner": 1},
        ),
    ],
)
def test_unfit_calls_are_refused_in_words(name, arguments, enter, cast):
    reply = enter(cast.con, cast.acme)(name, **arguments)
    assert reply.is_error
    assert reply.text


def test_hostile_arguments_stay_in_their_place():
    call = TOOLS["get_answer"].call({"answer_id": "../x?a=b#c\r\n"})
    assert call == Call("/api/v1/answers/..%2Fx%3Fa%3Db%23c%0D%0A", "")
    call = TOOLS["search"].call({"q": "a&limit=9\r\n"})
    assert call.query == "q=a%26limit%3D9%0D%0A"
    with pytest.raises(UnfitError, match="takes no nonsense"):
        TOOLS["search"].call({"q": "a", "nonsense": 1})


def test_person_uses_what_their_assistant_proposed_and_the_trail_says_both(enter, cast, sign_in):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    answer = assessment.answers.first()
    con = enter(cast.con, cast.acme, scopes=["propose"])
    read = json.loads(con("get_answer", answer_id=answer.pk).text)
    said = {"verdict": "partly", "note": "Two of three."}
    reply = con(
        "propose_answer",
        answer_id=answer.pk,
        edition=read["question"]["edition"],
        version=read["version"],
        set=said,
        why="The register.",
    )
    assert not reply.is_error, reply.text
    proposal = json.loads(reply.text)
    assert json.loads(con("get_answer", answer_id=answer.pk).text) == read
    found = con("get_proposal", proposal_id=proposal["id"])
    assert json.loads(found.text) == proposal

    ada = sign_in(cast.ada)
    address = reverse("workspace:detail", args=[cast.acme.slug, assessment.pk])
    shown = ada.get(f"{address}?show=proposed").content.decode()
    assert ("Proposed by <bdi>Test</bdi>" in shown, "The register." in shown) == (
        True,
        True,
    )
    sent = {"base": read["version"], "proposal": proposal["id"], **said}
    ada.post(f"{address}answers/{answer.pk}/save/", sent)

    kept = answer.proposals.get()
    assert (kept.state, kept.settled_by) == ("used", cast.ada)
    answer.refresh_from_db()
    assert (answer.verdict, answer.note, answer.answered_by) == (
        *said.values(),
        cast.ada,
    )
    proposed, saved = Event.objects.filter(scope_id=assessment.pk).order_by("seq")
    assert (proposed.action, proposed.actor) == ("answer.proposed", cast.con)
    assert trail.token_of(proposed) == con.token.pk
    assert (saved.action, saved.actor) == ("answer.saved", cast.ada)
    assert trail.changes(saved)[1]["proposal"] == {
        "proposal": proposal["id"],
        "token": con.token.pk,
        "title": "Test",
        "person": cast.con.pk,
    }


def test_assistant_withdraws_its_own_proposal_and_no_other(enter, cast):
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    con = enter(cast.con, cast.acme, scopes=["propose"])
    said = {
        "edition": answer.question.edition_id,
        "version": 0,
        "set": {"note": "Two."},
    }
    made = json.loads(con("propose_answer", answer_id=answer.pk, **said).text)
    other = enter(cast.con, cast.acme, scopes=["propose"])
    assert other("withdraw_proposal", proposal_id=made["id"]).is_error
    reply = con("withdraw_proposal", proposal_id=made["id"])
    assert json.loads(reply.text)["state"] == "withdrawn"
    event = Event.objects.get(action="answer.proposal_withdrawn")
    assert (event.actor, trail.token_of(event)) == (cast.con, con.token.pk)


def test_assistant_reads_that_its_proposal_was_made_on_older_words(enter, cast):
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    con = enter(cast.con, cast.acme, scopes=["propose"])
    edition = json.loads(con("get_answer", answer_id=answer.pk).text)["question"]
    save_answer(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes={"note": "Ada was here."},
        base=0,
    )
    said = {"edition": edition["edition"], "version": 0, "set": {"note": "Two."}}
    reply = con("propose_answer", answer_id=answer.pk, **said)
    problem = json.loads(reply.text)
    assert (reply.is_error, problem["status"]) == (True, 409)
    assert problem["sides"][0]["theirs"] == "Ada was here."


def test_assistant_without_the_scope_proposes_nothing(enter, cast):
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    reply = enter(cast.con, cast.acme, scopes=["answer"])(
        "propose_answer",
        answer_id=answer.pk,
        edition=1,
        version=0,
        set={"note": "Here."},
    )
    assert (reply.is_error, json.loads(reply.text)["status"]) == (True, 403)
    assert not answer.proposals.exists()


def test_call_without_a_token_is_401(asked, db):
    reply = asked({}, lambda web: web.post(URL, json={}))
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_foreign_host_is_refused(asked, db):
    headers = {"Authorization": "Bearer attest_any", "Host": "evil.example"}
    reply = asked(headers, lambda web: web.post(URL, json={}))
    assert 400 <= reply.status_code < 500


def test_assistants_are_off_unless_allowed(db):
    with pytest.raises(CommandError, match="ATTEST_MCP=on"):
        call_command("serve_mcp")
    assert Browser().get("/mcp").status_code == 404
