"""Two periods, days, subjects or organisations side by side."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.ground.web.unknown_date import NO_DAY
from compliance.models import Assessment, Membership, Target
from compliance.proof.audit.models import Event
from compliance.reporting.comparison import differences, sides
from compliance.reporting.comparison.differences import Kind
from tests.support import signing
from tests.support.factories import (
    attach,
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
from tests.support.resting_assessments import resting, started

URL = reverse("comparison:compare", args=["acme"])
FILE = reverse("comparison:figures", args=["acme"])
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def pair(cast):
    """Two periods of one subject: Q1 up, Q2 down, Q3 answered since, Q4 the same."""
    edition = make_edition(4)
    old = make_assessment(cast.acme, cast.ada, edition)
    new = make_assessment(cast.acme, cast.ada, edition)
    Assessment.objects.filter(pk=old.pk).update(period_from=date(2025, 1, 1), period_to=date(2025, 12, 31))
    old.refresh_from_db()
    answer(old, Q1="not_met", Q2="met", Q4="partly")
    answer(new, Q1="met", Q2="partly", Q3="not_met", Q4="partly")
    return old, new


def answer(assessment, **verdicts):
    for key, verdict in verdicts.items():
        assessment.answers.filter(question__key=key).update(
            verdict=verdict, answered_at=NOW, answered_by=assessment.started_by
        )


def of(before, after, **more):
    return {"before": str(before.pk), "after": str(after.pk)} | more


def read(before, after, on=None):
    today = date(2026, 11, 24)
    return differences.compare(sides.side(before, on, today), sides.side(after, None, today))


def test_each_question_is_better_worse_otherwise_or_the_same(pair):
    found = read(*pair)
    assert {one.key: one.kind for one in found.changes} == {
        "Q1": Kind.BETTER,
        "Q2": Kind.WORSE,
        "Q3": Kind.OTHER,
        "Q4": Kind.SAME,
    }
    assert [counts.met for counts in found.law] == [1, 1]
    assert [counts.open for counts in found.law] == [1, 0]
    assert found.edition == []


def test_not_applicable_that_is_confirmed_no_longer_is_not_called_confirmed(cast, pair):
    said = {"verdict": "na", "reason": "None here.", "na_by": cast.con}
    agreed = {"na_confirmed_by": cast.rev, "na_confirmed_at": NOW}
    old, new = (one.answers.filter(question__key="Q4") for one in pair)
    whys = []
    for first, second in ((said, said | agreed), (said | agreed, said)):
        for rows, fields in ((old, first), (new, second)):
            rows.update(**{"na_confirmed_by": None, "na_confirmed_at": None} | fields)
        whys += [one.why for one in read(*pair).changes if one.key == "Q4"]
    assert whys == [
        "“not applicable” confirmed",
        "“not applicable” no longer confirmed",
    ]


def test_page_says_what_changed_and_who_answered(cast, pair, sign_in):
    page = " ".join(sign_in(cast.rob).get(URL, of(*pair)).text.split())
    assert "1 better, 1 worse, 1 otherwise, 1 the same." in page
    assert ">Not met</del> <ins>Met</ins>" in page
    assert "answered by <bdi>Ada" in page


def test_period_before_is_proposed(cast, pair, sign_in):
    old, new = pair
    reply = sign_in(cast.rob).get(URL, {"after": str(new.pk)})
    assert reply.context["before"] == old
    assert reply.context["found"]


def test_period_before_of_another_checklist_is_not_proposed(cast, pair, sign_in):
    """Of the original, say, of the copy to which the organisation has gone over."""
    old, _ = pair
    copied = make_edition(4, checklist=make_checklist())
    new = make_assessment(cast.acme, cast.ada, copied, carried_from=old)
    reply = sign_in(cast.rob).get(URL, {"after": str(new.pk)})
    assert (reply.status_code, reply.context["before"]) == (200, None)


def test_new_evidence_is_counted_and_what_else_changed_named(cast, pair, sign_in):
    _, new = pair
    attach(new.answers.get(question__key="Q4"), make_link(cast.acme, cast.ada))
    found = {one.key: one for one in read(*pair).changes}
    assert (found["Q4"].kind, found["Q4"].files) == (Kind.SAME, 1)
    assert "evidence" in found["Q4"].also
    page = sign_in(cast.rob).get(URL, of(*pair, show="beside")).text
    assert "1 new piece" in " ".join(page.split())


def test_reworded_new_and_gone_questions_stand_apart(cast):
    first = make_edition(3)
    draft = make_draft(4, number="2026.2", checklist=first.checklist)
    draft.questions.filter(key="Q2").update(text="Do you keep another list?")
    draft.questions.filter(key="Q3").delete()
    old = make_assessment(cast.acme, cast.ada, first)
    new = make_assessment(cast.acme, cast.ada, publish(draft))
    old.answers.update(verdict="met")
    new.answers.update(verdict="not_met")
    found = read(old, new)
    assert {one.key: one.kind for one in found.changes} == {
        "Q1": Kind.WORSE,
        "Q2": Kind.REWORDED,
        "Q3": Kind.GONE,
        "Q4": Kind.NEW,
    }
    assert [counts.total for counts in found.law] == [1, 1]
    [(edition, said)] = found.edition
    assert edition == "Edition 2026.1 to 2026.2"
    assert said == "1 reworded, 1 new, 1 gone: counted apart"


def test_day_of_the_law_that_a_file_did_not_state_is_no_day(cast):
    first = make_draft(1)
    first.law_as_of = date.fromisoformat(NO_DAY)
    first = publish(first)
    later = publish(make_draft(1, number="2026.2", checklist=first.checklist))
    old, new = (make_assessment(cast.acme, cast.ada, one) for one in (first, later))
    assert read(old, new).edition[1] == (
        "Law as of",
        "a day not stated to 24 Nov 2026",
    )


def test_questions_that_another_assessment_answers_are_no_change_of_the_edition(cast):
    whole, here = resting(cast.acme, cast.otto)
    alone = started(cast.acme, cast.otto, whole.edition, "Alone")
    for sides_of, kind in (((alone, here), Kind.GONE), ((here, alone), Kind.NEW)):
        found = {one.key: one for one in read(*sides_of).changes if one.kind == kind}
        assert sorted(found) == ["Q1", "Q2"]
        assert {one.why for one in found.values()} == {"asked in another assessment"}


def test_levels_name_the_criterion_that_moved_them(cast):
    edition = make_scaled_edition()
    old = signing.begin(cast, edition)
    new = signing.begin(cast, edition)
    for one, choice in ((old, "c0"), (new, "c2")):
        signing.answer(cast.con, one, "Q1", value=[choice])
        signing.answer(cast.con, one, "Q2", value=["c1"])
    [scale] = read(old, new).scales
    keys, place = scale.groups
    assert (keys.was, keys.now, keys.gap, keys.why.key) == ("SEAL-0", "SEAL-2", 2, "Q1")
    assert (place.gap, place.why) == (0, None)


def test_part_without_a_level_on_one_side_is_not_called_the_same(cast, sign_in):
    edition = make_scaled_edition()
    old, new = signing.begin(cast, edition), signing.begin(cast, edition)
    signing.answer(cast.con, new, "Q1", value=["c2"])
    for one in (old, new):
        signing.answer(cast.con, one, "Q2", value=["c1"])
    page = sign_in(cast.rob).get(URL, of(old, new)).text
    cells = re.findall(r'data-l="Change"[^>]*>\s*(.*?)\s*</td>', page, re.DOTALL)
    assert cells == ["\u2013", "same"]


def test_both_sides_are_measured_to_the_targets_of_the_later_one(cast, sign_in):
    edition = make_scaled_edition(read="mean")
    old, new = signing.begin(cast, edition), signing.begin(cast, edition)
    for one, choice in ((old, "c0"), (new, "c1")):
        signing.answer(cast.con, one, "Q1", value=[choice])
    for one, level in ((old, 1), (new, 2)):
        Target.objects.create(
            organisation=cast.acme,
            checklist=edition.checklist,
            assessment=one,
            scale="seal",
            group="keys",
            level=level,
            set_at=NOW,
            set_by=cast.ada,
        )
    client = sign_in(cast.otto)
    assert "From 2 steps to 1 step;" in flat(client.get(URL, of(old, new)).text)
    reply = client.post(FILE, of(old, new, format="json"))
    rows = {row["figure"]: row for row in json.loads(reply.content)["figures"]}
    assert rows["steps to target"]["change"] == "down 1"
    Target.objects.filter(assessment=old).delete()
    assert "From 2 steps to 1 step;" in flat(client.get(URL, of(old, new)).text)


def test_levels_of_an_edition_with_more_of_them_keep_their_names(cast, sign_in):
    more = make_scaled_edition(levels=5)
    checklist = more.checklist
    fewer = make_scaled_edition(levels=3, checklist=checklist, number="2026.2")
    old, new = signing.begin(cast, more), signing.begin(cast, fewer)
    for one, choice in ((old, "c4"), (new, "c2")):
        signing.answer(cast.con, one, "Q1", value=[choice])
    [scale] = read(old, new).scales
    keys = scale.groups[0]
    assert (keys.was, keys.now, keys.gap) == ("SEAL-4", "SEAL-2", -2)
    for sides_of in (of(old, new), of(new, old)):
        assert "SEAL-4" in sign_in(cast.rob).get(URL, sides_of).text


def test_one_assessment_on_two_days(cast, clock, sign_in):
    one = signing.begin(cast, make_edition(2))
    signing.answer(cast.con, one, "Q1", verdict="not_met")
    clock.shift(timedelta(days=3))
    signing.answer(cast.con, one, "Q1", verdict="met")
    asked = of(one, one, before_on="2026-11-24")
    page = " ".join(sign_in(cast.rob).get(URL, asked).text.split())
    assert "1 better, 0 worse" in page
    early = sign_in(cast.rob).get(URL, of(one, one, before_on="2026-11-01"))
    assert early.status_code == 422
    assert "began in Attest on 24 Nov 2026" in early.text
    # An imported one says when it began elsewhere.
    elsewhere = datetime(2025, 1, 5, tzinfo=UTC)
    Assessment.objects.filter(pk=one.pk).update(started_at=elsewhere)
    early = sign_in(cast.rob).get(URL, of(one, one, before_on="2026-11-01"))
    assert "began in Attest on 24 Nov 2026" in early.text


def test_same_side_twice_and_other_checklists_are_refused(cast, pair, sign_in):
    old, new = pair
    client = sign_in(cast.rob)
    reply = client.get(URL, of(new, new))
    assert reply.status_code == 422
    assert "choose two different ones" in reply.text
    other = make_assessment(cast.acme, cast.ada, make_scaled_edition())
    if other.edition.checklist_id != old.edition.checklist_id:
        assert "choose two of one checklist" in client.get(URL, of(old, other)).text
    wrong = client.get(URL, of(old, new, before_on="soon"))
    assert wrong.status_code == 422
    assert "Write the date as 2026-12-31." in wrong.text


def test_swap_turns_the_sides_round(cast, pair, sign_in):
    old, new = pair
    reply = sign_in(cast.rob).get(URL, of(old, new, after_on="2026-06-30", swap="1"))
    assert reply.status_code == 302
    assert f"before={new.pk}&after={old.pk}&before_on=2026-06-30" in reply["Location"]


def test_another_tenants_assessment_is_not_found(cast, pair, sign_in):
    theirs = make_assessment(cast.other, cast.zoe, pair[0].edition)
    client = sign_in(cast.otto)
    for asked in (of(pair[0], theirs), of(theirs, pair[0]), {"after": str(theirs.pk)}):
        assert client.get(URL, asked).status_code == 404
    assert client.post(FILE, of(pair[0], theirs, format="csv")).status_code == 404
    assert str(theirs.pk) not in client.get(URL).text


def test_two_organisations_where_rights_allow_both(cast, pair, sign_in):
    theirs = make_assessment(cast.other, cast.zoe, pair[0].edition)
    answer(theirs, Q1="met")
    Membership.objects.create(organisation=cast.other, user=cast.otto, role="contributor")
    client = sign_in(cast.otto)
    reply = client.get(URL, of(pair[0], theirs))
    assert reply.status_code == 200
    assert reply.context["found"].counts[Kind.BETTER] == 1
    assert not Event.objects.filter(action="comparison.exported").exists()


@pytest.mark.parametrize("rule", SHUTS_OUT)
def test_organisation_that_a_password_does_not_open_is_not_found_beside_another(cast, pair, sign_in, rule):
    theirs = make_assessment(cast.other, cast.zoe, pair[0].edition)
    Membership.objects.create(organisation=cast.other, user=cast.otto, role="owner")
    shut_out(cast.zoe, cast.other, rule)
    client = sign_in(cast.otto)
    assert client.get(theirs.get_absolute_url()).status_code == 403
    for asked in (of(pair[0], theirs), of(theirs, pair[0]), {"after": str(theirs.pk)}):
        assert client.get(URL, asked).status_code == 404
        assert client.post(FILE, asked | {"format": "csv"}).status_code == 404
    assert str(theirs.pk) not in client.get(URL, of(*pair)).text
    protect(cast.otto)
    assert client.get(URL, of(pair[0], theirs)).status_code == 200


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_file_has_the_figures_of_the_page(cast, pair, sign_in, form):
    reply = sign_in(cast.otto).post(FILE, of(*pair, format=form))
    assert reply.status_code == 200
    assert Event.objects.filter(action="comparison.exported").count() == 2
    if form == "xlsx":
        assert reply.content[:2] == b"PK"
        return
    if form == "json":
        rows = json.loads(reply.content)["figures"]
    else:
        text = reply.content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text[text.index("part,key") :])))
    found = {(row["part"], row["key"], row["figure"]): row for row in rows}
    assert found["all", "", "better"]["after"] == "1"
    assert found["law", "", "open"]["change"] == "down 1"
    state = found["question", "Q1", "counts as"]
    assert (state["before"], state["after"]) == ("not met", "met")
    assert state["why"].startswith("answer ")


def test_file_says_the_day_of_the_page_on_which_an_answer_changed(cast, pair, sign_in, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    late = datetime(2026, 11, 9, 23, 30, tzinfo=UTC)
    pair[1].answers.filter(question__key="Q1").update(answered_at=late)
    client = sign_in(cast.otto)
    assert "10 Nov 2026" in client.get(URL, of(*pair)).text
    rows = json.loads(client.post(FILE, of(*pair, format="json")).content)["figures"]
    [state] = [r for r in rows if r["key"] == "Q1" and r["figure"] == "counts as"]
    assert state["why"].endswith(" 2026-11-10")


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("2", "3.5", "up 1.5"),
        ("-1", "-1", ""),
        ("NaN", "2", "changed"),
        ("sNaN", "sNaN", ""),
        ("Infinity", "-Infinity", "changed"),
        ("1e99999", "1", "changed"),
        ("", "2", "changed"),
    ],
)
def test_text_that_reads_as_a_number_is_compared_as_text(before, after, change):
    pair = differences.Pair("question", "Q1", "Duty 1", "answer", before, after)
    assert pair.change == change


def test_file_of_answers_in_words_such_as_nan_is_made(cast, sign_in):
    draft = make_draft(1)
    draft.questions.update(kind="text")
    edition = publish(draft)
    sides_of = [make_assessment(cast.acme, cast.ada, edition) for _ in range(2)]
    for one, said in zip(sides_of, ("NaN", "2"), strict=True):
        one.answers.update(value=said, verdict="met")
    reply = sign_in(cast.otto).post(FILE, of(*sides_of, format="csv"))
    assert "answer,NaN,2,changed" in reply.text


def test_hostile_subject_stays_text_and_no_formula(cast, pair, sign_in):
    Assessment.objects.filter(pk=pair[1].pk).update(subject='=1+1"><script>')
    client = sign_in(cast.otto)
    assert "<script>, " not in client.get(URL, of(*pair)).text
    text = client.post(FILE, of(*pair, format="csv")).content.decode("utf-8-sig")
    assert "\n=1+1" not in text


def test_statements_do_not_grow_with_questions(cast, sign_in):
    client, found = sign_in(cast.rob), []
    for questions in (4, 120):
        edition = make_edition(questions)
        sides_ = [make_assessment(cast.acme, cast.ada, edition) for _ in range(2)]
        answer(sides_[1], Q1="met")
        client.get(URL, of(*sides_))
        with CaptureQueriesContext(connection) as seen:
            client.get(URL, of(*sides_))
        found.append(len(seen))
    assert found[0] == found[1]
