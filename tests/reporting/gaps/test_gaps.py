"""Gaps of the whole organisation, the plan, and actions made in one press."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.ground.charts.span import Axis, Quarter
from compliance.models import Action, Citation, Instrument, Target
from compliance.proof.audit.models import Event
from compliance.reporting.gaps.listing import Show, gaps_of
from compliance.reporting.gaps.plan import plan_of
from compliance.reporting.results.stands import assessments_of
from compliance.work.remediation import waiting
from tests.support import signing
from tests.support.factories import (
    make_action,
    make_assessment,
    make_draft,
    make_edition,
    make_provision,
    make_scaled_edition,
    publish,
)

URL = reverse("gaps:list", args=["acme"])
PLAN = reverse("gaps:plan", args=["acme"])
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def law(cast):
    """Four duties: Q1 to Q3 not met, Q2 with a limit of fines, Q4 met in part."""
    draft = make_draft(4)
    provision = make_provision("Law Art. 6(1)")
    Citation.objects.create(question=draft.questions.get(key="Q2"), provision=provision, position=1)
    limit = {"amount": 20_000_000, "percent": 4, "under": "Law Art. 83", "note": ""}
    Instrument.objects.update(fines=[limit | {"provisions": ["Law Art. 6"]}])
    one = make_assessment(cast.acme, cast.ada, publish(draft))
    one.answers.update(verdict="not_met")
    one.answers.filter(question__key="Q4").update(verdict="partly")
    return one


@pytest.fixture
def cloud(cast):
    """Two levels below the minimum in one group, one in the other."""
    one = signing.begin(cast, make_scaled_edition())
    signing.answer(cast.con, one, "Q1", value=["c0"])
    signing.answer(cast.con, one, "Q2", value=["c1"])
    Target.objects.bulk_create(
        Target(
            organisation=cast.acme,
            checklist=one.edition.checklist,
            scale="seal",
            group=group,
            level=2,
            set_at=one.started_at,
            set_by=cast.ada,
        )
        for group in ("keys", "place")
    )
    return one


def gap(assessment, key):
    return assessment.answers.get(question__key=key)


def found(cast):
    return gaps_of(cast.acme, assessments_of([cast.acme]), TODAY)


def test_target_above_the_scale_of_an_edition_makes_no_gap_there(cast, cloud):
    fewer = make_scaled_edition(levels=2, checklist=cloud.edition.checklist, number="2026.2")
    one = signing.begin(cast, fewer)
    signing.answer(cast.con, one, "Q1", value=["c0"])
    gaps = found(cast).ratings
    assert {gap.assessment for gap in gaps} == {cloud}
    assert {gap.wanted for gap in gaps} == {"SEAL-2"}


def test_law_comes_by_limit_of_fines_and_partly_apart(cast, law):
    gaps = found(cast)
    assert [one.key for one in gaps.law] == ["Q2", "Q1", "Q3", "Q4"]
    assert gaps.law[0].tier.words == "20 M or 4 %"
    assert {show.value: count for show, count in gaps.counts().items()} == {
        "all": 3,
        "law": 3,
        "partly": 1,
        "ratings": 0,
        "late": 0,
        "soon": 0,
        "no-owner": 3,
        "waiting": 0,
    }


def test_duty_that_binds_later_stands_last_and_is_to_prepare(cast, law, sign_in):
    later = TODAY + timedelta(days=9)
    law.answers.filter(question__key="Q2").update(binds_from=later)
    assert [one.key for one in found(cast).law] == ["Q1", "Q3", "Q4", "Q2"]
    page = sign_in(cast.rob).get(URL).text
    assert "To prepare" in page
    assert "2 duties are not met" in " ".join(page.split())


def test_ratings_come_by_distance_times_weight_in_a_list_of_their_own(cast, law, cloud):
    [(name, rows)] = found(cast).scales.items()
    assert name == "Sovereignty level"
    assert [(one.key, one.now, one.wanted, one.distance) for one in rows] == [
        ("Q1", "SEAL-0", "SEAL-2", 2),
        ("Q2", "SEAL-1", "SEAL-2", 1),
    ]
    assert rows[0].product == 2 * rows[0].weight


def test_one_press_makes_an_action_of_each_marked_gap(cast, law, sign_in):
    marked = [gap(law, "Q1").pk, gap(law, "Q2").pk]
    client = sign_in(cast.con)
    reply = client.post(PLAN, {"answer": marked, "due_on": "2027-01-29", "owner": ""})
    assert reply.status_code == 302
    made = list(Action.objects.order_by("number"))
    assert [one.due_on for one in made] == [date(2027, 1, 29)] * 2
    assert Event.objects.filter(action="action.created").count() == 2
    again = client.post(PLAN, {"answer": marked, "due_on": "2027-01-29"}, follow=True)
    assert "0 actions made. 2 had one already." in again.text
    assert Action.objects.count() == 2


def test_wrong_day_keeps_the_marks(cast, law, sign_in):
    pk = gap(law, "Q1").pk
    reply = sign_in(cast.con).post(PLAN, {"answer": [pk], "due_on": "soon"})
    assert reply.status_code == 422
    assert "Write the date as 2026-12-31." in reply.text
    assert reply.text.count("checked") == 1
    assert not Action.objects.exists()


def test_closed_assessment_makes_no_action_and_none_of_the_others(cast, law, sign_in):
    other = make_assessment(cast.acme, cast.ada, law.edition, status="archived")
    other.answers.update(verdict="not_met")
    marked = [gap(law, "Q1").pk, gap(other, "Q1").pk]
    reply = sign_in(cast.con).post(PLAN, {"answer": marked, "due_on": "2027-01-29"})
    assert reply.status_code == 422
    assert not Action.objects.exists()


def test_answer_of_another_organisation_is_not_found(cast, law, sign_in):
    theirs = make_assessment(cast.other, cast.zoe, law.edition)
    marked = [gap(law, "Q1").pk, gap(theirs, "Q1").pk]
    reply = sign_in(cast.con).post(PLAN, {"answer": marked, "due_on": "2027-01-29"})
    assert reply.status_code == 404
    assert not Action.objects.exists()


def test_reader_sees_gaps_and_no_form(cast, law, sign_in):
    page = sign_in(cast.rob).get(URL).text
    assert "Gaps in law" in page
    assert "Make actions" not in page
    assert sign_in(cast.rob).post(PLAN, {}).status_code == 403


def test_file_has_every_gap_in_the_order_of_the_page(cast, law, cloud, sign_in):
    url = reverse("gaps:figures", args=["acme"])
    reply = sign_in(cast.otto).post(url, {"format": "csv"})
    text = reply.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text[text.index("list,key") :])))
    assert [(row["list"], row["key"]) for row in rows] == [
        *(("law", key) for key in ("Q2", "Q1", "Q3", "Q4")),
        *(("Sovereignty level", key) for key in ("Q1", "Q2")),
    ]
    assert rows[0]["fine, up to EUR"] == "20 M or 4 %"
    assert Event.objects.filter(action="gaps.exported").count() == 1


def test_file_calls_a_duty_that_binds_later_to_prepare_as_the_page_does(cast, law, sign_in):
    later = TODAY + timedelta(days=9)
    law.answers.filter(question__key__in=["Q2", "Q4"]).update(binds_from=later)
    client = sign_in(cast.otto)
    file = reverse("gaps:figures", args=["acme"])
    rows = json.loads(client.post(file, {"format": "json"}).content)["figures"]
    assert {row["key"]: (row["now"], row["binds from"]) for row in rows} == {
        "Q1": ("not met", ""),
        "Q3": ("not met", ""),
        "Q2": ("to prepare", later.isoformat()),
        "Q4": ("to prepare", later.isoformat()),
    }


def test_hostile_names_stay_text(cast, law, sign_in):
    make_action(cast.acme, cast.ada, gap(law, "Q1"), title="<script>=1+1", due_on=TODAY)
    page = sign_in(cast.rob).get(URL).text
    assert "<script>=" not in page
    assert "&lt;script&gt;=1+1" in page


def test_statements_do_not_grow_with_gaps(cast, law, cloud, sign_in):
    def statements():
        client = sign_in(cast.rob)
        client.get(URL)
        with CaptureQueriesContext(connection) as seen:
            client.get(URL)
        return len(seen)

    before = statements()
    more = make_assessment(cast.acme, cast.ada, make_edition(60), subject="Beta")
    more.answers.update(verdict="not_met")
    for answer in more.answers.order_by("pk")[:20]:
        make_action(cast.acme, cast.ada, answer, due_on=TODAY + timedelta(days=9))
    assert statements() <= before + 3


def test_plan_says_how_it_stands_against_its_dates(cast):
    for days, status, closed in (
        (-9, "done", -10),
        (-9, "done", -2),
        (-9, "open", None),
        (3, "doing", None),
        (-9, "dropped", -9),
    ):
        at = datetime(2026, 11, 24, 9, tzinfo=UTC)
        done = closed is not None
        make_action(
            cast.acme,
            cast.ada,
            due_on=TODAY + timedelta(days=days),
            status=status,
            closed_at=at + timedelta(days=closed) if done else None,
            closed_by=cast.ada if done else None,
        )
    plan = plan_of(cast.acme, [], TODAY)
    [kept] = plan.progress
    assert (kept.due, kept.in_time, kept.closed_late, kept.open, kept.late) == (
        4,
        1,
        1,
        2,
        1,
    )
    [(quarter, steps)] = plan.quarters
    assert str(quarter) == "Q4 2026"
    assert [one.state for one in steps] == ["late", "running"]
    assert plan.sentence == ("2 of the actions due so far are done, 1 of them in time; 1 is late.")


def test_plan_counts_no_action_as_due_that_is_done_before_its_day(cast):
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    done = {"status": "done", "closed_at": at, "closed_by": cast.ada}
    for days in (-1, 9):
        due = TODAY + timedelta(days=days)
        make_action(cast.acme, cast.ada, due_on=due, **done)
    plan = plan_of(cast.acme, [], TODAY)
    assert [kept.in_time for kept in plan.progress] == [2]
    assert plan.sentence == ("1 of the actions due so far is done, 1 of them in time; 0 are late.")


def test_gap_waits_while_its_action_waits(cast, law, sign_in):
    late = TODAY + timedelta(days=40)
    first = make_action(cast.acme, cast.ada, gap(law, "Q1"), due_on=late)
    then = make_action(cast.acme, cast.ada, gap(law, "Q2"), due_on=TODAY)
    waiting.wait_for(by=cast.con, organisation=cast.acme, number=2, other=1)
    assert [one.key for one in found(cast).law if one.waits] == ["Q2"]
    [(_, [step]), _] = plan_of(cast.acme, [], TODAY).quarters
    assert (step.action, step.too_early) == (then, [first])
    page = sign_in(cast.rob).get(URL).text
    assert "due later than this" in page


def test_gap_shows_the_action_that_is_due_first_and_not_one_without_a_day(cast, law):
    """Databases do not agree where a row without a day stands."""
    make_action(cast.acme, cast.ada, gap(law, "Q1"))
    late = make_action(cast.acme, cast.ada, gap(law, "Q1"), due_on=TODAY - timedelta(days=1))
    gaps = found(cast)
    assert next(one for one in gaps.law if one.key == "Q1").action == late
    assert gaps.counts()[Show.LATE] == 1


def test_plan_opens_with_an_action_due_on_the_first_day_of_the_calendar(cast, law, sign_in):
    """A year that was mistyped is in the list, where it can be mended."""
    make_action(cast.acme, cast.ada, gap(law, "Q1"), due_on=date.min, effort_days=400)
    page = sign_in(cast.rob).get(URL)
    assert page.status_code == 200
    [(_, [step])] = page.context["plan"].quarters
    assert step.state == "late"


def test_axis_has_eight_quarters_at_most_and_keeps_days_inside():
    assert str(Quarter.of(date(2026, 12, 31)).next) == "Q1 2027"
    assert Quarter.of(TODAY).last == date(2026, 12, 31)
    axis = Axis.over([date(2020, 1, 1), date(2032, 1, 1)], TODAY, [date(2027, 8, 2)])
    assert len(axis.quarters) == 8
    assert axis.place(date(2019, 1, 1)) == 0
    assert axis.marks == (date(2027, 8, 2),)


def row_of(action):
    return reverse("gaps:action", args=["acme", action.number])


def test_owner_and_day_change_in_the_row_and_come_back(cast, law, sign_in):
    answer = law.answers.get(question__key="Q1")
    action = make_action(cast.acme, cast.ada, answer, due_on=date(2027, 1, 5))
    waits = make_action(cast.acme, cast.ada, answer, due_on=date(2027, 2, 1))
    waiting.wait_for(by=cast.ada, organisation=cast.acme, number=waits.number, other=action.number)
    client = sign_in(cast.con)
    edit = f"{URL}?show=law&edit={answer.pk}"
    page = client.get(edit).content.decode()
    assert 'id="gap-form"' in page
    assert 'value="2027-01-05"' in page
    said = {"owner": cast.con.pk, "due_on": "2027-03-01", "base": action.version}
    reply = client.post(f"{row_of(action)}?show=law&edit={answer.pk}", said)
    assert reply.status_code == 302
    assert reply["Location"].endswith(f"#gap-{answer.pk}")
    page = client.get(reply["Location"].partition("#")[0]).content.decode()
    action.refresh_from_db()
    assert (action.owner, action.due_on) == (cast.con, date(2027, 3, 1))
    assert "waits for it and is due before, 1 Feb 2027" in " ".join(page.split())
    event = Event.objects.filter(action="action.changed").latest("seq")
    undo = reverse("remediation:action_undo", args=["acme", action.number, event.seq])
    assert undo in page
    assert client.post(undo, {"back": "gaps"})["Location"] == URL
    action.refresh_from_db()
    assert (action.owner, action.due_on) == (None, date(2027, 1, 5))


def test_change_over_a_colleagues_is_refused_and_kept(cast, law, sign_in):
    answer = law.answers.get(question__key="Q1")
    action = make_action(cast.acme, cast.ada, answer, due_on=date(2027, 1, 5))
    base = action.version
    first, second = sign_in(cast.con), sign_in(cast.ada)
    here = f"{row_of(action)}?show=law&edit={answer.pk}"
    for client, day, status in (
        (first, "2027-02-02", 302),
        (second, "2027-03-03", 409),
    ):
        said = {"owner": "", "due_on": day, "base": base}
        reply = client.post(here, said)
        assert reply.status_code == status
    assert "due 2 Feb 2027. Save again to set yours." in reply.text
    assert 'value="2027-03-03"' in reply.text
    again = {"owner": "", "due_on": "2027-03-03", "base": base + 1}
    assert second.post(here, again).status_code == 302


@pytest.mark.parametrize(
    ("said", "words"),
    [({"due_on": "soon"}, "Write the date"), ({"owner": "999999"}, "owner")],
)
def test_wrong_owner_or_day_is_said_in_the_row(cast, law, sign_in, said, words):
    answer = law.answers.get(question__key="Q1")
    action = make_action(cast.acme, cast.ada, answer, due_on=date(2027, 1, 5))
    sent = {"owner": "", "due_on": "2027-01-05", "base": action.version} | said
    reply = sign_in(cast.con).post(f"{row_of(action)}?edit={answer.pk}", sent)
    assert reply.status_code == 422
    assert words in reply.text
    action.refresh_from_db()
    assert action.due_on == date(2027, 1, 5)


def test_reader_sees_no_chip_and_strangers_no_action(cast, law, sign_in):
    answer = law.answers.get(question__key="Q1")
    action = make_action(cast.acme, cast.ada, answer, due_on=date(2027, 1, 5))
    page = sign_in(cast.rob).get(f"{URL}?edit={answer.pk}").content.decode()
    assert "gap-form" not in page
    assert "change the owner" not in page
    assert sign_in(cast.rob).post(row_of(action), {}).status_code == 403
    assert sign_in(cast.zoe).post(row_of(action), {}).status_code == 404
    for odd in ("1.x", "..", "99999999999999999999.1", "7", "٣.٣", "1.999999999999999"):
        assert sign_in(cast.con).get(URL, {"done": odd}).status_code == 200
