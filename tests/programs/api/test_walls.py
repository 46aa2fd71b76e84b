"""Every operation, called by every role, by a stranger, and with ids of others.

The list of operations is the OpenAPI document: a new one is walked by itself.
"""

import io
import logging
import re
from uuid import UUID

import pytest
from django.core.cache import cache
from django.urls import get_resolver
from django.utils.module_loading import import_string

from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.identity.tokens.scopes import OF_ORGANISATION, SCOPES
from compliance.models import Event
from compliance.programs.api.document import described
from compliance.programs.api.urls import api
from tests.support.api_programs import Program
from tests.support.mail_queue import queued
from tests.test_doors import rows_of

pytestmark = pytest.mark.slow

ROOT = "/api/v1"
OPERATIONS = [
    (method.upper(), path.removeprefix(ROOT), one)
    for path, methods in described(api)["paths"].items()
    for method, one in methods.items()
]
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]
PEOPLE = {
    "owner": "ada",
    "officer": "otto",
    "contributor": "con",
    "reviewer": "rev",
    "reader": "rob",
}


def filled(path, keys, **others):
    values = {name: keys[name].own for name in re.findall(r"{(\w+)}", path)} | others
    return path.format(**values) + ("?q=x" if path == "/search" else "")


def body_of(operation, keys):
    """A body that fits, so that only the door can refuse."""
    if "requestBody" not in operation:
        return None
    return {
        "change_answer": {"version": 0, "set": {}},
        "change_action": {"version": 0, "set": {}},
        "change_facts": {"facts": {}, "known": {}},
        "correct_details": {"details": {}, "known": {}, "reason": "A typing error."},
        "propose_answer": {"edition": 1, "version": 0, "set": {"note": "Here."}},
        "write_comment": {"text": "Here."},
        "make_action": {"title": "Do it"},
        "ask_report": {},
        "add_link": {"title": "Wiki", "url": "https://example.org/"},
        "start_assessment": {
            "edition": keys["edition_id"].own,
            "subject": "Payroll",
            "period_from": "2026-01-01",
            "period_to": "2026-12-31",
        },
        "add_file": {},
        "send_bytes": None,
        "finish_upload": {"file_name": "policy.txt"},
    }[operation["operationId"]]


def knock(program, method, path, body):
    cache.clear()
    reply = program.call(method, path, body)
    reply.body = reply.getvalue()
    return reply


@pytest.mark.parametrize("role", PEOPLE)
def test_role_and_scope_open_what_the_table_says(role, keys, cast):
    person = getattr(cast, PEOPLE[role])
    wide, narrow = Program(person, cast.acme), Program(person, cast.acme, [])
    wrong = []
    for method, path, one in OPERATIONS:
        for program, allowed in (
            (wide, ALLOWED[role]),
            (narrow, {"view"}),
        ):
            if method != "GET" and one["x-scope"] in allowed:
                continue  # what it does is for other tests
            reply = knock(program, method, filled(path, keys), body_of(one, keys))
            expected = 200 if one["x-scope"] in allowed else 403
            if reply.status_code != expected:
                wrong.append((method, path, reply.status_code, expected))
    assert wrong == []


@pytest.mark.parametrize("scope", SCOPES)
def test_token_of_one_scope_opens_its_operations_and_no_other(scope, keys, cast):
    """Every token reads, too. Ids are made up and bodies empty: only the door is asked."""
    program, wrong = Program(cast.ada, cast.acme, [scope]), []
    program.get("/organisation")  # which keeps when the token was used
    before = rows_of()
    for method, path, one in OPERATIONS:
        nowhere = {name: keys[name].unknown for name in re.findall(r"{(\w+)}", path)}
        body = {} if "requestBody" in one else None
        reply = knock(program, method, filled(path, keys, **nowhere), body)
        needed = one["x-scope"]
        is_refused = reply.status_code == 403
        is_said = method == "HEAD" or f"the scope “{needed}”" in reply.body.decode()
        is_open = needed in {Permission.VIEW, scope}
        if is_refused == is_open or (is_refused and not is_said):
            wrong.append((method, path, reply.status_code, reply.body))
    assert wrong == []
    assert rows_of() == before


def test_token_of_an_organisation_opens_reading_only(keys, cast):
    scopes = sorted(OF_ORGANISATION)
    program = Program(cast.ada, cast.acme, scopes, is_of_organisation=True)
    wrong = []
    for method, path, one in OPERATIONS:
        if method != "GET" and one["x-scope"] in OF_ORGANISATION:
            continue
        reply = knock(program, method, filled(path, keys), body_of(one, keys))
        expected = 200 if one["x-scope"] in OF_ORGANISATION else 403
        if reply.status_code != expected:
            wrong.append((method, path, reply.status_code))
    assert wrong == []


@pytest.mark.parametrize(("method", "path", "one"), OPERATIONS, ids=IDS)
def test_id_of_another_tenant_is_as_unknown_as_one_that_is_not_there(method, path, one, keys, cast):
    program, before = Program(cast.ada, cast.acme), Event.objects.count()
    for name in re.findall(r"{(\w+)}", path):
        replies = [
            knock(program, method, filled(path, keys, **{name: value}), body_of(one, keys))
            for value in (keys[name].foreign, keys[name].unknown)
        ]
        compared = [
            (
                reply.status_code,
                {
                    header: value
                    for header, value in reply.headers.items()
                    if header not in {"RateLimit", "X-Request-ID"}
                },
                reply.body,
            )
            for reply in replies
        ]
        assert compared[0][0] == 404, name
        assert compared[0] == compared[1], name
    assert Event.objects.count() == before


def test_lists_hold_nothing_of_another_tenant(keys, cast):
    program = Program(cast.ada, cast.acme)
    wrong = []
    for method, path, _ in OPERATIONS:
        if method == "GET":
            text = knock(program, method, filled(path, keys), None).body.decode("latin-1")
            wrong += [
                (path, name)
                for name, key in keys.items()
                if isinstance(key.foreign, UUID) and str(key.foreign) in text
            ]
    assert wrong == []


def test_nothing_but_a_name_in_a_comment_mails_anybody(keys, cast):
    """That one is counted (``rate_limits.py``); an operation that mails, too, has to be."""
    program, statuses = Program(cast.ada, cast.acme), {}
    given = {"version": 0, "set": {"owner": cast.con.pk}}
    asks = {"change_answer": given, "change_action": given}
    before = queued().count()
    for method, path, one in OPERATIONS:
        if method != "GET":
            name = one["operationId"]
            body = asks.get(name) or body_of(one, keys)
            reply = knock(program, method, filled(path, keys), body)
            statuses[name] = reply.status_code
    assert {statuses[name] for name in asks} == {200}
    assert queued().count() == before


def test_looking_changes_nothing(keys, cast):
    program = Program(cast.ada, cast.acme)
    program.get("/organisation")  # which keeps when the token was used
    before = rows_of()
    for method, path, _ in OPERATIONS:
        if method == "GET":
            knock(program, method, filled(path, keys), None)
    assert rows_of() == before


def test_no_operation_opens_without_a_token(keys, client, cast):
    client.force_login(cast.ada)
    statuses = {}
    for method, path, _ in OPERATIONS:
        cache.clear()
        reply = client.generic(method, ROOT + filled(path, keys))
        statuses[method, path] = reply.status_code
    assert set(statuses.values()) == {401}


def test_every_address_is_described():
    [door] = [entry for entry in get_resolver().url_patterns if getattr(entry, "namespace", "") == "api"]
    addresses = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(one.pattern)) for one in door.url_patterns}
    described_ones = {path.lstrip("/") for _, path, _ in OPERATIONS}
    assert addresses - described_ones == {"openapi.json", ""}
    assert described_ones <= addresses


def test_every_scope_opens_something():
    assert {one["x-scope"] for _, _, one in OPERATIONS} == set(SCOPES)


BODIES = [
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"x"),
    ("multipart/form-data; boundary=a", b"--a\r\nContent-Length: x\r\n\r\n"),
    ("application/json", b"\xff\xfe"),
    ("application/json", b"[" * 100_000),
    ("application/json", b'{"title": "\\ud800", "set": NaN}'),
    ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 2000)),
    ("text/plain; charset=no-such", b"x"),
]


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_hostile_body_of_any_operation_writes_no_traceback(kind, body, cast, keys, settings):
    handler = logging.StreamHandler(stream := io.StringIO())
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        made = dict(settings.LOGGING["filters"][name])
        handler.addFilter(import_string(made.pop("()"))(**made))
    logging.getLogger("django").addHandler(handler)
    try:
        ada = Program(cast.ada, cast.acme)
        for number, (method, path, operation) in enumerate(OPERATIONS):
            if "requestBody" in operation:
                headers = {
                    "Authorization": f"Bearer {ada.text}",
                    "Idempotency-Key": str(number),
                }
                reply = ada.client.generic(method, ROOT + filled(path, keys), body, kind, headers=headers)
                assert 400 <= reply.status_code < 500, (path, reply.status_code)
    finally:
        logging.getLogger("django").removeHandler(handler)
    assert "Traceback" not in stream.getvalue()
