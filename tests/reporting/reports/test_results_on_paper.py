"""Results in a report: the figures of the screen, of what was signed, in words of theirs."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils import timezone

from compliance.assurance.reviews import actions
from compliance.models import Answer, Choice, Snapshot, Target
from compliance.proof.audit import trail
from compliance.reporting.reports import findings
from compliance.reporting.reports.board import board_of
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.findings import where_gaps_lie
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.reporting.results import queries as screen
from compliance.reporting.results.figures import rows_of
from compliance.reporting.results.queries import Result
from compliance.work.assessments.actions import change_facts
from compliance.work.snapshots.snapshot import to_read
from tests.proof.audit.tampering import Guardless
from tests.reporting.reports.papers import make_content, make_line, make_paper
from tests.support.factories import (
    attach,
    make_assessment,
    make_draft,
    make_link,
    make_scaled_edition,
    publish,
)
from tests.support.signing import answer, fresh, make_ready, make_signed, reopen, sign


def printed(paper):
    text = re.sub(r"<[^>]*>", " ", html_of(paper)).replace("\u200b", "")
    return " ".join(unescape(text).split())


def figures(result):
    """Every figure, without the key that only the screen has for a section."""
    return [(*row[:2], *row[3:]) for row in rows_of(result)]


def on_paper(assessment, paper):
    found = paper.result
    return figures(Result(assessment, paper.day, found.law, list(found.scales)))


def want(cast, assessment, **levels):
    Target.objects.bulk_create(
        Target(
            organisation=assessment.organisation,
            checklist=assessment.edition.checklist,
            assessment=assessment,
            scale="seal",
            group=group,
            level=level,
            set_at=timezone.now(),
            set_by=cast.ada,
        )
        for group, level in levels.items()
    )


@pytest.fixture
def scaled(cast):
    """Two levels of three answered, one of them proved for a part of the period."""
    assessment = make_assessment(cast.acme, cast.ada, make_scaled_edition())
    rows = {one.question.key: one for one in assessment.answers.all()}
    for key, fields in {
        "Q1": {"value": "c2", "verdict": "met"},
        "Q2": {"value": "c1", "verdict": "met"},
        "Q3": {"value": "c0", "verdict": "dont_know"},
        "Q4": {"verdict": "met"},
    }.items():
        Answer.objects.filter(pk=rows[key].pk).update(**fields)
    whole, early, gone = (
        make_link(cast.acme, cast.con, title, **fields)
        for title, fields in {
            "Whole": {},
            "Early": {"covers_from": date(2026, 3, 1)},
            "Gone": {"expires_on": date(2026, 1, 2)},
        }.items()
    )
    attach(rows["Q1"], whole)
    attach(rows["Q2"], early)
    attach(rows["Q4"], gone)
    want(cast, assessment, keys=1, place=2)
    return to_read(assessment.pk)


def test_figures_are_those_of_the_screen_to_the_digit(scaled):
    paper = read(scaled.pk, 1)
    found = figures(screen.read(scaled, paper.day))
    assert on_paper(scaled, paper) == found
    assert len(found) > 40
    [scale] = paper.result.scales
    assert (scale.level_name, str(scale.score), scale.backed) == ("SEAL-1", "80.0", 2)


def test_of_choices_in_the_same_words_the_lower_counts_as_on_the_screen(cast):
    """Such an edition is refused today, and one may have been published before."""
    edition = make_scaled_edition()
    with Guardless():
        alike = Choice.objects.filter(question__edition=edition, key__in=["c0", "c1"])
        alike.update(label="Partly")
    assessment = make_assessment(cast.acme, cast.ada, edition)
    rows = Answer.objects.filter(assessment=assessment)
    rows.filter(question__key="Q1").update(value="c0", verdict="met")
    rows.filter(question__key="Q2").update(value="c2", verdict="met")
    paper = read(assessment.pk, 1)
    [scale] = paper.result.scales
    assert (scale.level_name, str(scale.score)) == ("SEAL-0", "40.0")
    assert on_paper(assessment, paper) == figures(screen.read(assessment, paper.day))
    line = next(one for one in paper.content.applying if one.key == "Q1")
    assert paper.rating(line).level == 0


def test_minimum_of_one_objective_is_not_said_to_be_that_of_every_one(cast):
    assessment = make_assessment(cast.acme, cast.ada, make_scaled_edition())
    rows = Answer.objects.filter(assessment=assessment)
    for key, value in (("Q1", "c2"), ("Q2", "c1"), ("Q3", "c1")):
        rows.filter(question__key=key).update(value=value, verdict="met")
    want(cast, assessment, keys=1)
    said = printed(read(assessment.pk, 1))
    assert "Every objective with a minimum is at or above it." in said
    want(cast, assessment, place=1)
    said = printed(read(assessment.pk, 2))
    assert "Every objective is at or above our minimum." in said


def test_scale_of_which_nothing_applies_has_no_figures_on_screen_either(scaled):
    scaled.answers.exclude(question__key="Q4").update(applies=False)
    paper = read(scaled.pk, 1)
    found = figures(screen.read(scaled, paper.day))
    assert on_paper(scaled, paper) == found
    assert {row[0] for row in found} == {"law", "practice"}


def test_answer_that_decides_no_level_leaves_a_headline(cast):
    """Q3 has one level whatever is chosen: it counts for points alone."""
    assessment = make_assessment(cast.acme, cast.ada, make_scaled_edition())
    rows = Answer.objects.filter(assessment=assessment)
    rows.filter(question__key="Q3").update(value="c1", verdict="met")
    paper = read(assessment.pk, 1)
    assert findings.headline(paper.result.scales[0]) == "No level yet"
    headline = board_of(paper).headline
    assert headline == "No level yet. Duties still open: 1"


def test_na_counts_as_open_until_a_second_person_confirms(cast, scaled):
    row = scaled.answers.get(question__key="Q4")
    row.verdict, row.reason, row.na_by = "na", "None here.", cast.con
    row.save()
    for confirmed, counts in ((None, (1, 1, 0)), (cast.rev, (0, 0, 1))):
        row.na_confirmed_by = confirmed
        row.na_confirmed_at = timezone.now() if confirmed else None
        row.save()
        paper = read(scaled.pk, 1)
        law = paper.result.law.counts
        assert (law.total, law.open, law.na) == counts
        assert on_paper(scaled, paper) == figures(screen.read(scaled, paper.day))


def test_target_above_the_scale_is_named_and_rejects_nothing(cast, scaled):
    checklist = scaled.edition.checklist
    edition = make_scaled_edition(levels=2, checklist=checklist, number="2026.2")
    assessment = make_assessment(cast.acme, cast.ada, edition)
    rows = Answer.objects.filter(assessment=assessment)
    rows.filter(question__key__in=["Q1", "Q2"]).update(value="c0", verdict="met")
    want(cast, assessment, keys=2)
    paper = read(assessment.pk, 1)
    words = printed(paper)
    assert "Our target in Keys is above the scale: it does not count." in words
    assert "No minimum is set" not in words
    assert "such an offer is rejected" not in words
    assert "Our minimum, last set by" in words
    assert on_paper(assessment, paper) == figures(screen.read(assessment, paper.day))
    board = printed(read(assessment.pk, 1, ReportOptions(ReportKind.BOARD)))
    assert "is above the scale: it does not count." in board


@pytest.mark.parametrize("kind", [ReportKind.FULL, ReportKind.PROFILE])
def test_levels_are_shown_with_what_holds_them_down(scaled, kind):
    words = printed(read(scaled.pk, 1, ReportOptions(kind)))
    assert "Sovereignty level : SEAL-1" in words
    assert "Below our minimum in Place: such an offer is rejected." in words
    assert "Weighted score: 80.0 of 100." in words
    assert "Our minimum, last set by Ada" in words
    assert "Counted by the rules of 28 November 2026" in words


def test_profile_has_every_answer_and_the_one_that_reaches_the_minimum(scaled):
    words = printed(read(scaled.pk, 1, ReportOptions(ReportKind.PROFILE)))
    assert "SEAL-1 Answer 1 SEAL-2 Answer 2 no action" in words
    assert "does not cover the period" in words
    assert "Don't know" in words


def test_stages_have_means_and_a_sentence_where_no_radar_is(cast):
    edition = make_scaled_edition("mean")
    assessment = make_assessment(cast.acme, cast.ada, edition)
    rows = Answer.objects.filter(assessment=assessment)
    rows.filter(question__key__in=["Q1", "Q2"]).update(value="c1", verdict="met")
    words = printed(read(assessment.pk, 1, ReportOptions(ReportKind.MATURITY)))
    assert "A radar needs three pillars with an answer." in words
    assert "Provisional: fewer than four fifths of the rows are answered." in words
    assert "Answered: 2 of 3" in words
    assert "No targets are set." in words


def test_edition_without_a_scale_says_so(cast):
    assessment = make_assessment(cast.acme, cast.ada)
    for kind, word in ((ReportKind.PROFILE, "levels"), (ReportKind.MATURITY, "stages")):
        words = printed(read(assessment.pk, 1, ReportOptions(kind)))
        assert f"that applies is answered by {word}." in words


def test_result_of_a_signature_stays_when_answers_change(cast):
    assessment = make_signed(cast)
    before = on_paper(assessment, read(assessment.pk, 1, revision=1))
    reopen(cast.otto, cast.ada, assessment)
    answer(cast.con, assessment, "Q2", verdict="met", note="Mended.")
    assert on_paper(assessment, read(assessment.pk, 2, revision=1)) == before
    assert on_paper(assessment, read(assessment.pk, 3)) != before


@pytest.fixture
def by_roles(cast):
    """Signed by a maker, of three duties that bind makers and users."""
    roles = {"maker": "Maker", "user": "User"}
    draft = make_draft(roles=roles, role_fact="role")
    choices = [{"key": k, "label": v, "help": ""} for k, v in roles.items()]
    fact = {"key": "role", "label": "Role", "text": "Which?", "position": 2}
    draft.facts.create(kind="several", choices=choices, **fact)
    draft.questions.update(binds=[*roles])
    assessment = make_ready(cast, publish(draft), is_begun=True)
    change_facts(by=cast.ada, assessment=assessment, facts={"role": ["maker"]})
    actions.send(by=cast.otto, assessment=assessment)
    sign(cast.rev, assessment)
    return fresh(assessment)


def roles_in(assessment, **state):
    found = read(assessment.pk, 1, **state).result.law.roles
    return {one.key: one.counts.total for one in found}


def become_user(cast, assessment):
    reopen(cast.otto, cast.ada, assessment)
    facts = {"role": ["maker", "user"]}
    change_facts(by=cast.ada, assessment=assessment, facts=facts)


def test_roles_of_a_signature_stay_when_facts_change(cast, by_roles):
    assert roles_in(by_roles, revision=1) == {"maker": 3}
    become_user(cast, by_roles)
    assert roles_in(by_roles, revision=1) == {"maker": 3}
    assert roles_in(by_roles) == {"maker": 3, "user": 3}


def test_roles_of_a_moment_are_those_of_then(cast, by_roles):
    seq, _ = trail.head_of(cast.acme.pk)
    become_user(cast, by_roles)
    assert roles_in(by_roles, as_of_seq=seq) == {"maker": 3}


@pytest.mark.parametrize("rows", ["{}", "[]", '{"assessment": {"facts": {"role": 5}}}'])
def test_signature_without_rows_behind_it_has_every_role_whatever_is_said_later(cast, by_roles, rows):
    with Guardless():
        Snapshot.objects.update(rows=rows)
    assert roles_in(by_roles, revision=1) == {"maker": 3, "user": 3}


def test_gaps_are_named_by_section_and_title():
    lines = [
        make_line("Q1", title="Record kept", verdict="not_met", weight=2),
        make_line("Q2", title="Breach reported in time", verdict="not_met", weight=5),
        make_line("Q3", verdict="met"),
    ]
    law = make_paper(make_content(lines)).result.law
    assert where_gaps_lie(law) == [
        "The gaps lie in First section (2).",
        "The gravest: Breach reported in time; Record kept.",
    ]
    assert where_gaps_lie(make_paper().result.law) == []


def test_summary_counts_what_binds_later_apart_and_prints_no_share():
    lines = [
        make_line("Q1"),
        make_line("Q2", verdict="not_met", binds_from=date(2028, 8, 2)),
        make_line("Q3", verdict="unanswered", binds_from=date(2029, 1, 1)),
        make_line("Q4", verdict="na", na_by="Con", na_confirmed_by="Rev"),
    ]
    words = printed(make_paper(make_content(lines)))
    assert "1 / 1 duties met, of those that bind" in words
    assert "2 to prepare: they bind only later" in words
    assert "The next duty to prepare for binds from 2 August 2028." in words
    assert not re.search(r"\d %", words.partition("weight")[0])


def test_nothing_answered_is_open_and_not_zero():
    line = make_line(verdict="unanswered", note="", answered_by="", answered_at=None)
    words = printed(make_paper(make_content([line] * 3)))
    assert "0 / 3 duties met, of those that bind" in words
    assert "3 open: a risk, not a zero" in words


def test_duty_that_waits_for_its_day_is_to_prepare_until_then():
    day = make_paper().day
    for binds_from, ahead in ((day, 0), (day + timedelta(days=1), 1)):
        line = make_line(verdict="not_met", binds_from=binds_from)
        law = make_paper(make_content([line])).result.law
        assert (len(law.ahead), law.counts.not_met) == (ahead, 1 - ahead)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_cover_says_which_language_questions_are_in(language):
    paper = replace(make_paper(), wanted=ReportOptions(language=language))
    language_of_questions = {"de": "Fragen auf Englisch", "fr": "Questions en anglais"}
    assert language_of_questions[language].lower() in printed(paper).lower()
    assert "Questions in" not in printed(make_paper())
