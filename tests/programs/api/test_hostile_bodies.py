"""Bodies, filters and headers made from the description, with one hostile value each.

Whoever sends them, with a token of all scopes, of one, of a reader or of another
organisation: no call fails (5xx), changes a row of another organisation, joins a row of
one to a row of the other, or shows a word of it.
"""

from copy import deepcopy
from itertools import product
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from compliance.models import Answer
from compliance.programs.api.document import described
from compliance.programs.api.urls import api
from tests.programs.api.test_walls import OPERATIONS, body_of
from tests.support.api_programs import ROOT, Program
from tests.test_doors import Writes
from tests.test_foreign_ids import Elsewhere
from tests.test_malformed import as_strict

pytestmark = pytest.mark.long

VALUES = [
    None, True, -1, 0, 2**31, 2**63, 1e308, float("nan"), [], {}, [[[]]], {"x": {"": None}},
    "", " ", "a\x00b", "\ud800", "\u202e\u2066", "x" * 100_001, "<b>'\"&{{ 1 }}%s", "=1+1",
    "javascript:alert(1)", "0001-01-01", "9999-12-31", "2026-02-30", "1e999999", "9" * 5000,
    "00000000-0000-0000-0000-000000000001", "@Con Tributor",
]  # fmt: skip
TEXTS = [one for one in VALUES if isinstance(one, str) and one != "\ud800"]
HEADERS = ["", "-1", "x", "*", '"', 'W/"', "9" * 5000, "\u00b2", "1e9", "1, 1"]
FORM, OF_TUS = "multipart/form-data", "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Offset": "0"}
PARTS = 6
"""So many tests for each token: one of all would take minutes."""
SHAPES = described(api)["components"]["schemas"]


def places(shape, at=()):
    """The way to each place of a body of this shape."""
    if "$ref" in shape:
        shape = SHAPES[shape["$ref"].rpartition("/")[2]]
    if at:
        yield at
    for one in [*shape.get("anyOf", ()), *shape.get("allOf", ())]:
        yield from (place for place in places(one, at) if place != at)
    for name, inner in shape.get("properties", {}).items():
        yield from places(inner, (*at, name))
    if isinstance(inner := shape.get("additionalProperties"), dict):
        yield from places(inner, (*at, "x"))
    if "items" in shape:
        yield from places(shape["items"], (*at, 0))


def put(body, at, value):
    """A body with another value at one place."""
    changed = inner = deepcopy(body)
    for name, following in zip(at, [*at[1:], None], strict=True):
        filling = value if following is None else [] if following == 0 else {}
        if name == 0:
            inner[:] = [filling]
        elif following is None or name not in inner:
            inner[name] = filling
        inner = inner[name]
    return changed


class Sent(NamedTuple):
    """What goes along with a call."""

    query: str
    body: Any
    headers: dict[str, str]


def media_of(operation):
    """Each kind of body that it takes, and its schema."""
    content = operation.get("requestBody", {}).get("content", {})
    return {kind: about["schema"] for kind, about in content.items()}


def calls(operation, body, ids):
    """A good call, and one for each hostile value at each place."""
    names = {
        where: [one["name"] for one in operation.get("parameters", ()) if one["in"] == where]
        for where in ("query", "header")
    }
    query = "q=x" if "q" in names["query"] else ""
    good = Sent(query, body, {name: TUS[name] for name in names["header"] if name in TUS})
    yield good
    for changed in bodies(operation, body, ids):
        yield good._replace(body=changed)
    for name, value in product(names["query"], [*TEXTS, *ids]):
        yield good._replace(query=f"{name}={quote(str(value)[:5000])}")
    for name, value in product(names["header"], HEADERS):
        yield good._replace(headers=good.headers | {name: value})


def bodies(operation, body, ids):
    """The body with each value at each place."""
    for kind, schema in media_of(operation).items():
        if isinstance(body, dict):
            values = TEXTS if kind == FORM else VALUES
            for at, value in product(places(schema), [*values, *ids]):
                yield put(body, at, value)


def send(program, method, path, operation, sent):
    """The reply to a call, with its body read."""
    cache.clear()
    path = f"{path}?{sent.query}" if sent.query else path
    media = media_of(operation)
    if FORM in media:
        file = SimpleUploadedFile("policy.txt", b"proof")
        reply = program.send(path, {"file": file} | sent.body, **sent.headers)
    elif OF_TUS in media:
        reply = send_bytes(program, path, sent.headers)
    else:
        reply = program.call(method, path, sent.body, **sent.headers)
    reply.body = reply.getvalue()
    return reply


def send_bytes(program, path, headers=TUS):
    """Send an upload all of its bytes."""
    given = {"Authorization": f"Bearer {program.text}", **headers}
    data = b"0123456789"
    return program.client.generic("PATCH", ROOT + path, data, OF_TUS, headers=given)


def as_sent(value):
    return str(value) if isinstance(value, UUID) else value


@pytest.fixture
def sides(cast, keys):
    """Acme and the other organisation: who is there, and which ids are whose."""
    own = {name: key.own for name, key in keys.items()}
    theirs = {name: key.foreign for name, key in keys.items()}
    here = SimpleNamespace(organisation=cast.acme, ids=own, person=cast.ada)
    there = SimpleNamespace(organisation=cast.other, ids=theirs, person=cast.zoe)
    return here, there


TOKENS = {
    "all scopes": ("ada", None),
    "reader": ("rob", None),
    "one scope": ("ada", ["answer"]),
    "other organisation": ("zoe", None),
}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", TOKENS)
def test_hostile_value_breaks_nothing_and_reaches_no_other_organisation(name, part, *, cast, sides, keys):
    person, scopes = TOKENS[name]
    here, there = sides if person != "zoe" else reversed(sides)
    program = Program(getattr(cast, person), here.organisation, scopes)
    ids = [*map(as_sent, [*there.ids.values(), there.person.pk])]
    elsewhere, wrong, done = Elsewhere(there.organisation), [], set()
    operations = OPERATIONS[part::PARTS]
    for method, address, operation in operations:
        path, body = address.format(**here.ids), body_of(operation, keys)
        if body and "edition" in body:
            answer = Answer.objects.get(pk=here.ids["answer_id"])
            body["edition"] = answer.assessment.edition_id
        for sent in calls(operation, body, ids):
            writes = Writes()
            with transaction.atomic():
                if operation["operationId"] == "finish_upload":
                    cache.clear()
                    send_bytes(program, path.removesuffix("/finish"))
                with writes.heard(), connection.execute_wrapper(as_strict):
                    reply = send(program, method, path, operation, sent)
                is_reached = writes.were and elsewhere.is_reached(writes.tables)
                transaction.set_rollback(True)
            if reply.status_code < 300:
                done.add(operation["operationId"])
            is_shown = there.person.name.encode() in reply.body
            if reply.status_code >= 500 or is_reached or is_shown:
                wrong.append((method, path, str(sent)[:300], reply.status_code))
    assert wrong == []
    assert elsewhere.stands()
    if name == "all scopes":
        assert {one["operationId"] for _, _, one in operations} - done <= HELD


HELD = {"withdraw_proposal", "cancel_report"}
"""Operations for which there is nothing here: only what a token itself proposed, and a
report that is not made yet. All others did something when all was well."""
