from datetime import date, timedelta

import pytest
from django.utils import timezone

from compliance.models import Answer, Event
from compliance.work.assessments.coverage import leaves_gap
from compliance.work.evidence_use import views as library
from tests.content.evidence.samples import flat
from tests.support.factories import attach, make_assessment, make_edition, make_link

LIST = "/o/acme/evidence/"
YEAR = date(2026, 1, 1), date(2026, 12, 31)


def url(evidence, route="uses/"):
    return f"/o/acme/assessments/evidence/{evidence.pk}/{route}"


def shown(client, show):
    page = client.get(LIST, {"show": show})
    return [row.title for row, _, _ in page.context["rows"]]


def day(month, number):
    return date(2026, month, number)


@pytest.mark.parametrize(
    ("periods", "gap"),
    [
        ([], True),
        ([YEAR], False),
        ([(None, None)], False),
        ([(None, day(6, 30)), (day(7, 1), None)], False),
        ([(day(7, 1), day(12, 31)), (day(1, 1), day(6, 30))], False),
        ([(day(1, 1), day(6, 29)), (day(7, 1), day(12, 31))], True),
        ([(day(1, 2), day(12, 31))], True),
        ([(day(1, 1), day(12, 30))], True),
        ([(day(1, 1), day(9, 30)), (day(2, 1), day(3, 1)), (day(10, 1), None)], False),
    ],
)
def test_periods_together_leave_a_gap_or_not(periods, gap):
    assert leaves_gap(periods, *YEAR) is gap


def test_page_names_every_answer_of_the_own_organisation(cast, sign_in):
    evidence = make_link(cast.acme, cast.ada, expires_on=date(2020, 1, 1))
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    answer.verdict = "partly"
    answer.save()
    closed = make_assessment(cast.acme, cast.ada, status="archived", subject="Old")
    attach(answer, evidence)
    attach(closed.answers.first(), evidence)
    rob = sign_in(cast.rob)
    page = flat(rob.get(url(evidence)))
    assert f"?open={answer.pk}#answer-{answer.pk}" in page
    assert "Q1 Duty 1" in page
    assert ">Partly<" in page
    assert page.count('class="qwarn">expired') == 1
    assert "Old</bdi>, closed" in page
    part = rob.get(url(evidence), headers={"HX-Request": "true"})
    assert (part.text.count("<li>"), "<html" in part.text) == (2, False)
    assert rob.get(LIST).context["rows"][0][0].used_count == 2


def test_uses_cost_the_same_with_one_and_with_twenty(cast, sign_in, django_assert_num_queries):
    evidence = make_link(cast.acme, cast.ada)
    answers = list(make_assessment(cast.acme, cast.ada, make_edition(20)).answers.all())
    attach(answers[0], evidence)
    rob = sign_in(cast.rob)
    with django_assert_num_queries(5):
        rob.get(url(evidence))
    for answer in answers[1:]:
        attach(answer, evidence)
    with django_assert_num_queries(5):
        assert rob.get(url(evidence)).text.count("?open=") == 20


def test_gap_and_unused_are_filters(cast, sign_in):
    year = {"covers_from": YEAR[0], "covers_to": YEAR[1]}
    half = {"covers_from": YEAR[0], "covers_to": day(6, 30)}
    whole = make_link(cast.acme, cast.ada, "Whole", **year)
    part = make_link(cast.acme, cast.ada, "Part", **half)
    undated = make_link(cast.acme, cast.ada, "Undated")
    make_link(cast.acme, cast.ada, "Unused", **half)
    closed = make_link(cast.acme, cast.ada, "Closed", **half)
    aside = make_link(cast.acme, cast.ada, "Aside", **half)
    one, two, _ = make_assessment(cast.acme, cast.ada).answers.all()
    two.applies = False
    two.save()
    archived = make_assessment(cast.acme, cast.ada, status="archived")
    for evidence in (whole, part, undated):
        attach(one, evidence)
    attach(two, aside)
    attach(archived.answers.first(), closed)
    rob = sign_in(cast.rob)
    assert shown(rob, "gap") == ["Part"]
    assert shown(rob, "unused") == ["Unused"]
    page = flat(rob.get(LIST))
    assert "1 does not cover the whole audit period." in page
    assert page.count("gap in the audit period") == 1


def test_row_warns_of_a_gap_that_no_other_piece_fills(cast, sign_in):
    assessment = make_assessment(cast.acme, cast.ada)
    answer = assessment.answers.first()
    half = {"covers_from": YEAR[0], "covers_to": day(6, 30)}
    attach(answer, make_link(cast.acme, cast.ada, "First half", **half))
    row = f"{assessment.get_absolute_url()}answers/{answer.pk}/"
    rob = sign_in(cast.rob)
    words = "Evidence: does not cover the whole audit period"
    assert words in flat(rob.get(row))
    rest = {"covers_from": day(7, 1), "covers_to": YEAR[1]}
    attach(answer, make_link(cast.acme, cast.ada, "Second half", **rest))
    assert words not in flat(rob.get(row))


def test_evidence_is_used_in_many_answers_at_once(cast, sign_in):
    evidence = make_link(cast.acme, cast.ada)
    assessment = make_assessment(cast.acme, cast.ada)
    one, two, three = assessment.answers.all()
    attach(one, evidence)
    con = sign_in(cast.con)
    page = con.get(url(evidence, "use/"), {"q": "duty"})
    assert page.text.count('name="answer"') == 3
    assert page.text.count("disabled") == 1
    address = url(evidence, f"use/?assessment={assessment.pk}")
    reply = con.post(address, {"answer": [two.pk, three.pk]})
    assert evidence.attachments.count() == 3
    assert [e.action for e in Event.objects.all()] == ["evidence.attached"] * 2
    assert "2 questions changed together" in con.get(reply.url).text
    for _ in ("a press", "and one more"):
        assert con.post(f"{reply.url}undo/", follow=True).status_code == 200
        assert [a.answer for a in evidence.attachments.all()] == [one]


def test_search_narrows_the_questions(cast, sign_in):
    evidence = make_link(cast.acme, cast.ada)
    make_assessment(cast.acme, cast.ada)
    con = sign_in(cast.con)
    for query, count in (("duty 2", 1), ("Q3", 1), ("<script>", 0), ("\x00", 3)):
        page = con.get(url(evidence, "use/"), {"q": query})
        assert (page.status_code, page.text.count('name="answer"')) == (200, count)


def test_closed_or_no_assessment_offers_nothing(cast, sign_in):
    evidence = make_link(cast.acme, cast.ada)
    closed = make_assessment(cast.acme, cast.ada, status="archived")
    con = sign_in(cast.con)
    assert "No assessment is running." in con.get(url(evidence, "use/")).text
    address = url(evidence, f"use/?assessment={closed.pk}")
    assert con.post(address, {"answer": closed.answers.first().pk}).status_code == 404
    assert evidence.attachments.count() == 0


def test_nothing_ticked_is_named(cast, sign_in):
    evidence = make_link(cast.acme, cast.ada)
    make_assessment(cast.acme, cast.ada)
    page = sign_in(cast.con).post(url(evidence, "use/"), follow=True)
    assert (page.status_code, evidence.attachments.count()) == (200, 0)
    assert "tick" in page.text


def test_long_list_of_uses_says_that_it_ends(cast, sign_in, monkeypatch):
    monkeypatch.setattr(library, "MOST_USES", 2)
    evidence = make_link(cast.acme, cast.ada)
    for answer in make_assessment(cast.acme, cast.ada).answers.all():
        attach(answer, evidence)
    con = sign_in(cast.con)
    page = flat(con.get(url(evidence)))
    assert (page.count("?open="), "The first 2 are shown." in page) == (2, True)
    assert con.get(url(evidence, "replace/")).text.count('name="answer"') == 3


def test_older_version_is_not_offered_to_an_answer(cast, sign_in):
    old = make_link(cast.acme, cast.ada, "Old policy", expires_on=date(2026, 1, 1))
    make_link(cast.acme, cast.ada, "New policy", replaces=old)
    assessment = make_assessment(cast.acme, cast.ada)
    address = f"{assessment.get_absolute_url()}answers/{assessment.answers.first().pk}/"
    page = sign_in(cast.con).get(f"{address}evidence/", {"q": "POLICY"}).text
    assert ("New policy" in page, "Old policy" in page) == (True, False)


@pytest.fixture
def halves(cast):
    """Two answers of Con: the first with half a year, the second with both halves."""
    one, two, _ = make_assessment(cast.acme, cast.ada).answers.all()
    Answer.objects.filter(pk__in=[one.pk, two.pk]).update(owner=cast.con)
    first = make_link(cast.acme, cast.ada, "First half", covers_to=day(6, 30))
    second = make_link(cast.acme, cast.ada, "Second half", covers_from=day(7, 1))
    attach(one, first)
    attach(two, first)
    attach(two, second)
    return one, two


def named_at_home(cast, sign_in):
    page = sign_in(cast.con).get("/o/acme/")
    return [one.title for one in page.context["expiring"]]


def test_home_names_the_piece_that_leaves_a_gap_and_not_its_other_half(cast, sign_in, halves):
    assert named_at_home(cast, sign_in) == ["First half"]
    work = flat(sign_in(cast.con).get("/o/acme/work/"))
    assert "First half does not cover the audit period" in work
    assert "Second half" not in work


def test_home_is_silent_once_the_gap_is_filled_or_the_answer_not_asked(cast, sign_in, halves):
    one = halves[0]
    Answer.objects.filter(pk=one.pk).update(applies=False)
    assert named_at_home(cast, sign_in) == []
    Answer.objects.filter(pk=one.pk).update(applies=True)
    attach(one, make_link(cast.acme, cast.ada, "Rest", covers_from=day(7, 1)))
    assert named_at_home(cast, sign_in) == []


def test_home_names_what_runs_out_within_a_month(cast, sign_in, halves):
    _, two = halves
    today = timezone.localdate()
    for days in (-1, 30, 31):
        ends = today + timedelta(days=days)
        attach(two, make_link(cast.acme, cast.ada, f"{days} days", expires_on=ends))
    assert named_at_home(cast, sign_in) == ["-1 days", "30 days", "First half"]


def test_use_that_is_sent_twice_says_that_it_is_used(cast, sign_in):
    evidence = make_link(cast.acme, cast.ada)
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    con = sign_in(cast.con)
    where = f"{url(evidence, 'use/')}?assessment={answer.assessment_id}"
    con.post(where, {"answer": answer.pk})
    again = con.post(where, {"answer": answer.pk}, follow=True)
    assert "The answers use it already." in again.text
    assert Event.objects.filter(action="evidence.attached").count() == 1
