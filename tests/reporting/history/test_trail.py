"""The page of the trail: filtered, counted, verified, taken away."""

import csv
import html
import io
import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.assurance.seats.actions import share
from compliance.proof.audit import checkpoints, trail
from compliance.proof.audit.check_trail import main
from compliance.proof.audit.models import Event
from tests.proof.audit.tampering import Guardless
from tests.support import factories, signing
from tests.support.event_types import FORMULA, PERSON_CAME, THING_DONE
from tests.support.factories import happen
from tests.support.page_text import flat

pytestmark = pytest.mark.slow
URL = "/o/acme/trail/"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"


def seqs(page):
    return [event.seq for event, *_ in page.context["rows"]]


def body(response):
    return b"".join(response.streaming_content).decode()


def test_newest_first_a_hundred_at_a_time_and_the_filter_stays(cast, sign_in_freshly):
    happen(cast, 130, by=cast.otto)
    happen(cast, 3)
    client = sign_in_freshly(cast.ada)
    page = client.get(URL, {"who": cast.otto.pk})
    assert seqs(page) == list(range(130, 30, -1))
    assert "130</span>of 133 entries" in flat(page.text)
    older = f"?who={cast.otto.pk}&amp;before=31"
    assert older in page.content.decode()
    page = client.get(URL, {"who": cast.otto.pk, "before": 31})
    assert seqs(page) == list(range(30, 0, -1))
    assert f'href="?who={cast.otto.pk}">Newest' in flat(page.text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 6),
        ({"sort": "answer"}, 2),
        ({"sort": "people"}, 1),
        ({"text": "wiki"}, 1),
        ({"text": "Q2"}, 1),
        ({"text": "q2"}, 1),
        ({"text": "Ünï"}, 1),
        ({"text": "no such words"}, 0),
        ({"text": "%"}, 1),
        ({"who": "attest"}, 1),
        ({"who": "999999"}, 0),
        (
            {
                "who": "x",
                "sort": "x",
                "scope": "x",
                "since": "x",
                "until": "0001-01-01",
            },
            6,
        ),
        ({"who": "9" * 30, "before": "9" * 30}, 6),
        ({"text": "\x00"}, 6),
    ],
)
def test_filters(cast, sign_in_freshly, query, found):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    signing.answer(cast.con, assessment, "Q1", note="In the wiki.")
    signing.answer(cast.con, assessment, "Q2", verdict="met")
    happen(cast, action=PERSON_CAME, person="Ünï")
    happen(cast, 2, text="100 %" if query.get("text") == "%" else "")
    with transaction.atomic():
        trail.record(
            by=None,
            organisation_id=cast.acme.pk,
            action=THING_DONE,
            subject=cast.acme,
        )
    page = sign_in_freshly(cast.rev).get(URL, query)
    expected = 2 if query.get("text") == "%" else found
    assert (page.status_code, page.context["count"]) == (200, expected)
    assert len(page.context["rows"]) == expected


@pytest.mark.parametrize("text", ['said "yes"', r"C:\Data", "ÜBER c", "über C"])
def test_text_is_found_as_it_was_written(cast, sign_in_freshly, text):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    signing.answer(cast.con, assessment, "Q1", note=r'She said "yes" über C:\Data')
    signing.answer(cast.con, assessment, "Q2", note="She said no")
    assert sign_in_freshly(cast.rev).get(URL, {"text": text}).context["count"] == 1


def test_one_assessment_and_some_days(cast, sign_in_freshly):
    first, second = (factories.make_assessment(cast.acme, cast.ada) for _ in "12")
    signing.answer(cast.con, first, "Q1", verdict="met")
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=40), tick=False):
        signing.answer(cast.con, second, "Q1", verdict="met")
    client = sign_in_freshly(cast.ada)
    assert seqs(client.get(URL, {"scope": second.pk})) == [2]
    today = timezone.localdate()
    assert seqs(client.get(URL, {"until": today})) == [1]
    assert seqs(client.get(URL, {"since": today})) == [2, 1]
    assert seqs(client.get(URL, {"since": today + timedelta(days=1)})) == [2]


def test_another_organisation_is_never_in_it(cast, sign_in_freshly):
    other = factories.make_assessment(cast.other, cast.zoe)
    signing.answer(cast.zoe, other, "Q1", note="Secret of theirs.")
    happen(cast)
    client = sign_in_freshly(cast.ada)
    for query in ({}, {"who": cast.zoe.pk}, {"scope": other.pk}, {"text": "theirs"}):
        assert "Secret of theirs" not in client.get(URL, query).content.decode()
        for form in ("csv", "jsonl"):
            text = body(client.post(f"{URL}export/", query | {"form": form}))
            assert "Secret" not in text
    assert sign_in_freshly(cast.zoe).get(URL).status_code == 404


def test_query_count_is_the_same_for_one_and_two_hundred(cast, sign_in_freshly):
    client = sign_in_freshly(cast.ada)
    assessment = factories.make_assessment(cast.acme, cast.ada)

    def statements(**query):
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(URL, query)
        return len(found)

    signing.answer(cast.con, assessment, "Q1", note="0")
    client.get(URL)
    few = statements(text="Q1")
    for n in range(1, 200):
        signing.answer(cast.con, assessment, "Q1", note=str(n))
    assert statements(text="Q1") == few <= 13


def test_says_how_far_it_is_verified_and_signed(cast, sign_in_freshly):
    happen(cast, 3)
    client = sign_in_freshly(cast.ada)
    page = flat(client.get(URL).text)
    assert "Not verified yet." in page
    assert "No signed checkpoint yet" in page
    checkpoints.checkpoint(cast.acme.pk)
    page = flat(client.get(URL, {"check": 1}).text)
    assert "All 3 events are as written." in page
    assert "up to event 3" in page
    assert "Last signed checkpoint, kept outside the database: event 3" in page
    with Guardless(), connection.cursor() as cursor:
        cursor.execute("UPDATE compliance_event SET action = 'forged' WHERE seq = 2")
    page = client.get(URL, {"check": 1})
    assert "All 3 events" in flat(page.text)  # read and verified before
    happen(cast)
    with Guardless(), connection.cursor() as cursor:
        cursor.execute("UPDATE compliance_event SET action = 'forged' WHERE seq = 4")
    page = flat(client.get(URL, {"check": 1}).text)
    assert "Event 4: its who, when or what was changed (edited)." in page


def test_table_holds_what_the_filter_shows_and_no_formula(cast, sign_in_freshly):
    happen(cast, 2, by=cast.otto, title="=cmd|' /C calc'!A0", text="+1")
    cast.con.name = "@Con"
    cast.con.save()
    happen(cast, by=cast.con, action=FORMULA)
    client = sign_in_freshly(cast.ada)
    answer = client.post(f"{URL}export/", {"form": "csv"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="trail-acme-')
    rows = list(csv.DictReader(io.StringIO(body(answer).removeprefix("\ufeff"))))
    assert [row["number"] for row in rows] == ["1", "2", "3"]
    assert (rows[2]["who"], rows[2]["event"]) == ("'@Con", "'=thing.done")
    assert not [c for row in rows for c in row.values() if c[:1] in set("=+-@")]
    some = body(client.post(f"{URL}export/", {"who": cast.con.pk}))
    assert len(some.splitlines()) == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "garbage"}, "“garbage” is not a day from which to look"),
        ({"until": "2026-13-01"}, "“2026-13-01” is not a day up to which to look"),
        ({"who": "<b>"}, "“<b>” is not a person."),
        ({"scope": "x"}, "“x” is not an assessment."),
        ({"sort": "x"}, "“x” is not a sort of event."),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "The last day comes before"),
        ({"form": "zzz"}, "“zzz” is not a kind of file: csv or jsonl."),
    ],
)
def test_file_of_a_filter_that_makes_no_sense_is_refused(cast, sign_in_freshly, asked, said):
    happen(cast)
    client = sign_in_freshly(cast.ada)
    answer = client.post(f"{URL}export/", {"form": "csv"} | asked)
    page = flat(html.unescape(answer.text))
    assert answer.status_code == 400
    assert "No file was made." in page
    assert said in page
    assert not Event.objects.filter(action="trail.exported").exists()
    if "form" not in asked:
        page = client.get(URL, asked)
        assert page.status_code == 200
        assert said in flat(html.unescape(page.text))


def test_link_that_was_opened_is_nobodys_doing(cast, sign_in_freshly, client):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    _, token = share(by=cast.ada, assessment=assessment, label="Bank", days=7)
    client.get(f"/share/{token}/")
    ada = sign_in_freshly(cast.ada)
    page = ada.get(URL, {"text": "share"})
    assert page.context["rows"][0].who == "By share link"
    table = body(ada.post(f"{URL}export/", {"form": "csv"}))
    assert 'By share link,"Share link opened' in table


def test_taking_it_away_is_an_event(cast, sign_in_freshly):
    happen(cast)
    body(sign_in_freshly(cast.rev).post(f"{URL}export/", {"form": "jsonl", "text": "n"}))
    event = Event.objects.get(action="trail.exported")
    assert (event.actor, trail.changes(event)[1]) == (
        cast.rev,
        {"form": "jsonl", "chosen": "text=n"},
    )


def test_selection_checks_itself(cast, sign_in_freshly, tmp_path, capsys):
    happen(cast, 20, by=cast.otto)
    happen(cast, 20, by=cast.con)
    answer = sign_in_freshly(cast.ada).post(f"{URL}export/", {"form": "jsonl", "who": cast.con.pk})
    place = tmp_path / "taken.jsonl"
    place.write_text(body(answer), encoding="utf-8")
    assert main([str(place)]) == 0
    said = capsys.readouterr().out
    assert "20 events, a selection" in said
    assert "are in the tree signed on" in said
    found = place.read_text().splitlines()
    found[5] = json.dumps(json.loads(found[5]) | {"action": "forged"})
    place.write_text("\n".join(found))
    assert main([str(place)]) == 1


def test_one_who_may_not_read_it_takes_nothing(cast, sign_in_freshly):
    happen(cast)
    assert sign_in_freshly(cast.rob).post(f"{URL}export/").status_code == 403
    assert sign_in_freshly(cast.zoe).post(f"{URL}export/").status_code == 404
    assert sign_in_freshly(cast.ada).get(f"{URL}export/").status_code == 405
    assert Event.objects.filter(organisation_id=cast.acme.pk).count() == 1
