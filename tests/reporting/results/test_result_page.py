"""The page of a result, its targets and its figures."""

import csv
import io
import json
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.content.legal_index.fines import Tier
from compliance.ground.web.unknown_date import NO_DAY
from compliance.models import Action, Answer, Choice, Citation, Instrument, Target
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import Event
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.queries import read as read_paper
from compliance.reporting.results import figures, summary_figures
from compliance.reporting.results.beside import beside
from compliance.reporting.results.law import Duty, law_result
from compliance.reporting.results.pages import _law_sentences, context_of
from compliance.reporting.results.queries import read
from compliance.reporting.results.stands import assessments_of, chain_of
from compliance.work.assessments.choices import Filter
from tests.proof.audit.tampering import Guardless
from tests.support.factories import (
    attach,
    make_action,
    make_assessment,
    make_draft,
    make_edition,
    make_link,
    make_provision,
    make_scaled_edition,
    publish,
)
from tests.support.page_text import flat


@pytest.fixture
def scaled(cast):
    return make_assessment(cast.acme, cast.ada, make_scaled_edition())


def choose(assessment, **values):
    """Answer questions by their keys: "c1" is a choice, anything else a verdict."""
    for key, value in values.items():
        answer = assessment.answers.get(question__key=key)
        if value.startswith("c"):
            answer.value, answer.verdict = value, "met"
        else:
            answer.verdict = value
        answer.save()


def url(assessment, name="result", **more):
    kwargs = {"org": "acme", "assessment_id": assessment.pk, **more}
    return reverse(f"results:{name}", kwargs=kwargs)


def want(assessment, **levels):
    """Targets of an assessment by group, as some edition of its scale allowed them."""
    Target.objects.bulk_create(
        Target(
            organisation=assessment.organisation,
            checklist=assessment.edition.checklist,
            assessment=assessment,
            scale="seal",
            group=group,
            level=level,
            set_at=assessment.started_at,
            set_by=assessment.started_by,
        )
        for group, level in levels.items()
    )


def targets(**levels):
    return {f"group-{key}": str(level) for key, level in levels.items()}


def test_one_answer_moves_level_sentence_and_score(cast, scaled, sign_in):
    client = sign_in(cast.rob)
    assert "No level yet" in client.get(url(scaled)).text
    choose(scaled, Q1="c2", Q2="c1")
    page = client.get(url(scaled)).text
    assert '<p class="bigv">SEAL-1</p>' in page
    assert "The lowest of 2 answered criteria counts." in page
    result = read(scaled, date(2026, 11, 28)).scales[0]
    assert [one.level for one in result.groups] == [2, 1]
    assert str(result.score) in page


def test_page_has_days_as_readers_write_them(cast, scaled, sign_in):
    words = flat(sign_in(cast.rob).get(url(scaled)).text)
    assert "Counted by the rules of 28 November 2026." in words
    assert not re.search(r"\d{4}-\d\d-\d\d", re.sub("<[^>]*>", " ", words))


def test_value_beside_dont_know_is_no_level(cast, scaled):
    choose(scaled, Q1="c2", Q2="c1")
    scaled.answers.filter(question__key="Q2").update(verdict="dont_know")
    [result] = read(scaled, date(2026, 11, 28)).scales
    assert [one.level for one in result.groups] == [2, None]


@pytest.mark.parametrize(
    "repeated",
    [
        [
            {
                "key": "keys",
                "title": "Keys",
                "weight": 60,
                "questions": ["Q1", "Q3", "Q1"],
            }
        ],
        [
            {"key": "keys", "title": "Keys", "weight": 60, "questions": ["Q1", "Q3"]},
            {"key": "all", "title": "All", "across": True, "questions": ["Q1", "Q2"]},
        ],
    ],
)
def test_question_that_a_published_scale_repeats_counts_once(cast, scaled, repeated):
    place = {"key": "place", "title": "Place", "weight": 40, "questions": ["Q2"]}
    edition = make_scaled_edition(groups=[repeated[0], place, *repeated[1:]])
    twice = make_assessment(cast.acme, cast.ada, edition)
    want(twice, keys=2, place=2, all=2)
    want(scaled, keys=2, place=2)
    today = date(2026, 11, 28)
    for one in (scaled, twice):
        choose(one, Q1="c1", Q2="c0")
    plain, again = (read(one, today) for one in (scaled, twice))
    assert list(figures.rows_of(again)) == list(figures.rows_of(plain))
    assert len(again.scales[0].gaps) == 2
    found = summary_figures.figures_of(again.law, again.scales)
    assert (found.answered, found.asked) == (2, 4)


def test_law_and_levels_are_apart(cast, scaled):
    choose(scaled, Q1="c0", Q4="not_met")
    result = read(scaled, date(2026, 11, 28))
    assert (result.law.counts.total, result.law.counts.not_met) == (1, 1)
    assert result.scales[0].level == 0


def test_minimum_rejects_and_names_what_is_below(cast, scaled, sign_in):
    choose(scaled, Q1="c2", Q2="c1")
    client = sign_in(cast.otto)
    page = client.get(url(scaled, "targets", scale="seal"))
    data = targets(keys=2, place=2) | {"reach": "assessment", "base": ""}
    assert page.status_code == 200
    reply = client.post(url(scaled, "targets", scale="seal"), data)
    assert reply.status_code == 302
    page = client.get(url(scaled)).text
    assert "Below our minimum in Place: an offer like this is rejected." in page
    assert "1 below" in page
    event = Event.objects.get(action="targets.set")
    after = trail.changes(event)[1]
    assert after["levels"] == {"keys": 2, "place": 2}
    assert verification.verify(cast.acme.pk) is None


def test_default_holds_for_every_assessment_without_targets_of_its_own(cast, scaled, sign_in):
    client = sign_in(cast.otto)
    other = make_assessment(cast.acme, cast.ada, scaled.edition)
    data = targets(keys=1, place=1) | {"reach": "organisation", "base": ""}
    client.post(url(scaled, "targets", scale="seal"), data)
    data = targets(keys=2) | {"reach": "assessment", "base": ""}
    client.post(url(scaled, "targets", scale="seal"), data)
    today = date(2026, 11, 28)
    own, others = ([one.target for one in read(row, today).scales[0].groups] for row in (scaled, other))
    assert (own, others) == ([2, 1], [1, 1])


def test_page_of_targets_shows_the_default_of_a_part_without_one_of_its_own(cast, scaled, sign_in):
    """It counts, so the page does not say "No target"."""
    client = sign_in(cast.otto)
    address = url(scaled, "targets", scale="seal")
    client.post(address, targets(keys=1, place=1) | {"reach": "organisation"})
    client.post(address, targets(keys=2) | {"reach": "assessment"})
    form = client.get(address).context["form"]
    [result] = read(scaled, date(2026, 11, 28)).scales
    shown = [form[f"group-{one.group.key}"].value() for one in result.groups]
    assert shown == [str(one.target) for one in result.groups] == ["2", "1"]


def test_same_targets_again_leave_no_event(cast, scaled, sign_in):
    client = sign_in(cast.otto)
    address = url(scaled, "targets", scale="seal")
    client.post(address, targets(keys=1) | {"reach": "assessment", "base": ""})
    base = client.get(address).context["form"].initial["base"]
    client.post(address, targets(keys=1) | {"reach": "assessment", "base": base})
    assert Event.objects.filter(action="targets.set").count() == 1


def test_targets_that_are_sent_again_after_a_lost_reply_blame_nobody(cast, scaled, sign_in):
    client = sign_in(cast.otto)
    address = url(scaled, "targets", scale="seal")
    sent = targets(keys=1) | {"reach": "assessment", "base": ""}
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]


def test_day_of_targets_comes_back_as_a_browser_reads_it(cast, scaled, sign_in):
    client = sign_in(cast.otto)
    address = url(scaled, "targets", scale="seal")
    data = {"reach": "assessment", "base": "", "holds_by": "2027-12-31"}
    client.post(address, targets(keys=1) | data)
    assert 'value="2027-12-31"' in client.get(address).text


def test_targets_of_a_colleague_are_shown_before_they_are_replaced(cast, scaled, sign_in):
    client = sign_in(cast.otto)
    address = url(scaled, "targets", scale="seal")
    client.post(address, targets(keys=1) | {"reach": "assessment", "base": ""})
    mine = targets(keys=2) | {"reach": "assessment", "base": ""}
    reply = client.post(address, mine)
    assert reply.status_code == 409
    assert "Keys: SEAL-1" in reply.text
    assert Target.objects.get().level == 1
    base = reply.context["form"]["base"].value()
    assert client.post(address, mine | {"base": base}).status_code == 302
    assert Target.objects.get().level == 2


def form_of(page):
    """What the page of targets would send, as it came."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_targets_for_all_change_from_the_page_of_one_and_nobody_is_blamed(cast, scaled, sign_in):
    client = sign_in(cast.otto)
    address = url(scaled, "targets", scale="seal")
    for level in (1, 2):
        sent = form_of(client.get(address)) | targets(keys=level)
        assert client.post(address, sent | {"reach": "organisation"}).status_code == 302
        assert Target.objects.get().level == level


def test_targets_for_all_of_a_colleague_are_shown_before_they_are_replaced(cast, scaled, sign_in):
    client = sign_in(cast.otto)
    address = url(scaled, "targets", scale="seal")
    mine = form_of(client.get(address)) | targets(keys=2) | {"reach": "organisation"}
    client.post(address, mine | targets(keys=1))
    reply = client.post(address, mine)
    assert reply.status_code == 409
    assert "Keys: SEAL-1" in reply.text
    assert client.post(address, form_of(reply)).status_code == 302
    assert Target.objects.get().level == 2


@pytest.mark.parametrize("level", ["3", "-1", "x", "99999999999999999999"])
def test_level_that_the_scale_does_not_have_is_refused(cast, scaled, sign_in, level):
    data = targets(keys=level) | {"reach": "assessment", "base": ""}
    reply = sign_in(cast.otto).post(url(scaled, "targets", scale="seal"), data)
    assert reply.status_code == 422
    assert not Target.objects.exists()


@pytest.fixture
def fewer(cast, scaled):
    """A later edition with two levels, whose targets were set while it had three."""
    checklist = scaled.edition.checklist
    edition = make_scaled_edition(levels=2, checklist=checklist, number="2026.2")
    one = make_assessment(cast.acme, cast.ada, edition)
    want(one, keys=2, place=1)
    choose(one, Q1="c0", Q2="c1", Q3="c1")
    return one


@pytest.mark.parametrize("read_by", ["lowest", "mean"])
def test_answer_that_decides_no_level_is_called_an_answer(cast, sign_in, read_by):
    """Q3 has one level whatever is chosen: it counts for points alone."""
    one = make_assessment(cast.acme, cast.ada, make_scaled_edition(read=read_by))
    choose(one, Q3="c1")
    client = sign_in(cast.rob)
    page = client.get(url(one)).text
    assert "no answer decides it yet" in page
    assert "Answer the first" not in page
    assert "The lowest stage, ," not in page
    overview = flat(client.get(reverse("results:overview", args=["acme"])).text)
    assert overview.count("no answer decides yet") == 2
    assert "No answer decides yet" in overview
    assert "no answer yet" not in overview.lower()


def test_points_are_the_same_on_the_page_in_the_file_and_on_paper(cast, scaled, sign_in):
    with Guardless():
        rating = {"level": 1, "points": 41.75}
        Choice.objects.filter(question__key="Q1", key="c1").update(rating=rating)
    choose(scaled, Q1="c1", Q3="c1")
    client = sign_in(cast.otto)
    page = flat(client.get(url(scaled)).text)
    rows = json.loads(client.post(url(scaled, "figures"), {"format": "json"}).content)
    found = {r["key"]: r["value"] for r in rows["figures"] if r["figure"] == "points"}
    assert (found["Q1"], found["keys"], found["place"]) == ("41.75", "541.75", "0")
    assert ">41.75</td>" in page
    for said in (page, flat(html_of(read_paper(scaled.pk, 1)))):
        assert ">541.75</td>" in said


def test_nothing_holds_down_the_highest_level_in_the_file(cast, scaled, sign_in):
    choose(scaled, Q1="c2", Q2="c1")
    reply = sign_in(cast.otto).post(url(scaled, "figures"), {"format": "json"})
    rows = json.loads(reply.content)["figures"]
    held = {r["key"]: r["value"] for r in rows if r["figure"] == "held down by"}
    assert held == {"keys": "", "place": "Q2"}


def test_file_has_a_score_only_where_the_page_has_one(cast, sign_in):
    groups = [{"key": "all", "title": "All", "questions": ["Q1", "Q2"]}]
    one = make_assessment(cast.acme, cast.ada, make_scaled_edition(groups=groups))
    choose(one, Q1="c1")
    client = sign_in(cast.otto)
    assert "Weighted score" not in client.get(url(one)).text
    rows = json.loads(client.post(url(one, "figures"), {"format": "json"}).content)
    found = {row["figure"] for row in rows["figures"] if row["measure"] == "seal"}
    assert "level" in found
    assert found.isdisjoint({"score", "points", "weight"})


def test_target_above_the_scale_is_neither_reached_nor_missed(cast, fewer, sign_in):
    [result] = read(fewer, date(2026, 11, 28)).scales
    keys, place = result.groups
    assert (keys.target, keys.is_beyond, keys.is_reached) == (None, True, None)
    assert (place.target, place.is_beyond, place.is_reached) == (1, False, True)
    assert (result.is_rejected, result.gaps, result.steps) == (False, [], 0)
    client = sign_in(cast.otto)
    page = client.get(url(fewer)).text
    said = "Our target in Keys is above the highest level of this edition:"
    assert f"{said} it does not count until it is set anew." in page
    assert "above the scale" in page
    assert "At or above our minimum in every objective." not in page
    rows = json.loads(client.post(url(fewer, "figures"), {"format": "json"}).content)
    found = {(r["key"], r["figure"]): r["value"] for r in rows["figures"]}
    wanted = [found[key, "target"] for key in ("keys", "place")]
    assert wanted == ["above the scale", "SEAL-1"]


def test_page_of_targets_says_which_are_above_the_scale(cast, fewer, sign_in):
    client = sign_in(cast.otto)
    address = url(fewer, "targets", scale="seal")
    said = "Our target in Keys is above the highest level of this edition."
    page = client.get(address)
    assert said in page.text
    mine = targets(keys=1) | {"reach": "assessment", "base": ""}
    reply = client.post(address, mine)
    assert reply.status_code == 409
    assert "Keys: above the scale" in reply.text
    base = reply.context["form"]["base"].value()
    assert client.post(address, mine | {"base": base}).status_code == 302
    assert said not in client.get(address).text


def test_targets_all_above_the_scale_are_not_called_none(cast, fewer, sign_in):
    Target.objects.update(level=2)
    page = sign_in(cast.otto).get(url(fewer)).text
    assert "Our target in Keys, Place is above the highest level" in page
    assert "no minimum is set" not in page.lower()
    assert "minimum above the scale" in page
    assert "Change our minimum" in page


def test_period_before_has_the_level_names_of_its_own_edition(cast, fewer, scaled):
    scaled.period_from, scaled.period_to = date(2025, 1, 1), date(2025, 12, 31)
    scaled.save()
    choose(scaled, Q1="c2", Q2="c1")
    near = beside(fewer, date(2026, 11, 28))
    rows = list(figures.earlier_rows(read(fewer, date(2026, 11, 28)), near))
    levels = [row[-1] for row in rows if row[4] == "lowest level, 2025"]
    assert levels == ["SEAL-2", "SEAL-1"]
    assert not [row for row in rows if "mean" in row[4]]  # a level has none
    [view] = context_of(read(fewer, date(2026, 11, 28)), near)["scales"]
    assert [row.last for row in view.rows] == ["SEAL-2", "SEAL-1"]


def test_minimum_of_one_objective_is_not_said_to_be_that_of_every_one(cast, scaled, sign_in):
    choose(scaled, Q1="c2", Q2="c1", Q3="c1")
    client, said = sign_in(cast.rob), "At or above our minimum in every objective"
    want(scaled, keys=1)
    page = client.get(url(scaled)).text
    assert f"{said} that has one." in page
    want(scaled, place=1)
    assert f"{said}." in client.get(url(scaled)).text


def test_targets_stay_open_on_a_signed_assessment(cast, scaled, sign_in):
    """They are a yardstick of ours and no part of what is signed."""
    scaled.status = "archived"
    scaled.save()
    data = targets(keys=1) | {"reach": "assessment", "base": ""}
    reply = sign_in(cast.otto).post(url(scaled, "targets", scale="seal"), data)
    assert reply.status_code == 302


def test_links_of_a_result_lead_to_filters_that_there_are(cast, sign_in):
    """The list of questions takes any other word for "all"."""
    assessment = make_assessment(cast.acme, cast.ada, make_edition(2))
    choose(assessment, Q1="not_met")
    later = assessment.answers.filter(question__key="Q2")
    later.update(binds_from=timezone.localdate() + timedelta(days=9))
    page = sign_in(cast.rob).get(url(assessment)).text
    assert set(re.findall(r"\?show=([\w-]+)", page)) == {Filter.NOT_MET, Filter.AHEAD}


def test_day_of_the_law_that_a_file_did_not_state_is_no_day(cast, sign_in):
    edition = make_draft(2)
    edition.law_as_of = date.fromisoformat(NO_DAY)
    assessment = make_assessment(cast.acme, cast.ada, publish(edition))
    client = sign_in(cast.otto)
    page = client.get(url(assessment)).text
    assert "law as of a day not stated" in page
    assert "1 Jan 2000" not in page
    reply = client.post(url(assessment, "figures"), {"format": "json"})
    assert json.loads(reply.content)["law as of"] == "a day not stated"


def test_sentences_of_law_leave_out_what_there_is_none_of(cast, sign_in):
    assessment = make_assessment(cast.acme, cast.ada, make_edition(2))
    choose(assessment, Q1="met", Q2="met")
    page = sign_in(cast.rob).get(url(assessment)).text
    assert "2 of 2 duties are met." in page
    assert "Evidence covers the whole audit period for 0 of the 2 met." in page
    assert "end early" not in page
    assert "not applicable, apart" not in page


def test_highest_limit_of_fines_counts_what_each_of_its_provisions_sets():
    upper = {"amount": 15_000_000, "percent": 3}
    found = [
        Duty(1, key, key, "one", "One", "not_met", 3, is_law=True, tier=Tier(**one))
        for key, one in (
            ("A", upper | {"under": "Act Art. 99(4)"}),
            ("B", upper | {"under": "Act Art. 101(1)"}),
            ("C", {"amount": 10_000_000, "percent": 2, "under": "Law Art. 83(4)"}),
        )
    ]
    said = _law_sentences(law_result(found))
    assert "2 not met under the highest limit of fines." in said


def test_gap_shows_its_action_or_the_first_step(cast, scaled, sign_in):
    choose(scaled, Q1="c0", Q2="c1")
    Target.objects.create(
        organisation=cast.acme,
        checklist=scaled.edition.checklist,
        scale="seal",
        group="keys",
        level=2,
        set_at=scaled.started_at,
        set_by=cast.ada,
    )
    client = sign_in(cast.rob)
    assert "No action yet." in client.get(url(scaled)).text
    answer = scaled.answers.get(question__key="Q1")
    make_action(cast.acme, cast.ada, answer, title="Take the keys home")
    page = client.get(url(scaled)).text
    assert "Take the keys home" in page
    assert "Answer that reaches it" in page
    done = {"status": "done", "closed_at": scaled.started_at, "closed_by": cast.ada}
    Action.objects.update(**done)
    assert "Take the keys home" not in client.get(url(scaled)).text


def test_evidence_proves_when_it_covers_the_whole_period(cast, scaled):
    choose(scaled, Q4="met")
    answer = scaled.answers.get(question__key="Q4")
    early = {"covers_from": date(2026, 1, 1), "covers_to": date(2026, 6, 30)}
    attach(answer, make_link(cast.acme, cast.ada, **early))
    today = date(2026, 7, 1)
    counts = read(scaled, today).law.counts
    assert (counts.proved, counts.early) == (0, 1)
    late = {"covers_from": date(2026, 7, 1), "covers_to": date(2026, 12, 31)}
    attach(answer, make_link(cast.acme, cast.ada, "Second half", **late))
    counts = read(scaled, today).law.counts
    assert (counts.proved, counts.early) == (1, 0)
    expired = {"expires_on": date(2026, 6, 30)}
    answer.attachments.all().delete()
    attach(answer, make_link(cast.acme, cast.ada, "Old", **expired))
    counts = read(scaled, today).law.counts
    assert (counts.met, counts.proved, counts.early) == (1, 0, 0)


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_figures_are_those_of_the_screen(cast, scaled, sign_in, form):
    choose(scaled, Q1="c2", Q2="c1", Q4="met")
    client = sign_in(cast.otto)
    page = client.get(url(scaled)).text
    reply = client.post(url(scaled, "figures"), {"format": form})
    assert reply.status_code == 200
    assert Event.objects.filter(action="result.exported").count() == 1
    if form == "xlsx":
        assert reply.content[:2] == b"PK"
        return
    if form == "json":
        rows = json.loads(reply.content)["figures"]
    else:
        text = reply.content.decode("utf-8-sig")
        body = text[text.index("measure,") :]
        rows = list(csv.DictReader(io.StringIO(body)))
    found = {(r["measure"], r["part"], r["key"], r["figure"]): r["value"] for r in rows}
    assert found["seal", "all", "", "level"] == "SEAL-1"
    assert f">{found['seal', 'all', '', 'score']}<" in page.replace("<small", "<")
    assert found["law", "all", "", "met"] == "1"


def test_checklist_without_scales_shows_law_alone(cast, sign_in):
    plain = make_assessment(cast.acme, cast.ada, make_edition())
    page = sign_in(cast.rob).get(url(plain)).text
    assert "Set our" not in page
    assert "0 of 3 answered" in page


def test_result_asks_as_many_queries_for_many_questions(cast, sign_in, django_assert_num_queries):
    small = make_assessment(cast.acme, cast.ada, make_edition(questions=3))
    large = make_assessment(cast.acme, cast.ada, make_edition(questions=120))
    Answer.objects.filter(assessment__in=[small, large]).update(verdict="not_met")
    for assessment in (small, large):
        with django_assert_num_queries(5):
            read(assessment, date(2026, 11, 28))


def test_limit_of_fines_stands_beside_what_it_threatens(cast, sign_in):
    draft = make_draft(2)
    for key, cite in (("Q1", "Law Art. 6(1)"), ("Q2", "Law Art. 40")):
        question = draft.questions.get(key=key)
        Citation.objects.create(question=question, provision=make_provision(cite), position=1)
    Instrument.objects.update(
        fines=[
            {"amount": 20_000_000, "percent": 4, "under": "Law Art. 83(5)"}
            | {"note": "", "provisions": ["Law Art. 6"]}
        ]
    )
    assessment = make_assessment(cast.acme, cast.ada, publish(draft))
    choose(assessment, Q1="not_met", Q2="not_met")
    client = sign_in(cast.otto)
    page = client.get(url(assessment)).text
    assert "1 not met under the highest limit of fines." in page
    words = "EUR 20\u00a0M or 4\u202f%"  # each number and its unit on one line
    assert page.index(words) < page.index("No limit in the acts cited")
    rows = json.loads(client.post(url(assessment, "figures"), {"format": "json"}).content)
    found = {(r["part"], r["name"], r["figure"]): r["value"] for r in rows["figures"]}
    assert found["fine", "20 M or 4 %", "not met"] == "1"
    home = client.get(reverse("results:overview", args=["acme"])).text
    assert f"up to {words}" in home


def test_stranger_finds_no_result(cast, scaled, sign_in):
    assert sign_in(cast.zoe).get(url(scaled)).status_code == 404


def test_profile_has_the_period_before_and_other_subjects(cast, scaled, sign_in):
    choose(scaled, Q1="c2", Q2="c1")
    before = make_assessment(cast.acme, cast.ada, scaled.edition)
    before.period_from, before.period_to = date(2024, 1, 1), date(2024, 12, 31)
    before.save()
    choose(before, Q1="c0", Q2="c2")
    beta = make_assessment(cast.acme, cast.ada, scaled.edition, subject="Beta <b>")
    choose(beta, Q1="c1", Q2="c2")
    theirs = make_assessment(cast.other, cast.zoe, scaled.edition, subject="Theirs")
    choose(theirs, Q1="c2", Q2="c2")
    reply = sign_in(cast.rob).get(url(scaled))
    [view] = reply.context["scales"]
    assert view.year == 2024
    assert [row.last for row in view.rows] == ["SEAL-0", "SEAL-2"]
    assert [one.assessment for one in view.abreast.columns] == [scaled, beta]
    rows = {title: [one.text for one in cells] for title, cells in view.abreast.rows}
    assert rows["All"] == ["SEAL-1", "SEAL-1"]
    assert "Beta &lt;b&gt;" in reply.text
    assert "Theirs" not in reply.text


def test_hostile_names_of_a_scale_stay_text(cast, sign_in):
    draft = make_draft(1)
    draft.questions.update(kind="stage")
    for at in range(2):
        Choice.objects.create(
            question=draft.questions.get(),
            key=f"c{at}",
            label="</td><script>",
            position=at,
            rating={"level": at, "points": "1"},
        )
    hostile = "=1+1</th><script>alert(1)</script>"
    draft.scales = [
        {"key": "s", "name": hostile, "read": "lowest"}
        | {"levels": [{"name": f"{hostile}{at}"} for at in range(2)]}
        | {"groups": [{"key": "g", "title": hostile, "questions": ["Q1"]}]}
    ]
    draft.save()
    one = make_assessment(cast.acme, cast.ada, publish(draft))
    choose(one, Q1="c0")
    client = sign_in(cast.otto)
    for address in (
        url(one),
        url(one, "targets", scale="s"),
        reverse("results:overview", args=["acme"]),
        reverse("gaps:list", args=["acme"]),
    ):
        assert "<script>alert" not in client.get(address).text
    text = client.post(url(one, "figures"), {"format": "csv"}).content.decode()
    assert ",=1+1" not in text


def test_last_periods_stand_below_each_other_with_their_counts(cast, sign_in):
    edition = make_edition(4)
    for year in range(2022, 2027):
        one = make_assessment(
            cast.acme,
            cast.ada,
            edition,
            period_from=date(year, 1, 1),
            period_to=date(year, 12, 31),
        )
        one.answers.filter(question__key="Q1").update(verdict="met")
    make_assessment(cast.acme, cast.ada, edition, subject="Another")
    page = sign_in(cast.rob).get(one.get_absolute_url() + "result/").text
    assert page.count("1 Jan 202") >= 4
    assert "1 Jan 2022" not in page
    assert 'id="periods-h"' in page
    assert "Another" not in page.partition('id="periods-h"')[2]
    rows = json.loads(sign_in(cast.rob).post(url(one, "figures"), {"format": "json"}).content)["figures"]
    counts = {(r["name"][:4], r["figure"]): r["value"] for r in rows if r["part"] == "period"}
    assert {year for year, _ in counts} == {"2023", "2024", "2025", "2026"}
    assert (counts["2024", "met"], counts["2024", "open"]) == ("1", "3")


def test_first_period_has_no_table_of_periods(cast, sign_in):
    one = make_assessment(cast.acme, cast.ada, make_edition(2))
    assert "periods-h" not in sign_in(cast.rob).get(one.get_absolute_url() + "result/").text


def test_period_before_is_the_one_carried_forward_else_the_last_that_ended(cast):
    edition = make_edition(2)

    def period(year, **more):
        return make_assessment(
            cast.acme,
            cast.ada,
            edition,
            period_from=date(year, 1, 1),
            period_to=date(year, 12, 31),
            **more,
        )

    first, stray, other = period(2023), period(2024), period(2024, subject="Another")
    carried = period(2025, carried_from=first)
    last = period(2026)
    rows = assessments_of([cast.acme])
    assert chain_of(last, rows) == [last, carried, first]
    assert chain_of(stray, rows) == [stray, first]
    assert chain_of(other, rows) == [other]


def test_periods_that_name_each_other_end_the_chain(cast):
    edition = make_edition(2)
    later = make_assessment(cast.acme, cast.ada, edition)
    back = make_assessment(
        cast.acme,
        cast.ada,
        edition,
        period_from=date(2020, 1, 1),
        period_to=date(2020, 12, 31),
        carried_from=later,
    )
    assert chain_of(back, assessments_of([cast.acme])) == [back, later]
