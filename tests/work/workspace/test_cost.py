"""The cost of pages and saves: queries, bytes and elements, for any number of rows."""

import re
from contextlib import contextmanager
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.models import Answer
from compliance.proof.audit import trail
from tests.support.event_types import THING_DONE
from tests.support.factories import (
    attach,
    make_assessment,
    make_draft,
    make_edition,
    make_link,
    make_provision,
    make_question,
    publish,
)
from tests.support.legal_indexes import amend

pytestmark = pytest.mark.slow

HTMX = {"HX-Request": "true"}
NO_WORK = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


def queries(ask):
    """The statements that do work while ``ask`` runs."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        ask()
    statements = [query["sql"] for query in captured]
    return [sql for sql in statements if not sql.startswith(NO_WORK)]


class Counter(HTMLParser):
    """Counts the elements of a page."""

    count = 0

    def handle_starttag(self, tag, attrs):
        self.count += 1


def elements(text):
    counter = Counter()
    counter.feed(text)
    return counter.count


def make_full_assessment(cast, questions):
    """Cited questions, answered, owned and with evidence, in sections of fifteen."""
    edition = make_draft(questions, max(1, questions // 15))
    provision = make_provision()
    for question in edition.questions.all():
        question.citations.create(provision=provision, position=1)
    assessment = make_assessment(cast.acme, cast.ada, publish(edition))
    assessment.answers.update(verdict="met", note="Kept in the wiki.", owner=cast.con)
    proof = make_link(cast.acme, cast.ada)
    for answer in assessment.answers.all():
        attach(answer, proof)
    return assessment


@pytest.fixture
def con(cast, sign_in):
    return sign_in(cast.con)


def test_workspace_asks_as_often_for_150_questions_as_for_15(cast, con):
    few, many = (make_full_assessment(cast, number) for number in (15, 150))
    con.get(few.get_absolute_url())
    few, many = (queries(lambda one=one: con.get(one.get_absolute_url())) for one in (few, many))
    assert len(few) == len(many)
    assert len(many) <= 10, "\n".join(many)


def test_workspace_asks_as_often_where_the_law_changed(cast, con):
    one = make_full_assessment(cast, 150)
    con.get(one.get_absolute_url())
    before = queries(lambda: con.get(one.get_absolute_url()))
    cite = one.edition.questions.first().citations.get().provision.cite
    amend({cite: {"status": "repealed"}})
    pages = []
    after = queries(lambda: pages.append(con.get(one.get_absolute_url())))
    assert len(pages[0].context["view"].amended) == 150
    assert len(after) == len(before) <= 10, "\n".join(after)


def test_first_page_of_1189_questions_is_small(cast, con):
    assessment = make_assessment(cast.acme, cast.ada, make_edition(questions=1189, sections=60))
    page = con.get(assessment.get_absolute_url()).content
    assert len(page) <= 300_000
    assert elements(page.decode()) <= 3000


def test_opened_row_asks_eight_times(cast, con):
    """The facts of a final edition are read once in a process, not once a row."""
    answer = make_full_assessment(cast, 30).answers.first()
    path = reverse("workspace:row", args=["acme", answer.assessment_id, answer.pk])
    con.get(path, headers=HTMX)
    asked = queries(lambda: con.get(path, headers=HTMX))
    assert len(asked) <= 8, "\n".join(asked)


def make_answer(cast, kind, **fields):
    edition = make_draft(questions=15)
    question = make_question(edition, edition.sections.get(), 16, kind=kind, **fields)
    question.save()
    if kind == "choice":
        question.choices.create(key="a", label="A", verdict="met", position=1)
    assessment = make_assessment(cast.acme, cast.ada, publish(edition))
    return assessment.answers.get(question=question)


def begin_trail(cast, assessment):
    """The first event of an organisation makes its chain: that is not counted."""
    with transaction.atomic():
        trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action=THING_DONE,
            subject=cast.acme,
            scope_id=assessment.pk,
        )


def save_url(answer):
    return reverse("workspace:answer_save", args=["acme", answer.assessment_id, answer.pk])


KINDS = {
    "verdict": ("verdict", {}, {"verdict": "met"}, 7),
    "note": ("verdict", {}, {"note": "Kept in the wiki."}, 6),
    "number": (
        "number",
        {"number": {"unit": "days", "at_most": 31}},
        {"value": "28"},
        8,
    ),
    "choice": ("choice", {}, {"value": "a"}, 8),
    "owner": ("verdict", {}, {"owner": "con"}, 9),
}


@pytest.mark.parametrize("what", KINDS)
def test_save_asks_seldom(what, cast, con):
    kind, fields, sent, most = KINDS[what]
    answer = make_answer(cast, kind, **fields)
    if "owner" in sent:
        sent = {"owner": cast.con.pk}
    begin_trail(cast, answer.assessment)
    made = queries(lambda: con.post(save_url(answer), {"base": "0"} | sent, headers=HTMX))
    answer.refresh_from_db()
    assert answer.version == 1
    most += connection.vendor == "postgresql"  # it holds the assessment open
    assert len(made) <= most, "\n".join(made)


def test_reply_to_a_verdict_is_under_two_kilobytes(cast, con):
    answer = make_answer(cast, "verdict")
    sent = {"base": "0", "verdict": "met", "reason": ""}
    assert len(con.post(save_url(answer), sent, headers=HTMX).content) < 2048


PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def two_thousand(cast):
    """Answers of five verdicts, in no order, so that nothing packs well."""
    edition = make_edition(questions=2000, sections=134)
    assessment = make_assessment(cast.acme, cast.ada, edition)
    found = sorted(
        assessment.answers.values_list("pk", flat=True),
        key=lambda pk: sha256(str(pk).encode()).digest(),
    )
    said = ["met", "partly", "not_met", "dont_know", "unanswered"]
    for at, verdict in enumerate(said):
        assessment.answers.filter(pk__in=found[at :: len(said)]).update(verdict=verdict)
    return assessment


def drawn(page):
    return re.search(r'name="drawn"[^>]*value="([^"]+)"', page)[1]


def follows(client, assessment, known):
    """The requests of a page once a save is behind it: raw, and as sent."""
    address = f"{assessment.get_absolute_url()}progress/"
    for more in ({}, PACKED):
        yield client.get(address, {"drawn": known}, headers=HTMX | more).content


@pytest.mark.parametrize("fields", [{"verdict": "met", "reason": ""}, {"note": "Kept in the wiki. " * 40}])
def test_save_in_2000_questions_brings_under_three_kilobytes(fields, two_thousand, con):
    known = drawn(con.get(two_thousand.get_absolute_url()).content.decode())
    answer = two_thousand.answers.filter(verdict="unanswered").first()
    reply = con.post(save_url(answer), {"base": "0"} | fields, headers=HTMX | PACKED).content
    raw, sent = follows(con, two_thousand, known)
    assert raw.count(b"innerHTML:#strip-") == ("verdict" in fields)
    assert len(reply) + len(sent) < 3_000, (len(reply), len(sent), len(raw))


def test_page_that_lacks_the_whole_strip_gets_it_whole(two_thousand, con):
    known = drawn(con.get(two_thousand.get_absolute_url()).content.decode())
    for odd in ("", "2000", known.replace("2000-", "1999-"), f"{known}-1", "\x00-é"):
        raw, _ = follows(con, two_thousand, odd)
        assert b"innerHTML:#progress" in raw
        assert drawn(raw.decode()) == known


def add_row(cast, number):
    """An assessment with an overdue answer of one's own, with its events."""
    assessment = make_assessment(cast.acme, cast.ada, subject=f"Acme {number}")
    assessment.answers.update(owner=cast.con, due_on="2026-01-05")
    attach(assessment.answers.first(), make_link(cast.acme, cast.ada))
    begin_trail(cast, assessment)


LISTS = ["workspace:list", "home:home", "home:work", "history:trail"]


@pytest.mark.parametrize("name", [*LISTS, "evidence:list", "reports:list"])
def test_list_asks_as_often_for_fifty_rows_as_for_one(name, cast, sign_in):
    ada = sign_in(cast.ada)
    address = reverse(name, args=["acme"])
    add_row(cast, 0)
    ada.get(address)
    one = queries(lambda: ada.get(address))
    for number in range(1, 50):
        add_row(cast, number)
    fifty = queries(lambda: ada.get(address))
    assert len(one) == len(fifty), "\n".join(fifty)


@contextmanager
def plans():
    """Collects the plan of every statement that reads or changes rows.

    On PostgreSQL reading whole tables is made dear, for small ones it never is.
    """
    found, asking = [], "EXPLAIN QUERY PLAN" if is_sqlite() else "EXPLAIN"

    def explain(execute, sql, params, many, context):
        if sql.startswith(("SELECT", "UPDATE")):
            with context["connection"].cursor() as cursor:
                context["connection"].execute_wrappers.remove(explain)
                cursor.execute(f"{asking} {sql}", params)
                found.extend((str(row[-1]), sql) for row in cursor.fetchall())
                context["connection"].execute_wrappers.append(explain)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


def is_sqlite():
    return connection.vendor == "sqlite"


def whole_tables(found):
    """Plans that walk through all answers or all events of the installation."""
    tables = ("compliance_answer", "compliance_event")
    return [
        (step, sql)
        for step, sql in found
        for table in tables
        if f"SCAN {table}" in step or f"Seq Scan on {table} " in step
    ]


def test_walk_through_all_answers_is_seen(cast):
    with plans() as found:
        list(Answer.everything.filter(note="no index has this"))
    assert len(whole_tables(found)) == 1


def test_page_and_save_cost_the_same_beside_forty_assessments(cast, con):
    assessment = make_full_assessment(cast, 15)
    page, first = assessment.get_absolute_url(), assessment.answers.first()

    def work():
        """Open the page, save, and save over the old version: that is refused."""
        first.refresh_from_db()
        con.get(page)
        for note in ("one", "two"):
            sent = {"base": first.version, "note": f"{note} {first.version}"}
            con.post(save_url(first), sent, headers=HTMX)

    work()
    alone = queries(work)
    for number in range(40):
        make_assessment(cast.acme, cast.ada, assessment.edition, subject=str(number))
    assert len(queries(work)) == len(alone)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if is_sqlite() else "SET LOCAL enable_seqscan = off")
    with plans() as found:
        work()
    assert len(found) > len(alone)
    assert whole_tables(found) == []
