"""No page reads a row more because others have theirs: PostgreSQL counts what it reads."""

import pytest
from django.core.cache import cache
from django.db import connection

from compliance.identity.organisations.actions import invite
from compliance.models import (
    Answer,
    Attachment,
    Comment,
    Event,
    Evidence,
    Organisation,
)
from compliance.proof.audit import verification
from compliance.work.search import terms
from compliance.work.search.index import ANSWER, Matches, scope_of
from compliance.work.search.queries import find
from compliance.work.workspace import overview
from tests.load.multiplied import multiply
from tests.support import factories, postgres, signing
from tests.support.plans import Plans
from tests.test_doors import DOORS, address, all_doors, enter, make_keys  # noqa: F401

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not postgres.IS_SERVER, reason="asks plans of PostgreSQL"),
]
COPIES = 400


@pytest.fixture
def keys(cast):
    return make_keys(cast)


@pytest.fixture
def mould(cast):
    """An organisation with something of everything that pages list."""
    made = factories.make_organisation("Elsewhere", "elsewhere")
    by = factories.make_member(made, "owner", "Ed Elsewhere")
    assessment = factories.make_assessment(made, by, factories.make_edition(10))
    for number, answer in enumerate(assessment.answers.all(), 1):
        factories.attach(answer, factories.make_link(made, by))
        Comment.objects.create(answer=answer, author=by, text="Where is the policy?")
        factories.make_action(made, by, answer, owner=by, due_on=signing.LATER)
        said = {
            "verdict": "not_met",
            "note": f"The policy {number}.",
            "owner_id": by.pk,
        }
        if number == 1:
            said["note"] += " Rarely."
        signing.answer(by, assessment, f"Q{number}", **said)
    invite(
        by=by,
        organisation=made,
        email="new@elsewhere.example.org",
        name="New Person",
        role="reader",
    )
    return made


def read(client, keys):
    """Page of an organisation, by its name or address, to the statements of one look at it."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    pages = {
        door.name: address(door, keys)
        for door in all_doors()
        if "org" in door.params and "GET" in DOORS[door.name][1]
    }
    search = pages["search:search"]
    pages |= {f"search {word}": f"{search}?q={word}" for word in ("policy", "rarely")}
    found = {}
    for name, at in pages.items():
        cache.clear()
        found[name] = plans = Plans()
        with connection.execute_wrapper(plans):
            client.get(at).getvalue()
    return found


def test_no_page_reads_more_beside_others(keys, cast, enter, mould):  # noqa: F811
    client = enter(cast.ada)
    with connection.cursor() as cursor:
        # Small tables are read whole, unless another way is wanted: then it is taken.
        for name in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{name} = off")
        cursor.execute("SET LOCAL jit = off")
    before = read(client, keys)
    multiply(mould.pk, 1, COPIES)
    assert Organisation.objects.count() > COPIES
    after = read(client, keys)
    more = {name: plans.rows - before[name].rows for name, plans in after.items()}
    grown = [name for name, rows in more.items() if rows > COPIES / 4]
    assert {name: after[name].costly(2) for name in grown} == {}
    assert len(after) > 40


def test_chains_are_listed_without_reading_their_events(mould):
    multiply(mould.pk, 1, COPIES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plans = Plans()
    with connection.execute_wrapper(plans):
        found = verification.chains()
    assert len(found) > COPIES
    assert Event.objects.count() > 10 * COPIES
    assert plans.rows < 4 * len(found)


def test_search_passes_no_answer_of_others(cast, mould):
    """Each of theirs has the word, so that a walk through the newest would seem short."""
    edition = factories.make_edition(150)
    here = factories.make_assessment(cast.acme, cast.ada, edition)
    signing.answer(cast.ada, here, "Q1", verdict="met", note="Our policy.")
    their = factories.make_assessment(mould, mould.memberships.get().user, edition)
    their.answers.update(note="The policy.")
    multiply(mould.pk, 1, 100)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        # Of many matches, the planner thinks, the newest few are near the end of the key.
        cursor.execute("SET LOCAL enable_sort = off")
        # New rows wait in a list of bounded length, which every search reads.
        cursor.execute(f"SELECT gin_clean_pending_list('{ANSWER.index}')")
    plans = Plans()
    with connection.execute_wrapper(plans):
        (hit,) = find(cast.acme, "policy", kinds=["note"], limit=1)
    assert str(here.pk) in hit.url
    notes = [one for one in plans.statements if '"compliance_answer"."note"' in one.sql]
    assert len(notes) == 1
    assert notes[0].rows < 4 * here.answers.count()
    found, plans = Matches(ANSWER, terms.read("poli"), (scope_of(here),)), Plans()
    with connection.execute_wrapper(plans):
        assert Answer.objects.filter(found).get().assessment_id == here.pk
    assert plans.rows == 2
    assert plans.buffers < 8, plans.buffers


def test_search_passes_no_comment_of_others(cast, mould):
    """The index knows no place of a comment, but how common the word is.

    It takes so many that reading all of them by the word is not the shorter way.
    """
    edition = factories.make_edition(150)
    here = factories.make_assessment(cast.acme, cast.ada, edition)
    there = factories.make_assessment(mould, mould.memberships.get().user, edition)
    for by, one, text in ((cast.ada, here, "Seen."), (cast.zoe, there, "The policy.")):
        Comment.objects.bulk_create(
            Comment(answer=answer, author=by, text=text) for answer in one.answers.all()
        )
    Comment.objects.filter(answer=here.answers.first()).update(text="Our policy.")
    multiply(mould.pk, 1, COPIES // 2)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL random_page_cost = 1.1")  # as advised for an SSD
    plans = Plans()
    with connection.execute_wrapper(plans):
        (hit,) = find(cast.acme, "policy", kinds=["comment"], limit=1)
    assert str(here.pk) in hit.url
    assert Comment.objects.filter(text__contains="policy").count() > 50 * COPIES
    assert plans.rows < 4 * here.answers.count(), plans.costly()


NEW = (
    "UPDATE pg_class SET relpages = 0, reltuples = -1"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
)
"""Tables and indexes as if they had just been made: where the planner guesses worst."""


@pytest.mark.parametrize("statistics", [NEW, "ANALYZE"])
def test_marks_of_a_page_read_nothing_of_others(cast, mould, statistics):
    edition = factories.make_edition(200)
    here = factories.make_assessment(cast.acme, cast.ada, edition)
    for answer in here.answers.all():
        factories.attach(answer, factories.make_link(cast.acme, cast.ada))
    multiply(mould.pk, 1, COPIES)
    with connection.cursor() as cursor:
        cursor.execute(statistics)
    plans = Plans()
    with connection.execute_wrapper(plans):
        overview.read(here, cast.ada.pk, signing.LATER)
    assert Attachment.objects.count() > 10 * COPIES
    # The questions are the edition's own: new tables may be read once for each answer.
    there = plans.rows_of(Attachment, Evidence)
    assert there < 10 * here.answers.count(), plans.costly()
