"""Every address, with every parameter that it reads malformed in turn: never a 500.

``SENT`` holds values that open the way to more parameters.
"""

import random
from itertools import count, cycle, islice
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.db import DataError, connection, transaction
from django.http import QueryDict
from django.urls import reverse

from compliance.models import Choice
from tests.support import factories
from tests.support.tenth import is_drawn
from tests.test_doors import DOORS, address, all_doors, cast, enter, keys, world  # noqa: F401

pytestmark = pytest.mark.slow

KINDS = ("verdict", "number", "date", "text", "choice", "choices", "stage")
LOOK = {
    "show": "all",
    "q": "duty",
    "from": "1",
    "owner": "1",
    "open": "1",
    "panel": "law",
}
TABLE = {"show": "all", "q": "list", "sort": "due", "page": "1"}
REMEDY = {
    "title": "Write it",
    "text": "All of it.",
    "owner": "",
    "due_on": "2026-12-31",
    "priority": "high",
    "effort_days": "2",
}
EVIDENCE = {
    "title": "Policy",
    "url": "https://example.org/",
    "document_on": "2026-01-31",
    "covers_from": "2026-01-01",
    "covers_to": "2026-12-31",
    "expires_on": "2027-01-01",
    "upload": "",
}
ANSWER = {
    "base": "0",
    "verdict": "later",
    "value": "1",
    "note": "Note",
    "reason": "Reason",
    "owner": "1",
    "due_on": "2026-12-31",
    "later_until": "2026-12-31",
    "want": "row",
    "then": "evidence",
}
BULK = {
    "what": "answer",
    "pick": "{answer} 0",
    "section": "1",
    "all": "1",
    "verdict": "later",
    "reason": "Reason",
    "later_until": "2026-12-31",
    "person": "1",
    "due_on": "2026-12-31",
    "no_due": "",
    "evidence": "",
    "find": "list",
    "do": "apply",
    "digest": "x",
    "pinned": "{answer} 0",
    "shown": "{answer}",
    "at": "1",
    "opened": "{answer}",
}
AWAY = {"thing": "action:1", "until": "2026-12-31", "page": "home"}
PERSON = {"email": "new@example.org", "name": "New Person", "role": "reader"}
WORDS = {"password1": "correct horse", "password2": "correct horse"}
SENT = {
    "home:away": AWAY,
    "home:back": AWAY,
    "search:search": {"q": "duty", "kind": "question", "page": "1", "near": "x"},
    "workspace:list": TABLE,
    "workspace:na_queue": {
        "page": "1",
        "seq": "1",
        "pick": "1",
        "only": "1",
        "base-1": "0",
    },
    "workspace:na_undo": {"seq": "1", "want": "queue"},
    "assignments:mine": {"page": "1"},
    "scoping:start": {
        "subject": "Acme",
        "period_from": "2026-01-01",
        "period_to": "2026-12-31",
        "due_on": "2026-12-31",
        "data": "health",
        "earlier": "x",
    },
    "scoping:applies": {"data": "health"},
    "workspace:detail": LOOK,
    "workspace:progress": {"look": "?" + urlencode(LOOK), "drawn": "8-00000000"},
    "scoping:details": {
        "subject": "Acme",
        "period_from": "2026-01-01",
        "period_to": "2026-12-31",
        "due_on": "2026-12-31",
        "reason": "Some words.",
        "base-subject": "Acme",
        "base-period_from": "2026-01-01",
        "base-period_to": "2026-12-31",
        "base-due_on": "",
    },
    "scoping:facts": {"data": "health"},
    "scoping:applicability": LOOK,
    "assignments:assign": LOOK
    | {
        "which": "question:{answer}",
        "pinned": "{answer}",
        "to": "1",
        "email": "",
        "name": "",
        "due_on": "2026-12-31",
        "message": "Look.",
        "take_over": "on",
    },
    "assignments:contribute": {"open": "{answer}", "after": "{answer}"},
    "assignments:contribute_save": ANSWER,
    "assignments:hand_back": {"to": "1", "reason": "Not I."},
    "evidence_use:use": {
        "assessment": "{assessment}",
        "q": "duty",
        "answer": "{answer}",
    },
    "evidence_use:replace": EVIDENCE | {"answer": "{answer}"},
    "evidence_use:swap": {"answer": "{answer}"},
    "workspace:saved_views": LOOK | {"name": "Mine", "is_shared": "on"},
    "workspace:saved_view": {"name": "Mine", "is_shared": "on"},
    "bulk:change": BULK,
    "workspace:answer_save": ANSWER,
    "workspace:presence": {"answer": "{answer}", "known": "", "gone": ""},
    "workspace:seen": {"seq": "1", "back": "0"},
    "workspace:take": {"base": "0", "source_version": "0", "want": "keep"},
    "workspace:again": {"base": "0", "note": "", "want": "panel"},
    "workspace:na_confirm": {"base": "0", "note": "", "want": "panel"},
    "workspace:na_back": {"base": "0", "why": "It applies."},
    "workspace:proposal_aside": {"reason": "There are four."},
    "workspace:comment_add": {"text": "@Con Tributor, look"},
    "remediation:action_list": TABLE,
    "remediation:action_board": TABLE,
    "remediation:action_new": REMEDY,
    "remediation:action_add": REMEDY,
    "remediation:action_together": REMEDY | {"answer": "{answer}"},
    "remediation:action": {"q": "duty"},
    "remediation:action_save": REMEDY | {"status": "doing", "base": "0", "q": "duty"},
    "remediation:action_move": TABLE | {"status": "doing", "base": "0"},
    "remediation:action_undo": TABLE | {"back": "action"},
    "remediation:action_link": {"answer": "{answer}", "back": "answer"},
    "remediation:action_unlink": {"answer": "{answer}", "back": "answer"},
    "workspace:proof_add": EVIDENCE | {"q": "policy", "back": "mine"},
    "workspace:proof_use": {"back": "mine"},
    "workspace:proof_drop": {"back": "mine"},
    "evidence:list": TABLE | {"open": "x"},
    "evidence:add": EVIDENCE,
    "evidence:edit": EVIDENCE | {f"base_{name}": text for name, text in EVIDENCE.items()},
    "answer_sheets:sheet_read": {"upload": "x"},
    "answer_sheets:sheet_preview": {"draft": "{assessment}"},
    "answer_sheets:sheet_take": {
        "draft": "{assessment}",
        "digest": "0" * 64,
        "page": "1",
        "take-1-note": "file",
    },
    "organisations:create": {"name": "New"},
    "organisations:members": PERSON,
    "organisations:member_role": {"role": "reader"},
    "organisations:invitation": WORDS,
    "organisations:invite": PERSON,
}
"""Address to the parameters it reads, in the query or the form, with values that do."""

NUL = "a\x00b"
BAD = [
    None,
    "",
    " \r\n",
    "x",
    "-1",
    "0",
    "9" * 19,
    "9" * 5000,
    "1e999999",
    "NaN",
    "\u00b2",
    "\u0661",
    NUL,
    "\u202e\u2066",
    "%ED%A0%80%FF",
    "x" * 100_001,
    "=1+1",
    "<b>'\"&{{ 1 }}%s",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "1 1 note=0",
    "{answer} 999999999",
    "; " * 5000,
    "1 0;" * 10_000,
    "00000000-0000-0000-0000-000000000001",
]
"""None leaves it out."""


EACH = pytest.mark.parametrize("each", [0, pytest.param(9, marks=pytest.mark.long)])
"""How many of them each parameter gets, beside ``NUL``: the next one gets those that follow.

With 0 it gets one: ``NUL`` and others by turns, on a tenth of the pages.
"""

BODIES = [
    ("application/json", "{"),
    ("text/plain", "base=0"),
    ("multipart/form-data", "x"),
    (
        "multipart/form-data; boundary=x",
        '--x\r\nContent-Disposition: form-data; name="',
    ),
    ("application/x-www-form-urlencoded", "%&=&&%zz=%00&base&pick=%FF" + "&a=1" * 6000),
]
FORM = "application/x-www-form-urlencoded"


def encoded(sent, name, bad):
    """A form as it travels, with one value in place of its own."""
    parts = {key: quote(text) for key, text in sent.items()}
    if bad is None:
        parts.pop(name, None)
    else:
        parts[name] = bad if bad.startswith("%") else quote(bad)
    return "&".join(f"{key}={text}" for key, text in parts.items())


def turns(values):
    """The values over and over; another one is the first each time."""
    start = random.randrange(len(values))  # noqa: S311
    return cycle(values[start:] + values[:start])


def bad_values(each):
    """Without end, for ``forms``."""
    return turns(BAD if each else [one for bad in BAD for one in (bad, NUL)])


def forms(sent, answer, assessment, turn, *, each, read=frozenset()):
    """A form for each parameter and each of the bad values whose turn it is; see ``EACH``."""
    sent = {k: v.format(answer=answer, assessment=assessment) for k, v in sent.items()}
    for name in [*sent, *sorted(read - {*sent, "csrfmiddlewaretoken"})]:
        for bad in {NUL, *islice(turn, each)} if each else [next(turn)]:
            yield encoded(sent, name, bad and bad.replace("{answer}", str(answer)))


def as_strict(execute, sql, params, many, context):
    """SQLite takes the one character that PostgreSQL refuses; here both refuse it."""
    rows = params if many else [params]
    if any("\x00" in one for row in rows for one in row or () if isinstance(one, str)):
        raise DataError("A string cannot contain NUL (0x00) characters.")
    return execute(sql, params, many, context)


@pytest.fixture
def knock(cast, enter):  # noqa: F811
    """``knock(method, path, form)`` as Ada, taken back at once; the status of the reply."""
    client, number = enter(cast.ada), count()
    cookies = client.cookies.output(header="", sep=";")

    def send(method, path, form="", kind=FORM):
        cache.clear()
        client.cookies.load(cookies)  # whoever was signed out comes back
        is_form = method == "POST"
        query = form[:2000] if is_form else form
        with transaction.atomic(), connection.execute_wrapper(as_strict):
            reply = client.generic(
                method,
                f"{path}?{query}" if kind == FORM else path,
                form if is_form else "",
                content_type=kind,
                headers={"HX-Request": "true"} if next(number) % 2 else {},
            )
            reply.getvalue()
            transaction.set_rollback(True)
        return reply.status_code

    return send


@pytest.fixture
def read(monkeypatch):
    """The names of parameters that views have asked for since it was last emptied."""
    names = set()

    def noted(asks):
        def ask(query, name, *rest):
            if isinstance(name, str):
                names.add(name)
            return asks(query, name, *rest)

        return ask

    for name in ("__getitem__", "__contains__", "getlist"):
        monkeypatch.setattr(QueryDict, name, noted(getattr(QueryDict, name)))
    return names


def doors(keys):  # noqa: F811
    """Name, method, and address of each door."""
    for door in all_doors():
        for method in DOORS[door.name][1].split():
            yield door, method, address(door, keys)


@EACH
def test_no_parameter_breaks_a_page(keys, knock, read, each):  # noqa: F811
    here = keys["answer_id"].own, keys["assessment_id"].own
    turn, broken = bad_values(each), []
    for door, method, path in doors(keys):
        if not is_drawn(door.name, whole=each > 0):
            continue
        sent = SENT.get(door.name, {})
        read.clear()
        whole = {urlencode(sent), ""}
        broken += [(door.name, method, f) for f in whole if knock(method, path, f) >= 500]
        broken += [
            (door.name, method, form[:300])
            for form in forms(sent, *here, turn, each=each, read={*read})
            if knock(method, path, form) >= 500
        ]
    assert broken == []


@EACH
def test_no_value_breaks_the_row_of_any_kind_of_question(keys, cast, knock, each):  # noqa: F811
    edition = factories.make_draft(questions=0)
    section = edition.sections.get()
    for position, kind in enumerate(KINDS, 1):
        bounds = {"unit": "days", "at_most": 31} if kind == "number" else {}
        question = factories.make_question(edition, section, position, kind=kind, number=bounds)
        question.save()
        if kind in {"choice", "choices", "stage"}:
            Choice.objects.create(question=question, key="1", label="One", verdict="met", position=1)
    assessment = factories.make_assessment(cast.acme, cast.ada, factories.publish(edition), subject="Kinds")
    turn, broken = bad_values(each), []
    for answer in assessment.answers.select_related("question"):
        for name in ("workspace:answer_save", "assignments:contribute_save"):
            path = reverse(name, args=["acme", assessment.pk, answer.pk])
            broken += [
                (answer.question.kind, name, form[:300])
                for form in forms(ANSWER, answer.pk, assessment.pk, turn, each=each)
                if knock("POST", path, form) >= 500
            ]
    assert broken == []


@pytest.mark.parametrize("bodies", [2, pytest.param(len(BODIES), marks=pytest.mark.long)])
def test_no_body_and_no_number_in_an_address_breaks_a_page(keys, knock, bodies):  # noqa: F811
    """A form gets as many of the bodies, by turns."""
    turn, broken = turns(BODIES), []
    for door, method, path in doors(keys):
        if not is_drawn(door.name, whole=bodies == len(BODIES)):
            continue
        if method == "POST":
            broken += [
                (door.name, kind)
                for kind, body in islice(turn, bodies)
                if knock(method, path, body, kind) >= 500
            ]
        for name in door.params:
            if isinstance(keys[name].own, int):
                far = address(door, keys, **{name: "1" * 30})
                if knock(method, far) >= 500:
                    broken.append((door.name, method, name))
    assert broken == []
