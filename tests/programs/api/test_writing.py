"""Writing by a program: the same actions, refusals and events as from the pages."""

import json
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.utils import timezone

from compliance.ground.web import json_bodies
from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.actions import remove_member
from compliance.models import Action, Call, Comment, Event, Evidence, Mention
from compliance.programs.api import problems, repeating
from compliance.proof.audit import trail, verification
from compliance.work.assessments.answer_fields import ANSWER_FIELDS, TYPED
from tests.support import factories
from tests.support.api_programs import Program
from tests.support.mail_queue import queued
from tests.support.signing import make_signed


@pytest.fixture
def own(cast):
    return factories.make_assessment(cast.acme, cast.ada)


@pytest.fixture
def answer(own):
    return own.answers.order_by("question__position").first()


@pytest.fixture
def con(cast):
    return Program(cast.con, cast.acme)


def test_answer_is_saved_and_the_event_names_the_token(con, answer, cast):
    set_ = {"verdict": "met", "note": "Seen.", "owner": cast.con.pk}
    reply = con.patch(f"/answers/{answer.pk}", {"version": 0, "set": set_})
    saved = reply.json()
    assert (saved["verdict"], saved["note"], saved["version"]) == ("met", "Seen.", 1)
    assert saved["owner"] == {"id": cast.con.pk, "name": "Con Tributor"}
    event = Event.objects.get(action="answer.saved")
    assert (event.actor, trail.token_of(event)) == (cast.con, con.token.pk)
    assert verification.verify(cast.acme.pk) is None


def test_every_field_of_the_registry_is_read_and_every_typed_one_written(con, answer):
    found = con.get(f"/answers/{answer.pk}").json()
    assert {field.name for field in ANSWER_FIELDS} <= set(found)
    document = con.client.get("/api/v1/openapi.json").json()
    fields = document["components"]["schemas"]["AnswerFields"]["properties"]
    assert set(fields) == {field.name for field in TYPED}


def test_two_writers_of_one_field_both_hear_of_it(con, answer, cast):
    otto = Program(cast.otto, cast.acme)
    path = f"/answers/{answer.pk}"
    first = otto.patch(path, {"version": 0, "set": {"note": "Theirs."}})
    assert first.status_code == 200
    reply = con.patch(path, {"version": 0, "set": {"note": "Mine."}})
    problem = reply.json()
    assert reply.status_code == 409
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert problem["sides"] == [{"field": "note", "yours": "Mine.", "theirs": "Theirs."}]
    assert problem["standing"]["version"] == 1
    assert "version 1" in problem["detail"]
    assert Event.objects.filter(action="answer.refused").count() == 1
    again = con.patch(path, {"version": 1, "set": {"note": "Both."}})
    assert again.json()["note"] == "Both."


def test_two_writers_of_different_fields_are_merged(con, answer, cast):
    path = f"/answers/{answer.pk}"
    Program(cast.otto, cast.acme).patch(path, {"version": 0, "set": {"note": "N"}})
    merged = con.patch(path, {"version": 0, "set": {"verdict": "met"}}).json()
    assert (merged["note"], merged["verdict"]) == ("N", "met")


def test_if_match_refuses_any_other_state(con, answer):
    path = f"/answers/{answer.pk}"
    tag = con.get(path).headers["ETag"]
    body = {"version": 0, "set": {"note": "One."}}
    assert con.patch(path, body, If_Match=tag).status_code == 200
    late = {"version": 1, "set": {"verdict": "met"}}
    reply = con.patch(path, late, If_Match=tag)
    assert reply.status_code == 412
    fresh = {"If_Match": f"W/{reply.headers['ETag']}"}
    assert con.patch(path, late, **fresh).status_code == 200


def test_signed_assessment_refuses(con, cast):
    own = make_signed(cast)
    answer = own.answers.order_by("question__position").first()
    proof = factories.make_link(cast.acme, cast.ada)
    version = con.get(f"/answers/{answer.pk}").json()["version"]
    calls = [
        con.patch(f"/answers/{answer.pk}", {"version": version, "set": {"note": "x"}}),
        con.call("PUT", f"/answers/{answer.pk}/evidence/{proof.pk}"),
        con.post(f"/answers/{answer.pk}/comments", {"text": "x"}),
        con.post("/actions", {"title": "x", "answers": [answer.pk]}),
        Program(cast.ada, cast.acme).patch(
            f"/assessments/{own.pk}/facts", {"facts": {"data": []}, "known": {}}
        ),
        Program(cast.ada, cast.acme).patch(
            f"/assessments/{own.pk}",
            {"details": {"subject": "x"}, "known": {}, "reason": "A typing error."},
        ),
    ]
    assert [one.status_code for one in calls] == [422] * len(calls)
    assert all("signed" in one.json()["detail"] for one in calls)


def test_what_is_missing_is_named(con, answer):
    reply = con.patch(f"/answers/{answer.pk}", {"version": 0, "set": {"verdict": "na"}})
    assert reply.status_code == 422
    assert "reason" in reply.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"version": 0, "set": {"note": "a\\u0000b"}}',
        b'{"version": 0, "set": {"note": "\\ud800"}}',
        b'{"version": 99, "set": {"note": "a"}}',
        b'{"version": -1, "set": {}}',
        b'{"version": 1e99, "set": {}}',
        b'{"version": 0, "set": {"owner": 9007199254740991}}',
        b'{"version": 0, "set": {"owner": 9999999999999999999999}}',
        b'{"version": 0, "set": {"due_on": "0000-00-00"}}',
        b'{"version": 0, "set": {"due_on": 86400}}',
        b'{"version": 0, "set": {"due_on": "86400"}}',
        b'{"version": 0, "set": {"due_on": "2026-12-01T00:00:00"}}',
        b'{"version": 0, "set": {"answered_by": 1}}',
        b'{"version": 0, "set": {"verdict": null}}',
        b'{"version": 0, "set": {"value": ["a", ["b"]]}}',
        b'{"version": 0, "set": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"version": 0, "set": {"note": "' + b"a" * 100_001 + b'"}}',
    ],
)
def test_malformed_bodies_are_refused_in_words(body, con, answer):
    reply = con.patch(f"/answers/{answer.pk}", body)
    assert reply.status_code in {400, 422}
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json()["detail"]
    assert not Event.objects.filter(action__startswith="answer.").exists()


def test_body_that_is_too_large_is_413(con, answer, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    reply = con.patch(f"/answers/{answer.pk}", b"{" + b" " * 2000)
    assert (reply.status_code, reply.json()["title"]) == (413, "Content Too Large")


@pytest.mark.parametrize("path", ["/nowhere", "/assessments/1", "/answers/x", "/", "/answers/"])
def test_addresses_that_are_not_there_are_problems(path, con):
    reply = con.get(path)
    assert (reply.status_code, reply.json()["status"]) == (404, 404)


def test_wrong_method_is_a_problem(con):
    reply = con.call("DELETE", "/assessments")
    assert (reply.status_code, reply.json()["title"]) == (405, "Method Not Allowed")
    assert "GET" in reply.headers["Allow"]


def test_fault_of_the_program_is_a_problem(con, monkeypatch):
    monkeypatch.setattr("compliance.programs.api.resources.search.find", lambda *a, **k: 1 / 0)
    reply = con.get("/search?q=x")
    assert (reply.status_code, reply.json()["title"]) == (500, "Internal Server Error")


def test_reader_and_narrow_token_write_nothing(cast, answer):
    body = {"version": 0, "set": {"note": "x"}}
    for program in (
        Program(cast.rob, cast.acme),
        Program(cast.con, cast.acme, ["comment"]),
        Program(cast.ada, cast.acme, ["trail"], is_of_organisation=True),
    ):
        reply = program.patch(f"/answers/{answer.pk}", body)
        assert reply.status_code == 403
        assert "“answer”" in reply.json()["detail"]


def test_removed_member_is_out_with_the_next_call(con, answer, cast):
    path = f"/answers/{answer.pk}"
    assert con.get(path).status_code == 200
    remove_member(by=cast.ada, membership=cast.acme.memberships.get(user=cast.con))
    assert con.get(path).status_code == 401
    assert con.patch(path, {"version": 0, "set": {"note": "x"}}).status_code == 401


def test_same_key_writes_once_and_says_the_same(con, answer):
    path, key = f"/answers/{answer.pk}/comments", str(uuid4())
    first = con.post(path, {"text": "Twice?"}, Idempotency_Key=key)
    again = con.post(path, {"text": "Twice?"}, Idempotency_Key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert Comment.objects.count() == 1
    other = con.post(path, {"text": "Another."}, Idempotency_Key=key)
    assert other.status_code == 422
    assert Comment.objects.count() == 1


def test_key_belongs_to_its_token(con, answer, cast):
    path, key = f"/answers/{answer.pk}/comments", "1"
    con.post(path, {"text": "Mine."}, Idempotency_Key=key)
    otto = Program(cast.otto, cast.acme)
    reply = otto.post(path, {"text": "Mine."}, Idempotency_Key=key)
    assert reply.json()["author"]["name"] == "Otto Weber"


def test_key_of_a_refused_call_is_free_again(con, answer):
    path = f"/answers/{answer.pk}/comments"
    assert con.post(path, {"text": ""}, Idempotency_Key="k").status_code == 422
    assert Call.objects.count() == 0
    assert con.post(path, {"text": "Now."}, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", ["é", "a" * 201])
def test_odd_keys_are_refused(key, con, answer):
    reply = con.post(f"/answers/{answer.pk}/comments", {"text": "x"}, Idempotency_Key=key)
    assert reply.status_code == 400


def test_file_is_added_used_and_fetched(con, answer):
    def send():
        file = SimpleUploadedFile("policy.txt", b"We do this.", "text/plain")
        fields = {"file": file, "title": "Policy", "covers_from": "2026-01-01"}
        return con.send("/evidence/files", fields, Idempotency_Key="f")

    added = send().json()
    assert send().json() == added
    assert Evidence.objects.count() == 1
    assert (added["title"], added["covers_from"]) == ("Policy", "2026-01-01")
    path = f"/answers/{answer.pk}/evidence/{added['id']}"
    used = con.call("PUT", path).json()
    assert used["evidence"] == [{"id": added["id"], "title": "Policy"}]
    file = con.get(f"/evidence/{added['id']}/file")
    assert b"".join(file.streaming_content) == b"We do this."
    assert "attachment" in file.headers["Content-Disposition"]
    assert con.call("DELETE", path).json()["evidence"] == []
    named = [trail.token_of(e) for e in Event.objects.filter(action__startswith="evidence.")]
    assert named == [con.token.pk] * 3


def test_file_whose_reply_was_lost_with_its_worker_is_kept_once(con, monkeypatch):
    def send():
        file = SimpleUploadedFile("policy.txt", b"We do this.", "text/plain")
        return con.send("/evidence/files", {"file": file}, Idempotency_Key="f")

    def killed(*_):
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(repeating, "_keep", killed)
        assert send().status_code >= 500
    kept = Evidence.objects.get()
    assert send().json()["type"] == "urn:attest:problem:in-progress"
    with time_machine.travel(timezone.now() + repeating.ABANDONED * 2):
        replies = [send(), send()]
    assert [(one.status_code, one.json()["id"]) for one in replies] == [(201, str(kept.pk))] * 2
    assert Evidence.objects.count() == 1


def test_refused_files_name_the_reason(con, settings):
    settings.UPLOAD_BYTES = 10
    large = con.send("/evidence/files", {"file": SimpleUploadedFile("a.txt", b"a" * 50)})
    assert large.status_code == 422
    none = con.send("/evidence/files", {"title": "x"})
    assert (none.status_code, none.json()["faults"][0]["at"]) == (422, "body.file")


@pytest.mark.parametrize("day", ["0", "20261130", "2026-W49-1", "30/11/2026"])
def test_day_in_a_form_is_no_number_of_seconds(day, con):
    file = SimpleUploadedFile("policy.txt", b"We do this.", "text/plain")
    reply = con.send("/evidence/files", {"file": file, "covers_to": day})
    assert (reply.status_code, reply.json()["faults"][0]["at"]) == (
        422,
        "body.covers_to",
    )
    file.seek(0)
    kept = con.send("/evidence/files", {"file": file, "covers_to": "2026-11-30"})
    assert kept.json()["covers_to"] == "2026-11-30"


def test_link_is_kept(con):
    reply = con.post("/evidence/links", {"title": "Wiki", "url": "https://example.org/"})
    assert reply.status_code == 201
    assert con.get(reply.headers["Location"].removeprefix("/api/v1")).json()["url"]
    bad = con.post("/evidence/links", {"title": "Wiki", "url": "javascript:alert(1)"})
    assert bad.status_code == 422


def test_action_is_made_changed_and_linked(con, answer, cast):
    made = con.post("/actions", {"title": "Do it", "answers": [answer.pk]})
    assert made.status_code == 201
    path = made.headers["Location"].removeprefix("/api/v1")
    change = {"version": 0, "set": {"status": "doing", "effort_days": "2.5"}}
    changed = con.patch(path, change).json()
    assert (changed["status"], changed["effort_days"]) == ("doing", "2.5")
    otto = Program(cast.otto, cast.acme)
    clash = otto.patch(path, {"version": 0, "set": {"status": "done"}})
    assert clash.json()["sides"][0]["theirs"] == "doing"
    assert con.call("DELETE", f"{path}/answers/{answer.pk}").json()["answers"] == []
    assert con.call("PUT", f"{path}/answers/{answer.pk}").json()["answers"] == [answer.pk]
    assert Action.objects.get().version == 1


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ({"kind": "maturity"}, "body.kind"),
        ({"kind": "summary", "extract": "open"}, "body.extract"),
        ({"kind": "board", "clauses": True}, "body.clauses"),
    ],
)
def test_report_that_the_edition_cannot_have_is_refused(asked, at, own, cast):
    reply = Program(cast.ada, cast.acme).post(f"/assessments/{own.pk}/reports", asked)
    assert (reply.status_code, reply.json()["faults"][0]["at"]) == (422, at)
    assert not own.reports.exists()


def test_comment_is_resolved_and_reopened(con, answer):
    said = con.post(f"/answers/{answer.pk}/comments", {"text": "Where?"}).json()
    path = f"/answers/{answer.pk}/comments/{said['id']}"
    assert con.post(f"{path}/resolve").json()["resolved_by"]["name"] == "Con Tributor"
    assert con.post(f"{path}/reopen").json()["resolved_at"] is None
    assert len(con.get(f"/answers/{answer.pk}/comments").json()["items"]) == 1


def test_program_mails_within_the_limit_of_its_person(cast, con, answer, sign_in, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "2/h/user"})
    before, texts = queued().count(), [f"@Rev Iewer, {number}" for number in range(4)]
    address = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/comments/"
    sign_in(cast.con).post(address, {"text": texts[0]})
    for text in texts[1:]:
        reply = con.post(f"/answers/{answer.pk}/comments", {"text": text})
        assert reply.status_code == 201
    assert Mention.objects.filter(user=cast.rev).count() == 4
    assert queued().count() - before == 2


def test_programs_mail_within_the_limit_of_their_organisation(cast, con, answer, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS_OF_ALL", {"mails_of_all": "1/h/key"})
    before = queued().count()
    for number in range(2):
        text = f"@Rev Iewer, {number}"
        con.post(f"/answers/{answer.pk}/comments", {"text": text})
    assert queued().count() - before == 1


def test_assessment_is_started_and_its_facts_change(cast, own):
    ada = Program(cast.ada, cast.acme)
    body = {
        "edition": own.edition_id,
        "subject": "Payroll",
        "period_from": "2026-01-01",
        "period_to": "2026-12-31",
        "facts": {"data": ["health"]},
    }
    made = ada.post("/assessments", body, Idempotency_Key="s")
    assert made.status_code == 201
    path = made.headers["Location"].removeprefix("/api/v1")
    assert ada.get(f"{path}/facts").json() == {"facts": {"data": ["health"]}}
    change = {"facts": {"data": ["children"]}, "known": {"data": ["health"]}}
    assert ada.patch(f"{path}/facts", change).json()["facts"] == change["facts"]
    stale = ada.patch(f"{path}/facts", change | {"facts": {"data": []}})
    assert stale.status_code == 409
    sides = {"data": {"yours": [], "theirs": ["children"]}}
    assert stale.json()["sides"] == sides
    unknown = ada.patch(f"{path}/facts", {"facts": {"nope": []}, "known": {}})
    assert unknown.status_code == 422


def test_details_of_an_assessment_are_corrected(cast, own):
    ada, path = Program(cast.ada, cast.acme), f"/assessments/{own.pk}"
    read = ada.get(path).json()
    known = {name: read[name] for name in ("subject", "period_from", "period_to", "due_on")}
    change = {"details": {"subject": "Payroll"}, "known": known, "reason": "A typing error."}
    reply = ada.patch(path, change)
    assert reply.status_code == 200
    assert reply.json()["subject"] == "Payroll"
    assert ada.get(path).json()["period_from"] == read["period_from"]
    assert ada.patch(path, change).status_code == 200
    assert Event.objects.filter(action="assessment.details_corrected").count() == 1
    stale = ada.patch(path, change | {"details": {"subject": "Wages", "due_on": "2027-01-15"}})
    assert stale.status_code == 409
    assert stale.json()["sides"] == {"subject": {"yours": "Wages", "theirs": "Payroll"}}
    assert stale.json()["standing"]["period_from"] == read["period_from"]


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""},
        {"reason": " "},
        {"reason": "x" * 2001},
        {"details": {}},
        {"details": {"subject": ""}},
        {"details": {"subject": None}},
        {"details": {"subject": "x" * 2000}},
        {"details": {"period_from": None}},
        {"details": {"period_to": "1999-01-01"}},
        {"details": {"status": "signed"}},
        {"known": None},
    ],
)
def test_details_that_no_assessment_could_start_with_are_refused(cast, own, change):
    path = f"/assessments/{own.pk}"
    program = Program(cast.ada, cast.acme)
    read = program.get(path).json()
    known = {name: read[name] for name in ("subject", "period_from", "period_to", "due_on")}
    body = {"details": {"subject": "Payroll"}, "known": known, "reason": "A typing error."}
    assert program.patch(path, body | change).status_code == 422
    own.refresh_from_db()
    assert own.subject == read["subject"]


def test_reply_holds_no_more_than_it_says(con, answer):
    text = json.dumps(con.get(f"/answers/{answer.pk}").json())
    assert "email" not in text


def test_refused_call_names_few_of_many_faults_and_stays_small(con):
    many = {f"no-such-{number}" * 20: 1 for number in range(5000)}
    reply = con.post("/actions", many)
    said = reply.json()
    assert reply.status_code == 422
    assert len(said["faults"]) == 20
    assert said["detail"].startswith("There are 5,001 faults")
    assert len(reply.content) < 10_000


@pytest.mark.parametrize(
    "body",
    [
        {str(number): 1 for number in range(10_001)},
        {"title": "Do it", "answers": [1] * 1001},
        {"title": "Do it", "set": [[{}] * 600, [[]] * 600]},
    ],
)
def test_body_of_too_many_values_is_refused_in_words(con, body):
    reply = con.post("/actions", body)
    assert reply.status_code == 413
    assert "at most 10,000 values, 1,000 of them in lists" in reply.json()["detail"]
    assert not Action.objects.exists()


def test_body_that_is_too_deep_is_refused_as_unreadable(con):
    body = "[" * (json_bodies.DEEPEST + 1) + "]" * (json_bodies.DEEPEST + 1)
    assert con.post("/actions", body.encode()).status_code == 400


def test_docs_say_how_large_a_body_may_be(settings):
    said = " ".join((settings.BASE_DIR / "docs/api.md").read_text("utf-8").split())
    assert (
        f"at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes and"
        f" {json_bodies.MOST_VALUES:,} values (members of objects and items of lists),"
        f" {json_bodies.MOST_ITEMS:,} of them in lists" in said
    )
    assert f"at most {json_bodies.DEEPEST} levels deep" in said
    assert f"the first {problems.MOST_FAULTS} faults" in said


def _places(shape, schemas, kinds, path=()):
    """Each place of a body with a number or a flag, as its schema has it."""
    shape = schemas[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    for inner in [*shape.get("anyOf", ()), *shape.get("allOf", ())]:
        yield from _places(inner, schemas, kinds, path)
    if shape.get("type") in kinds:
        yield path
    for name, inner in shape.get("properties", {}).items():
        yield from _places(inner, schemas, kinds, (*path, name))
    if "items" in shape:
        yield from _places(shape["items"], schemas, kinds, (*path, 0))


def _with(value, path):
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value


def test_texts_and_flags_are_no_numbers_in_any_body(cast, keys):
    ada = Program(cast.ada, cast.acme)
    document = ada.client.get("/api/v1/openapi.json").json()
    schemas, tried = document["components"]["schemas"], 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content:
                continue
            shape = content["application/json"]["schema"]
            address = path.removeprefix("/api/v1").format(**{name: key.own for name, key in keys.items()})
            for kind, lax in (("integer", ["1", True, 1.0]), ("boolean", ["true", 1])):
                for place in _places(shape, schemas, {kind}):
                    at = ".".join(map(str, ("body", *place)))
                    for value in lax:
                        reply = ada.call(method.upper(), address, _with(value, place))
                        faults = reply.json()["faults"]
                        assert reply.status_code == 422, (address, place, value)
                        assert any(one["at"].startswith(at) for one in faults), (
                            f"{address} takes {value!r} at {at}: {faults}"
                        )
                        tried += 1
    assert tried > 20
