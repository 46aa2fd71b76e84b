"""The whole organisation on one page: themes, dates, exposures, signatures, matrix, files."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compliance.content.checklists.scales import scales_of
from compliance.content.evidence.actions import describe
from compliance.models import Assessment, Membership, Target
from compliance.proof.audit.models import Event
from compliance.reporting.results import actions
from compliance.reporting.results.choices import Reach
from compliance.reporting.results.matrix import mark_of, said_of
from compliance.work.remediation.actions import create_action
from tests.support import signing
from tests.support.factories import (
    attach,
    make_action,
    make_assessment,
    make_checklist,
    make_draft,
    make_edition,
    make_link,
    make_scaled_edition,
    publish,
)
from tests.support.page_text import flat
from tests.support.provider_sign_in import SHUTS_OUT, protect, shut_out

URL = reverse("results:overview", args=["acme"])
FIGURES = reverse("results:overview_figures", args=["acme"])


def themed(key, name, position, **fields):
    """A checklist of a theme of its own, to be drafted on."""
    checklist = make_checklist()
    theme = type(checklist.theme).objects.create(key=key, name=name, position=position)
    checklist.theme, checklist.title = theme, name
    checklist.save()
    return checklist


@pytest.fixture
def law(cast):
    """Two duties not met, one to prepare."""
    draft = make_draft(4, checklist=themed("gdpr", "GDPR", 1))
    draft.questions.filter(key="Q3").update(weight=5)
    one = make_assessment(cast.acme, cast.ada, publish(draft), subject="Acme")
    rows = {answer.question.key: answer for answer in one.answers.all()}
    for key, verdict in (("Q1", "met"), ("Q2", "not_met"), ("Q3", "not_met")):
        rows[key].verdict = verdict
        rows[key].save()
    begins = timezone.localdate() + timedelta(days=8)
    one.answers.filter(question__key="Q4").update(binds_from=begins)
    return one


@pytest.fixture
def cloud(cast):
    """A level below its minimum in one group."""
    edition = make_scaled_edition(checklist=themed("cloud", "Sovereignty", 2))
    one = signing.begin(cast, edition)
    signing.answer(cast.con, one, "Q1", value=["c2"])
    signing.answer(cast.con, one, "Q2", value=["c1"])
    [scale] = scales_of(edition.scales)
    actions.set_targets(
        by=cast.otto,
        assessment=one,
        scale=scale,
        levels={"keys": 2, "place": 2},
        holds_by=None,
        reach=Reach.ASSESSMENT,
        base="",
    )
    return one


def test_each_theme_has_its_own_measure(cast, law, cloud, sign_in):
    view = sign_in(cast.rob).get(URL).context["view"]
    assert [(theme.name, theme.now[0]) for theme in view.themes] == [
        ("GDPR", "1 of 3"),
        ("Sovereignty", "SEAL-1"),
    ]


@pytest.mark.parametrize(
    ("read", "words"),
    [
        ("lowest", ["minimum above the scale", "Minimum above the scale"]),
        ("mean", ["lowest; targets above the scale", "Targets above the scale"]),
    ],
)
def test_target_above_the_scale_is_not_called_none(cast, cloud, sign_in, read, words):
    Target.objects.update(assessment=None, level=2)
    cloud.delete()
    edition = make_scaled_edition(read, 2, checklist=cloud.edition.checklist, number="2026.2")
    one = signing.begin(cast, edition)
    signing.answer(cast.con, one, "Q1", value=["c0"])
    page = sign_in(cast.rob).get(URL)
    [scale] = page.context["view"].themes[0].worst.figures.scales
    assert (said_of(scale), mark_of(scale)) == (("SEAL-0", words[0]), "")
    assert words[1] in flat(page.text)


def test_page_prints_no_percentage_and_no_total(cast, law, cloud, sign_in):
    page = sign_in(cast.rob).get(URL).text
    main = page[page.index("<main") : page.index("</main>")]
    assert "%" not in main
    assert "2 not" in main
    assert "1 of 2 below our" in " ".join(main.split()).replace("> ", ">")


def test_theme_shows_the_assessment_that_stands_worst(cast, law, sign_in):
    good = make_assessment(cast.acme, cast.ada, law.edition, subject="Beta")
    good.answers.update(verdict="met")
    [theme] = sign_in(cast.rob).get(URL).context["view"].themes
    assert theme.worst.assessment == law
    assert theme.others == 1


def test_next_dates_name_the_assessments_that_they_touch(cast, law, sign_in):
    page = sign_in(cast.rob).get(URL)
    [on] = page.context["view"].dates
    assert (on.days, on.is_soon, on.touches[0].count) == (8, True, 1)
    assert "The law asks for something new in 8 days" in page.text


@pytest.mark.parametrize("days", [8, 287])
def test_days_to_a_date_are_counted_when_it_is_near(cast, law, sign_in, days):
    page = sign_in(cast.rob).get(URL)
    [on] = page.context["view"].dates
    view = SimpleNamespace(dates=[replace(on, days=days)])
    context = {"view": view, "request": page.wsgi_request}
    card = flat(render_to_string("reporting/results/_law_next.html", context))
    assert (f"in {days} days" in card) == (days == 8)


def test_exposures_begin_with_the_heaviest(cast, law, sign_in):
    view = sign_in(cast.rob).get(URL).context["view"]
    assert [one.exposure.key for one in view.exposures] == ["Q3", "Q2"]
    assert view.exposure_count == 2


def test_void_signature_stands_first_and_names_its_cause(cast, sign_in):
    valid = signing.make_signed(cast, is_begun=True)
    void = signing.make_signed(cast, is_begun=True)
    proof = void.answers.get(question__key="Q1").attachments.get().evidence
    describe(by=cast.con, evidence=proof, title="Another title")
    page = sign_in(cast.rob).get(URL)
    view = page.context["view"]
    assert [one.stand.assessment.pk for one in view.signatures] == [void.pk, valid.pk]
    assert view.void_count == 1
    assert "1 signature is void" in page.text
    assert "title" in view.signatures[0].void.named[0]
    assert "Rev Iewer" in page.text


def test_who_is_late_comes_first(cast, law, sign_in):
    today = timezone.localdate()
    for owner, days in ((cast.con, 3), (cast.otto, -2), (None, 100)):
        create_action(
            by=cast.otto,
            organisation=cast.acme,
            fields={
                "title": f"Due in {days}",
                "owner_id": owner.pk if owner else None,
                "due_on": today + timedelta(days=days),
            },
        )
    late = sign_in(cast.rob).get(URL).context["view"].late
    assert [(one.who, one.late, one.soon) for one in late] == [
        ("Otto Weber", 1, 0),
        ("Con Tributor", 0, 1),
    ]


def test_evidence_that_runs_out_is_named_where_it_is_in_use(cast, law, sign_in):
    soon = timezone.localdate() + timedelta(days=3)
    used = make_link(cast.acme, cast.ada, "In use", expires_on=soon)
    make_link(cast.acme, cast.ada, "In no answer", expires_on=soon)
    attach(law.answers.first(), used)
    view = sign_in(cast.rob).get(URL).context["view"]
    assert [one.title for one in view.evidence] == ["In use"]


def test_twelve_months_follow_the_trail_over_two_periods(cast, sign_in):
    edition = make_edition(3, checklist=themed("gdpr", "GDPR", 1))
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC), tick=False):
        one = signing.begin(cast, edition)
        signing.answer(cast.con, one, "Q1", verdict="met")
    with time_machine.travel(datetime(2026, 3, 5, tzinfo=UTC), tick=False):
        signing.answer(cast.con, one, "Q2", verdict="met")
    with time_machine.travel(datetime(2026, 4, 5, 12, tzinfo=UTC), tick=False):
        page = sign_in(cast.rob).get(URL)
    [theme] = page.context["view"].themes
    assert theme.trend.values == [None] * 9 + [1, 1, 2, 2]
    assert theme.trend.ends_in_words == "duties met, 1 to 2"
    assert "Jan 2026 1, Feb 2026 1, Mar 2026 2" in page.text
    assert theme.trend.line.shapes[0].path.startswith("M")


def practice_of(cast):
    """Two questions that no law asks, begun in January; the first met in February."""
    draft = make_draft(2, checklist=themed("practice", "Practice", 3))
    draft.questions.update(yardstick=True)
    edition = publish(draft)
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC), tick=False):
        one = signing.begin(cast, edition)
    with time_machine.travel(datetime(2026, 2, 5, tzinfo=UTC), tick=False):
        signing.answer(cast.con, one, "Q1", verdict="met")
    return one


def test_months_of_recommended_practice_are_no_duties_and_not_zero(cast, sign_in):
    practice_of(cast)
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC), tick=False):
        client = sign_in(cast.otto)
        page = client.get(URL)
        file = client.post(FIGURES, {"format": "json"})
    [theme] = page.context["view"].themes
    assert theme.now[0] == "1 of 2"
    assert theme.trend.values[-3:] == [0, 1, 1]
    assert theme.trend.unit == "recommended practice met"
    rows = [r for r in json.loads(file.content)["figures"] if r["measure"] == "trend"]
    assert [(r["figure"], r["value"]) for r in rows][-1] == (theme.trend.unit, "1")


def test_theme_of_recommended_practice_shows_what_stands_worst(cast, sign_in):
    good = practice_of(cast)
    bad = signing.begin(cast, good.edition)
    signing.answer(cast.con, bad, "Q1", verdict="not_met")
    for newest, other in ((good, bad), (bad, good)):
        rows = Assessment.objects
        rows.filter(pk=newest.pk).update(started_at=timezone.now(), subject="Newest")
        rows.filter(pk=other.pk).update(started_at=good.started_at, subject="Other")
        [theme] = sign_in(cast.rob).get(URL).context["view"].themes
        assert theme.worst.assessment == bad


def matrix(reply):
    found = reply.context["matrix"]
    return [column.name for column in found.columns], {
        (block.title, measure.name): [(cell.text, cell.small) if cell else None for cell in measure.cells]
        for block in found.blocks
        for measure in block.measures
    }


def test_matrix_has_a_column_for_each_subject(cast, law, cloud, sign_in):
    cloud.subject = "Cloud"
    cloud.save()
    names, rows = matrix(sign_in(cast.rob).get(URL))
    assert names == ["Acme", "Cloud"]
    assert rows["GDPR", "Not met"] == [("2", "of 3"), None]
    assert rows["GDPR", "To prepare"][0][0] == "1"
    assert rows["Sovereignty", "Sovereignty level"] == [
        None,
        ("SEAL-1", "1 below minimum, 1 open"),
    ]


def test_scale_of_which_nothing_applies_is_in_its_edition_all_the_same(cast, cloud, sign_in):
    other = make_assessment(cast.acme, cast.ada, cloud.edition, subject="Beta")
    other.answers.exclude(question__key="Q4").update(applies=False)
    _, rows = matrix(sign_in(cast.rob).get(URL))
    found = rows["Sovereignty", "Sovereignty level"]
    assert found[1] == ("", "no criterion applies")


def test_followed_assessment_leaves_its_column_to_the_newer_one(cast, law, sign_in):
    newer = make_assessment(cast.acme, cast.ada, law.edition, subject="Acme", carried_from=law)
    names, rows = matrix(sign_in(cast.rob).get(URL))
    assert names == ["Acme"]
    assert rows["GDPR", "Not met"] == [("", "0 of 4 answered")]
    newer.subject = "Another"
    newer.save()
    assert matrix(sign_in(cast.rob).get(URL))[0] == ["Acme", "Another"]


def test_group_shows_only_organisations_that_the_person_may_read(cast, law, sign_in):
    there = make_assessment(cast.other, cast.zoe, law.edition, subject="Secret service")
    there.answers.update(verdict="not_met")
    page = sign_in(cast.rob).get(f"{URL}?by=organisations")
    assert matrix(page)[0] == ["Acme"]
    assert "Secret service" not in page.text
    seat = Membership.objects.create(organisation=cast.other, user=cast.rob, role="auditor")
    page = sign_in(cast.rob).get(f"{URL}?by=organisations")
    assert "Secret service" not in page.text
    assert matrix(page)[0] == ["Acme"]
    seat.role = "reader"
    seat.save()
    names, rows = matrix(sign_in(cast.rob).get(f"{URL}?by=organisations"))
    assert names == ["Acme", "Other"]
    assert [text for text, _ in rows["GDPR", "Not met"]] == ["2", "4"]
    theirs = sign_in(cast.rob).get(f"{URL}?by=organisations").context["view"]
    assert theirs.exposure_count == 2  # of this organisation alone


def test_sample_stands_in_no_group_and_no_file_of_one(cast, law, sign_in):
    """Nobody kept what an invented organisation says."""
    Membership.objects.create(organisation=cast.other, user=cast.rob, role="reader")
    cast.other.sample_of = cast.rob
    cast.other.save()
    make_assessment(cast.other, cast.rob, law.edition, subject="Invented")
    client = sign_in(cast.rob)
    group = f"{URL}?by=organisations"
    page = client.get(group)
    assert (page.context["organisation_count"], matrix(page)[0]) == (1, ["Acme"])
    file = client.post(FIGURES, {"format": "csv", "by": "organisations"})
    assert "Invented" not in file.text
    sample = reverse("results:overview", args=[cast.other.slug])
    assert matrix(client.get(f"{sample}?by=organisations"))[0] == ["Invented"]


@pytest.mark.parametrize("rule", SHUTS_OUT)
def test_group_leaves_out_an_organisation_that_a_password_does_not_open(cast, law, sign_in, rule):
    make_assessment(cast.other, cast.zoe, law.edition, subject="Secret service")
    Membership.objects.create(organisation=cast.other, user=cast.rob, role="owner")
    shut_out(cast.zoe, cast.other, rule)
    client, group = sign_in(cast.rob), {"by": "organisations"}
    page = client.get(URL, group)
    assert matrix(page)[0] == ["Acme"]
    assert page.context["organisation_count"] == 1
    file = client.post(FIGURES, group | {"format": "csv"})
    assert "Secret service" not in page.text + file.text
    protect(cast.rob)
    assert matrix(client.get(URL, group))[0] == ["Acme", "Other"]


def test_cells_of_another_organisation_lead_into_it(cast, law, sign_in):
    there = make_assessment(cast.other, cast.zoe, law.edition, subject="There")
    there.answers.update(verdict="not_met")
    Membership.objects.create(organisation=cast.other, user=cast.rob, role="reader")
    client = sign_in(cast.rob)
    found = client.get(f"{URL}?by=organisations").context["matrix"]
    [_, cell] = found.blocks[0].measures[0].cells
    assert cell.url.startswith("/o/other/")
    assert client.get(cell.url).status_code == 200


def test_twenty_subjects_stand_on_a_page(cast, sign_in):
    edition = make_edition(1)
    for at in range(23):
        make_assessment(cast.acme, cast.ada, edition, subject=f"Service {at:02}")
    client = sign_in(cast.rob)
    assert len(matrix(client.get(URL))[0]) == 20
    assert len(matrix(client.get(f"{URL}?page=2"))[0]) == 3


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_files_have_the_figures_of_the_screen(cast, law, cloud, sign_in, form):
    client = sign_in(cast.rob)
    page = client.get(URL)
    reply = client.post(FIGURES, {"format": form, "by": "subjects"})
    assert reply.status_code == 200
    assert Event.objects.filter(action="results.exported").count() == 1
    if form == "xlsx":
        assert reply.content[:2] == b"PK"
        return
    if form == "json":
        rows = json.loads(reply.content)["figures"]
    else:
        text = reply.content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text[text.index("organisation,checklist") :])))
    found = {(r["checklist"], r["measure"], r["part"], r["key"], r["figure"]): r["value"] for r in rows}
    shown = {theme.name: theme.worst.figures for theme in page.context["view"].themes}
    gdpr = shown["GDPR"]
    assert found["GDPR", "law", "all", "", "not met"] == str(gdpr.law.not_met) == "2"
    assert found["GDPR", "law", "all", "", "to prepare"] == str(gdpr.to_prepare)
    assert found["Sovereignty", "seal", "all", "", "level"] == "SEAL-1"
    today = timezone.localdate().isoformat()
    assert found["GDPR", "trend", "day", today, "duties met"] == "1"
    score = shown["Sovereignty"].scales[0].score
    assert found["Sovereignty", "seal", "all", "", "score"] == score


def test_file_of_a_group_is_an_event_of_each_organisation(cast, law, sign_in):
    make_assessment(cast.other, cast.zoe, law.edition, subject="There")
    client = sign_in(cast.rob)
    reply = client.post(FIGURES, {"format": "csv", "by": "organisations"})
    assert "There" not in reply.text
    Membership.objects.create(organisation=cast.other, user=cast.rob, role="reader")
    reply = client.post(FIGURES, {"format": "csv", "by": "organisations"})
    assert "There" in reply.text
    chains = Event.objects.filter(action="results.exported")
    found = list(chains.order_by("at").values_list("organisation_id", flat=True))
    assert sorted(found) == sorted([cast.acme.pk, cast.acme.pk, cast.other.pk])


def test_file_of_a_group_names_every_organisation(cast, law, sign_in):
    Membership.objects.create(organisation=cast.other, user=cast.rob, role="reader")
    client = sign_in(cast.rob)
    reply = client.post(FIGURES, {"format": "json", "by": "organisations"})
    assert json.loads(reply.content)["organisation"] == "Acme; Other"
    reply = client.post(FIGURES, {"format": "json", "by": "subjects"})
    assert json.loads(reply.content)["organisation"] == "Acme"


def test_formula_in_a_subject_is_no_formula_in_the_file(cast, law, sign_in):
    law.subject = "=HYPERLINK(1)"
    law.save()
    reply = sign_in(cast.rob).post(FIGURES, {"format": "csv"})
    assert ",=HYPERLINK" not in reply.text


@pytest.mark.parametrize("query", ["?by=x", "?by=organisations&page=%00", "?page=-1"])
def test_odd_addresses_open_the_page(cast, law, sign_in, query):
    assert sign_in(cast.rob).get(f"{URL}{query}").status_code == 200


def test_empty_organisation_says_how_to_begin(cast, sign_in):
    page = sign_in(cast.ada).get(URL).text
    assert "Not assessed." in page
    assert "Nothing to set side by side yet." in page


def test_assessment_without_answers_and_all_na_show_why(cast, sign_in):
    nothing = make_assessment(cast.acme, cast.ada, make_edition(2), subject="A")
    na = make_assessment(cast.acme, cast.ada, nothing.edition, subject="B")
    for answer in na.answers.all():
        answer.verdict, answer.reason = "na", "No such data."
        answer.save()
    _, rows = matrix(sign_in(cast.rob).get(URL))
    assert rows["Privacy", "Not met"] == [
        ("", "0 of 2 answered"),
        ("", "all 2 not applicable"),
    ]


def test_hostile_subject_is_text(cast, law, sign_in):
    law.subject = "<script>alert(1)</script>"
    law.save()
    assert "<script>alert(1)" not in sign_in(cast.rob).get(URL).text


def statements(client, address=URL):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


@pytest.mark.slow
def test_page_asks_as_often_for_thirty_assessments_as_for_three(cast, law, cloud, sign_in):
    client = sign_in(cast.rob)
    client.get(URL)
    few = statements(client)
    for at in range(30):
        make_assessment(cast.acme, cast.ada, law.edition, subject=f"Service {at}")
    client.get(URL)
    assert statements(client) == few <= 16


def test_home_and_overview_lead_to_each_other(cast, law, sign_in):
    client = sign_in(cast.otto)
    home = reverse("home:home", args=["acme"])
    assert f'href="{URL}"' in client.get(home).text
    assert f'href="{home}"' in client.get(URL).text


@pytest.mark.parametrize("began", [None, datetime(2025, 2, 1, tzinfo=UTC)])
def test_period_that_ended_before_attest_had_it_is_a_fixed_point(cast, sign_in, began):
    """An imported one began elsewhere, and its events there are no months of here."""
    with time_machine.travel(datetime(2026, 4, 10, 9, tzinfo=UTC), tick=False):
        edition = make_edition(3)
        old = make_assessment(cast.acme, cast.ada, edition)
        new = make_assessment(cast.acme, cast.ada, edition)
        old.period_from, old.period_to = date(2025, 1, 1), date(2025, 12, 31)
        old.started_at = began or old.started_at
        old.save()
        old.answers.filter(question__key="Q1").update(verdict="met")
        new.answers.exclude(question__key="Q3").update(verdict="met")
        [theme] = sign_in(cast.rob).get(URL).context["view"].themes
    assert theme.worst.assessment == new
    assert theme.others == 0
    assert theme.now == ("2 of 3", "1 of 3 in 2025")
    said = dict(zip(theme.trend.months, theme.trend.names, strict=True))
    assert {day: name for day, name in said.items() if name} == {
        date(2025, 12, 31): "1",
        date(2026, 4, 10): "2",
    }
    assert theme.trend.line


def test_months_keep_the_level_names_of_the_edition_they_were_answered_on(cast, sign_in):
    checklist = themed("cloud", "Sovereignty", 2)
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC), tick=False):
        more = make_scaled_edition(levels=5, checklist=checklist)
        old = signing.begin(cast, more)
        for key in ("Q1", "Q2"):
            signing.answer(cast.con, old, key, value=["c4"])
    with time_machine.travel(datetime(2026, 3, 5, tzinfo=UTC), tick=False):
        fewer = make_scaled_edition(levels=3, checklist=checklist, number="2026.2")
        new = signing.begin(cast, fewer, year=2027)
        signing.answer(cast.con, new, "Q1", value=["c2"])
    with time_machine.travel(datetime(2026, 4, 5, 12, tzinfo=UTC), tick=False):
        client = sign_in(cast.otto)
        [theme] = client.get(URL).context["view"].themes
        rows = json.loads(client.post(FIGURES, {"format": "json"}).content)["figures"]
    assert theme.worst.assessment == new
    assert theme.trend.values[-4:] == [4, 4, 2, 2]
    names = ["SEAL-4", "SEAL-4", "SEAL-2", "SEAL-2"]
    assert theme.trend.names[-4:] == names
    assert [row["value"] for row in rows if row["measure"] == "trend"][-4:] == names


def test_file_has_exposures_late_people_and_evidence(cast, law, sign_in):
    today = timezone.localdate()
    make_action(cast.acme, cast.ada, owner=cast.con, due_on=today - timedelta(days=2))
    answer = law.answers.get(question__key="Q1")
    attach(answer, make_link(cast.acme, cast.ada, "Policy", expires_on=today))
    client = sign_in(cast.otto)
    view = client.get(URL).context["view"]
    rows = json.loads(client.post(FIGURES, {"format": "json"}).content)["figures"]
    found = {(row["measure"], row["part"], row["name"], row["figure"]): row["value"] for row in rows}
    assert found["exposure", "question", "Duty 3", "weight"] == "5"
    assert found["actions", "person", cast.con.name, "late"] == "1"
    assert found["evidence", "piece", "Policy", "runs out"] == today.isoformat()
    counts = {key[3]: value for key, value in found.items() if key[0] == "organisation"}
    assert counts["duties not met"] == str(view.exposure_count) == "2"
    assert counts["actions late"] == str(view.late_count) == "1"


def test_file_says_the_day_of_the_page_on_which_a_duty_was_answered(cast, law, sign_in, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    law.answers.filter(question__key="Q3").update(
        answered_at=datetime(2026, 11, 9, 23, 30, tzinfo=UTC), answered_by=cast.con
    )
    client = sign_in(cast.otto)
    assert "last answered 10 Nov 2026" in flat(client.get(URL).text)
    rows = json.loads(client.post(FIGURES, {"format": "json"}).content)["figures"]
    said = {row["key"]: row["value"] for row in rows if row["figure"] == "last answered"}
    assert said["Q3"] == "2026-11-10"


def test_note_of_today_does_not_make_a_duty_not_met_since_today(cast, sign_in):
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC), tick=False):
        one = signing.begin(cast, make_edition(2))
        signing.answer(cast.con, one, "Q1", verdict="not_met")
    with time_machine.travel(datetime(2026, 3, 5, tzinfo=UTC), tick=False):
        signing.answer(cast.con, one, "Q1", note="Still so.")
    page = flat(sign_in(cast.rob).get(URL).text)
    assert "not met since" not in page
    assert "last answered 5 Mar 2026" in page
