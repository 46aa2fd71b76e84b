"""A client that a generator makes from the description does the work of a program.

So the description says what is there, in the words of another reader of OpenAPI than the
one that makes up calls.
"""

import hashlib
import importlib
import io
import json
import sys
from datetime import date
from http import HTTPStatus
from types import SimpleNamespace

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django_tasks_db.models import DBTaskResult
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from compliance.models import Event
from compliance.programs.api.document import described
from compliance.programs.api.urls import api
from compliance.reporting.reports.actions import make_report
from compliance.work.proposals.actions import set_aside
from tests.reporting.reports.conftest import FILE, quick_files  # noqa: F401 - a fixture
from tests.support import factories
from tests.support.api_programs import Program

pytestmark = pytest.mark.slow

NAME = "attest_generated"
OPERATIONS = [
    (operation["tags"][0], operation["operationId"])
    for methods in described(api)["paths"].values()
    for operation in methods.values()
]


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """The package of the client; ``generated("answers.get_answer")`` gives a part of it."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_text(json.dumps(described(api)))
    config = Config.from_sources(
        ConfigFile(
            post_hooks=[],  # no formatter has to see it
            content_type_overrides=dict.fromkeys(
                ("application/pdf", "application/offset+octet-stream"),
                "application/octet-stream",
            ),
        ),
        MetaType.NONE,
        document,
        "utf-8",
        overwrite=True,
        output_path=folder / NAME,
    )
    faults = generate(config=config)
    assert not faults, [fault.detail for fault in faults]
    sys.path.insert(0, str(folder))
    yield lambda part: importlib.import_module(f"{NAME}.{part}")
    sys.path.remove(str(folder))


@pytest.fixture
def enter(generated):
    """``enter(person, organisation)``: the generated client, and its operations by name."""
    request_started.disconnect(close_old_connections)  # the test's outlives its calls
    request_finished.disconnect(close_old_connections)
    application = get_wsgi_application()

    def as_person(person, organisation):
        client = generated("client").AuthenticatedClient(
            base_url="http://localhost",
            token=Program(person, organisation).text,
            httpx_args={"transport": httpx.WSGITransport(app=application)},
        )

        def call(name, *args, **more):
            module = generated(f"api.{name}")
            reply = module.sync_detailed(*args, client=client, **more)
            return SimpleNamespace(status=reply.status_code, parsed=reply.parsed)

        return call

    yield as_person
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def test_every_operation_is_in_the_client(generated):
    for tag, name in OPERATIONS:
        assert generated(f"api.{tag}.{name}").sync_detailed


def start(call, generated):
    """An assessment that the client starts, twice under one key: ``started``."""
    models, edition = generated("models"), factories.make_edition()
    year = date(2026, 1, 1), date(2026, 12, 31)
    facts = models.AssessmentStartFacts.from_dict({"data": ["health"]})
    wanted = models.AssessmentStart(edition.pk, "Payroll", *year, facts=facts)
    made, again = (
        call("assessments.start_assessment", body=wanted, idempotency_key="once") for _ in range(2)
    )
    assert made.status == again.status == HTTPStatus.CREATED
    assert made.parsed.id == again.parsed.id
    return made.parsed


def all_answers(call, assessment):
    """Its answers, page by page."""
    found, cursor = [], None
    while not found or cursor:
        more = {"cursor": cursor} if cursor else {}
        page = call("answers.list_answers", assessment.id, limit=2, **more).parsed
        found, cursor = found + page.items, page.next_
    return found


def test_answers_are_written_and_a_conflict_has_both_sides(cast, enter, generated):
    models = generated("models")
    ada, con = enter(cast.ada, cast.acme), enter(cast.con, cast.acme)
    assert con("organisation.get_organisation").parsed.slug == "acme"
    answers = all_answers(con, start(ada, generated))
    assert [one.question.key for one in answers] == ["Q1", "Q2", "Q3"]
    first = answers[0]

    def change(call, version, note):
        fields = models.AnswerFields(verdict=models.Verdict.MET, note=note)
        body = models.AnswerChange(version=version, set_=fields)
        return call("answers.change_answer", first.id, body=body)

    assert change(con, first.version, "Checked").status == HTTPStatus.OK
    refused = change(ada, first.version, "Looked at")
    assert refused.status == HTTPStatus.CONFLICT
    standing = refused.parsed.standing
    assert standing.note == "Checked"
    assert change(ada, standing.version, "Looked at").parsed.note == "Looked at"


def test_proposal_waits_until_a_person_decides(cast, enter, generated):
    models, con = generated("models"), enter(cast.con, cast.acme)
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    fields = models.ProposedFields(verdict=models.Verdict.PARTLY, note="Two of three.")
    body = models.ProposalGiven(
        edition=answer.question.edition_id, version=0, set_=fields, why="The register."
    )
    made = con("proposals.propose_answer", answer.pk, body=body, idempotency_key="a")
    assert (made.status, made.parsed.state) == (HTTPStatus.CREATED, "open")
    assert con("answers.get_answer", answer.pk).parsed.verdict == models.Verdict.UNANSWERED
    set_aside(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        proposal_id=made.parsed.id,
        reason="There are four.",
    )
    found = con("proposals.get_proposal", made.parsed.id).parsed
    assert (found.state, found.reason) == ("set-aside", "There are four.")
    listed = con("proposals.list_proposals", answer.assessment_id).parsed
    assert [one.id for one in listed.items] == [made.parsed.id]


def test_evidence_goes_in_and_comes_out(cast, enter, generated):
    con = enter(cast.con, cast.acme)
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    file = generated("types").File(io.BytesIO(b"Our policy"), "policy.txt", "text/plain")
    sent = generated("models").AddFileMultiPartBodyParams(file=file, title="Policy")
    proof = con("evidence.add_file", body=sent).parsed
    assert proof.sha256 == hashlib.sha256(b"Our policy").hexdigest()
    used = con("answers.use_evidence", answer.pk, proof.id)
    assert [one.title for one in used.parsed.evidence] == ["Policy"]
    fetched = con("evidence.fetch_evidence", proof.id).parsed
    assert fetched.payload.read() == b"Our policy"


def test_report_is_asked_for_and_fetched_and_the_trail_shows_it(
    cast,
    enter,
    generated,
    quick_files,  # noqa: F811
):
    ada, models = enter(cast.ada, cast.acme), generated("models")
    own = factories.make_assessment(cast.acme, cast.ada)
    asked = ada("reports.ask_report", own.pk, body=models.ReportAsked()).parsed
    assert DBTaskResult.objects.filter(args_kwargs__args=[str(asked.id)]).exists()
    make_report(asked.id)
    done = ada("reports.get_report", asked.id).parsed
    assert done.status == models.ReportStatus.DONE
    assert ada("reports.fetch_report", asked.id).parsed.payload.read() == FILE
    events = ada("trail.list_events", assessment=own.pk).parsed.events
    kept = Event.objects.filter(scope_id=own.pk).order_by("seq")
    assert [one.hash_ for one in events] == list(kept.values_list("hash", flat=True))


def test_refusals_come_in_their_shape(cast, enter, generated):
    zoe = enter(cast.zoe, cast.other)
    own = factories.make_assessment(cast.acme, cast.ada)
    refused = zoe("assessments.get_assessment", own.pk)
    assert refused.status == HTTPStatus.NOT_FOUND
    assert isinstance(refused.parsed, generated("models").Problem)
