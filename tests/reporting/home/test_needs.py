"""Work that waits for a person: by kind, what comes first, and what they put away."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.assurance.reviews import actions as reviews
from compliance.content.publishing import actions as publishing
from compliance.models import Event, PutAway
from compliance.reporting.home.choices import Kind
from compliance.reporting.home.todo import needs
from compliance.work.remediation.actions import change_action
from tests.support import factories, signing
from tests.support.page_text import flat

HOME = reverse("home:home", args=["acme"])
WORK = reverse("home:work", args=["acme"])
AWAY = reverse("home:away", args=["acme"])
BACK = reverse("home:back", args=["acme"])
NOON = "2026-11-28T12:00:00+00:00"
TODAY = date(2026, 11, 28)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def action(cast):
    return factories.make_action(cast.acme, cast.ada, title="Close the port", owner=cast.con, due_on=TODAY)


def read(client, address):
    return flat(client.get(address).text)


def thing(action):
    return f"action:{action.pk}"


def put_away(client, thing, until=TODAY + timedelta(days=7)):
    return client.post(AWAY, {"thing": thing, "until": str(until), "page": "home"})


def waits(client):
    """The list of the page of all work, and the part put away."""
    listed, _, away = flat(client.get(WORK).text).partition("put away</h2>")
    return listed, away


def test_work_stands_by_kind_with_counts_and_words_for_its_days(cast, sign_in, action):
    for days, title in ((-9, "Long ago"), (5, "Next week"), (30, "Next month")):
        factories.make_action(
            cast.acme,
            cast.ada,
            title=title,
            owner=cast.con,
            due_on=TODAY + timedelta(days=days),
        )
    answer = factories.make_assessment(cast.acme, cast.ada).answers.first()
    answer.owner = cast.con
    answer.save()
    page = read(sign_in(cast.con), HOME)
    assert "5 things need you, 1 overdue, 2 soon." in page
    assert page.index("Actions</h3>") < page.index("Questions</h3>")
    assert '<span class="n">4</span><span class="due late">1 overdue</span>' in page
    assert '19 Nov 2026<span class="dueword">overdue</span>' in page
    assert '28 Nov 2026<span class="dueword">soon</span>' in page
    assert "28 Dec 2026" not in page  # three of a kind, and a way to the rest
    assert f'href="{WORK}#action"' in page
    assert "28 Dec 2026</span>" in flat(sign_in(cast.con).get(WORK).text)


def test_home_opens_kinds_until_five_lines_are_shown(cast, sign_in, action):
    one = factories.make_assessment(cast.acme, cast.ada)
    one.answers.update(owner=cast.con)
    factories.make_action(cast.acme, cast.ada, owner=cast.con)
    proof = factories.make_link(cast.acme, cast.ada, expires_on=TODAY)
    factories.attach(one.answers.first(), proof)
    page = read(sign_in(cast.con), HOME)
    assert page.count('<details class="kind" open>') == 2
    assert page.count('<details class="kind"') == 3


@pytest.mark.slow
def test_edition_to_publish_and_returned_assessment_come_first(cast, sign_in, action):
    """Before what has a day, and only for those who can act."""
    sent = signing.make_sent(cast)
    draft = factories.make_draft(checklist=factories.make_checklist("own", cast.acme))
    publishing.send_to_review(by=cast.otto, organisation=cast.acme, edition_id=draft.pk)
    action.owner, action.due_on = cast.ada, TODAY - timedelta(days=90)
    action.save()
    said = f"{sent} was returned"
    assert said not in flat(sign_in(cast.ada).get(WORK).text)
    reviews.return_for_changes(by=cast.rev, assessment=sent, said="Name the binder.")
    page = flat(sign_in(cast.ada).get(WORK).text)
    order = ["To publish</h2>", "Returned</h2>", said, "Actions</h2>"]
    assert [page.index(one) for one in order] == sorted(page.index(one) for one in order)
    assert "Rev Iewer: Name the binder." in page
    for other in (cast.rev, cast.con, cast.rob):
        assert said not in flat(sign_in(other).get(WORK).text)
    reviews.send(by=cast.otto, assessment=sent)
    assert said not in flat(sign_in(cast.ada).get(WORK).text)


def test_thing_is_away_until_its_day_and_comes_back_by_itself(cast, sign_in, action, noon):
    con = sign_in(cast.con)
    events = Event.objects.count()
    reply = put_away(con, thing(action), TODAY + timedelta(days=2))
    assert reply.url == HOME
    assert "put away until 30 November 2026" in flat(con.get(HOME).text)
    listed, away = waits(con)
    assert (action.title in listed, action.title in away) == (False, True)
    assert "1 put away" in flat(con.get(HOME).text)
    assert Event.objects.count() == events
    noon.shift(timedelta(days=1))
    con = sign_in(cast.con)
    assert action.title in waits(con)[1]
    noon.shift(timedelta(days=1))
    con = sign_in(cast.con)
    assert waits(con)[1] == ""
    assert action.title in waits(con)[0]


def test_form_comes_into_the_line_and_stands_on_a_page_of_its_own(cast, sign_in, action):
    con = sign_in(cast.con)
    asked = f"{AWAY}?thing={thing(action)}&page=home"
    page = flat(con.get(asked).text)
    assert "Put away until when?" in page
    assert 'value="2026-11-29"' in page
    assert 'min="2026-11-29"' in page
    part = flat(con.get(asked, headers={"HX-Request": "true"}).text)
    assert "<html" not in part
    assert 'value="2026-12-05"' in part


@pytest.mark.parametrize(("method", "status"), [("get", 200), ("post", 422)])
def test_line_of_a_thing_that_is_done_meanwhile_says_so_in_its_place(cast, sign_in, method, status):
    con = sign_in(cast.con)
    sent = {"thing": "action:99", "page": "home", "until": "2026-12-05"}
    reply = getattr(con, method)(AWAY, sent, headers={"HX-Request": "true"})
    assert (reply.status_code, "<html" in reply.text) == (status, False)
    assert "This does not wait for you any more." in flat(reply.text)
    assert "<form" not in reply.text
    reply = getattr(con, method)(AWAY, sent, follow=True)
    assert reply.redirect_chain == [(HOME, 302)]
    assert "This does not wait for you any more." in flat(reply.text)


def test_character_that_no_database_holds_names_the_same_thing(cast, sign_in, action):
    con = sign_in(cast.con)
    put_away(con, thing(action))
    con.post(BACK, {"thing": "a\x00b"})
    assert PutAway.objects.exists()
    con.post(BACK, {"thing": f"{thing(action)}\x00"})
    assert not PutAway.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"due_on": TODAY + timedelta(days=20)}, {"status": "doing"}],
    ids=["another day", "another state"],
)
def test_thing_that_changed_comes_back(cast, sign_in, action, changes):
    con = sign_in(cast.con)
    put_away(con, thing(action))
    factories.take_into_trail(cast.acme)
    change_action(
        by=cast.ada,
        organisation=cast.acme,
        number=action.number,
        changes=changes,
        base=action.version,
    )
    assert action.title in waits(con)[0]
    assert waits(con)[1] == ""


def test_day_that_passes_does_not_count_as_a_change(cast, sign_in, action, noon):
    """It was put away by someone who saw that it would be late."""
    con = sign_in(cast.con)
    put_away(con, thing(action))
    noon.shift(timedelta(days=3))
    con = sign_in(cast.con)
    assert action.title in waits(con)[1]


def test_thing_is_brought_back_by_a_press(cast, sign_in, action):
    con = sign_in(cast.con)
    put_away(con, thing(action))
    for _ in range(2):
        reply = con.post(BACK, {"thing": thing(action)}, follow=True)
        assert "among your work again" in flat(reply.text)
    assert action.title in waits(con)[0]


def test_thing_is_away_for_one_person_in_one_organisation(cast, sign_in, action):
    sent = signing.make_sent(cast)
    put_away(sign_in(cast.rev), f"review:{sent.reviews.get().pk}")
    said = f"{sent} is in review"
    assert [said in waits(sign_in(one))[0] for one in (cast.rev, cast.ada)] == [
        False,
        True,
    ]
    zoe = sign_in(cast.zoe)
    theirs = reverse("home:away", args=["other"])
    reply = zoe.post(theirs, {"thing": thing(action), "until": "2026-12-05"}, follow=True)
    assert "does not wait for you any more" in flat(reply.text)
    assert not PutAway.objects.filter(user=cast.zoe).exists()


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (TODAY, "Choose a day after today."),
        (TODAY - timedelta(days=400), "Choose a day after today."),
        (TODAY + timedelta(days=400), "Choose a day within a year."),
        ("soon", "Write the date as 2026-12-31."),
        ("", "Choose a day."),
    ],
)
def test_day_that_does_not_do_is_refused_in_words(cast, sign_in, action, until, said):
    con = sign_in(cast.con)
    reply = put_away(con, thing(action), until)
    assert reply.status_code == 422
    assert said in flat(reply.text)
    assert not PutAway.objects.exists()


def test_press_that_is_sent_twice_keeps_one_row_and_the_later_day(cast, sign_in, action):
    con = sign_in(cast.con)
    for days in (1, 1, 7):
        put_away(con, thing(action), TODAY + timedelta(days=days))
    assert PutAway.objects.get().until == TODAY + timedelta(days=7)
    row = PutAway.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_days_that_have_come_are_forgotten(cast, sign_in, action, noon):
    con = sign_in(cast.con)
    other = factories.make_action(cast.acme, cast.ada, owner=cast.con, title="Other")
    put_away(con, thing(action), TODAY + timedelta(days=1))
    noon.shift(timedelta(days=1))
    con = sign_in(cast.con)
    put_away(con, thing(other))
    assert PutAway.objects.get().thing == thing(other)


def test_hostile_names_stay_text(cast, sign_in, action):
    action.title = "<script>alert(1)</script>"
    action.save()
    con = sign_in(cast.con)
    put_away(con, thing(action))
    for address in (HOME, WORK, f"{AWAY}?thing={thing(action)}"):
        assert "<script>alert" not in con.get(address).text
    for nonsense in ("action:0", "'", "x" * 500, "\x00", ""):
        assert put_away(con, nonsense).status_code == 302
    assert PutAway.objects.count() == 1


@pytest.mark.slow
def test_work_asks_as_often_with_sixty_things_put_away_as_with_one(cast, sign_in):
    con = sign_in(cast.con)
    some = [factories.make_action(cast.acme, cast.ada, owner=cast.con) for _ in range(61)]
    put_away(con, thing(some[0]))
    con.get(WORK)
    counts = []
    for rest in ([], some[1:]):
        for one in rest:
            put_away(con, thing(one))
        with CaptureQueriesContext(connection) as asked:
            con.get(WORK)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_work_never_looks_for_the_organisation_it_is_in(cast, action):
    """For each open answer PostgreSQL looked through all organisations that there are."""
    here = factories.make_assessment(cast.acme, cast.ada)
    here.answers.update(owner=cast.con)
    mention = here.answers.first().comments.create(author=cast.ada, text="Con?")
    mention.mentions.create(user=cast.con)
    with CaptureQueriesContext(connection) as asked:
        found = needs(cast.acme, cast.con, TODAY)
    assert {one.kind for one in found} == {Kind.ACTION, Kind.COMMENT, Kind.QUESTION}
    looking = {one["sql"].split('"')[1] for one in asked if 'JOIN "compliance_organisation"' in one["sql"]}
    assert looking <= {"compliance_namesake"}  # a few, of what was brought in
