"""Answer once: a related answer is taken over, kept in view, and let go."""

from types import SimpleNamespace

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.content.checklists import actions as checklists
from compliance.content.foreign_formats import ciso_relations
from compliance.content.publishing import actions as publishing
from compliance.models import Answer, Event, Question, Relation
from compliance.proof.audit import trail, verification
from compliance.work.assessments import actions
from compliance.work.assessments.versions import Known
from compliance.work.workspace import actions as workspace_actions
from compliance.work.workspace.history import history
from tests.proof.audit.tampering import Guardless
from tests.support.factories import (
    attach,
    make_assessment,
    make_draft,
    make_edition,
    make_link,
    make_relation,
    publish,
)

HTMX = {"HX-Request": "true"}


def save(by, answer, base=None, **changes):
    answer.refresh_from_db()
    return actions.save_answer(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=changes,
        base=answer.version if base is None else base,
    )


def edition_of(kind, number=None, choices=()):
    edition = make_draft(questions=1)
    edition.questions.update(kind=kind, number=number)
    for position, (key, verdict) in enumerate(choices):
        edition.questions.get().choices.create(key=key, label=key.upper(), verdict=verdict, position=position)
    return publish(edition)


def make_pair(cast, target=None, source=None):
    """Q1 here, related to Q1 of another checklist that is assessed too."""
    target, source = target or make_edition(), source or make_edition()
    make_relation(target, "Q1", source, "Q1")
    here = make_assessment(cast.acme, cast.ada, target)
    there = make_assessment(cast.acme, cast.ada, source)
    return SimpleNamespace(
        target=here.answers.get(question__key="Q1"),
        source=there.answers.get(question__key="Q1"),
    )


@pytest.fixture
def pair(cast):
    """The source is met, with a note and evidence."""
    pair = make_pair(cast)
    save(cast.ada, pair.source, verdict="met", note="Kept in the wiki.")
    pair.proof = make_link(cast.acme, cast.ada, "Wiki")
    attach(pair.source, pair.proof)
    return pair


def take(by, pair, *, seen=None, version=None):
    pair.target.refresh_from_db()
    pair.source.refresh_from_db()
    _, event = workspace_actions.take_over(
        by=by,
        organisation=pair.target.assessment.organisation,
        assessment_id=pair.target.assessment_id,
        answer_id=pair.target.pk,
        seen=Known(pair.target.version if seen is None else seen),
        source_id=pair.source.pk,
        source_version=pair.source.version if version is None else version,
    )
    pair.target.refresh_from_db()
    return event


def address(pair):
    target = pair.target
    return reverse(
        "workspace:take",
        args=["acme", target.assessment_id, target.pk, pair.source.pk],
    )


def test_answer_note_and_evidence_come_over_in_one_event(cast, pair):
    count = Event.objects.count()
    event = take(cast.con, pair)
    target = pair.target
    assert (target.verdict, target.note, target.version) == (
        "met",
        "Kept in the wiki.",
        1,
    )
    assert [row.evidence for row in target.attachments.all()] == [pair.proof]
    assert (target.taken_from, target.taken_version) == (pair.source, 1)
    assert (target.changed_by, target.source_moved) == (cast.con, False)
    assert Event.objects.count() == count + 1
    _, after = trail.changes(event)
    assert after["source"]["key"] == "Q1"
    assert [proof["title"] for proof in after["attached"]] == ["Wiki"]
    entry = history(Answer.objects.get(pk=target.pk))[0]
    assert entry.short == (
        "Taken over; Unanswered changed to Met; From “Q1 (Privacy)”; Evidence added “Wiki”; Note changed"
    )
    assert entry.what == "Taken over"
    assert {"From", "Evidence added", "Note"} <= {c.label for c in entry.changes}


def test_undo_puts_back_the_answer_and_takes_its_evidence_out(cast, pair):
    save(cast.con, pair.target, verdict="partly", note="Mine.")
    own = make_link(cast.acme, cast.ada, "Own")
    attach(pair.target, own)
    event = take(cast.con, pair)
    done = actions.undo(by=cast.con, assessment=pair.target.assessment, seq=event.seq)
    target = pair.target
    target.refresh_from_db()
    assert (target.verdict, target.note, target.taken_from) == ("partly", "Mine.", None)
    assert [row.evidence for row in target.attachments.all()] == [own]
    actions.undo(by=cast.con, assessment=target.assessment, seq=done.event.seq)
    target.refresh_from_db()
    assert (target.verdict, target.note) == ("met", "Kept in the wiki.")
    assert (target.taken_from, target.taken_version) == (pair.source, 1)
    assert target.attachments.count() == 2
    assert verification.verify(cast.acme.pk) is None


def test_empty_note_takes_nothing_away(cast, pair):
    save(cast.ada, pair.source, note="")
    save(cast.con, pair.target, note="Mine.")
    take(cast.con, pair)
    assert pair.target.note == "Mine."


def test_na_taken_over_needs_a_second_person_again(cast, pair):
    save(cast.con, pair.source, verdict="na", reason="No such system.")
    pair.source.refresh_from_db()
    actions.confirm_na(
        by=cast.rev,
        organisation=cast.acme,
        seen={pair.source.pk: Known(pair.source.version)},
    )
    take(cast.rev, pair)
    target = pair.target
    assert (target.verdict, target.reason) == ("na", "No such system.")
    assert (target.na_by, target.na_waits) == (cast.rev, True)


def test_what_changed_since_it_was_looked_at_is_not_replaced(cast, pair):
    save(cast.ada, pair.target, note="Ada was here")
    with pytest.raises(ValidationError, match="Q1 has changed since") as refused:
        take(cast.con, pair, seen=0)
    assert refused.value.code == "stale"
    save(cast.ada, pair.source, note="Newer")
    with pytest.raises(ValidationError, match="Q1 has changed since"):
        take(cast.con, pair, version=1)
    assert (pair.target.note, pair.target.attachments.count()) == ("Ada was here", 0)


def test_page_from_before_still_merges_with_what_was_taken_over(cast, pair):
    take(cast.con, pair)
    due = pair.target.assessment.period_to
    save(cast.ada, pair.target, base=0, due_on=due, note="")
    pair.target.refresh_from_db()
    assert (pair.target.note, pair.target.due_on) == ("Kept in the wiki.", due)
    done = save(cast.ada, pair.target, base=0, note="Typed over nothing")
    assert isinstance(done, actions.Refused)


def test_source_that_moves_on_is_said_until_it_is_taken_anew_or_kept(cast, pair):
    take(cast.con, pair)
    save(cast.ada, pair.source, verdict="partly")
    target = Answer.objects.for_page().get(pk=pair.target.pk)
    assert target.source_moved
    keep = {
        "by": cast.con,
        "organisation": cast.acme,
        "assessment_id": target.assessment_id,
        "answer_id": target.pk,
        "source_id": pair.source.pk,
    }
    with pytest.raises(ValidationError, match="changed since you looked"):
        workspace_actions.keep_mine(**keep, source_version=1)
    _, event = workspace_actions.keep_mine(**keep, source_version=2)
    assert workspace_actions.keep_mine(**keep, source_version=2)[1] is None
    target = Answer.objects.for_page().get(pk=target.pk)
    assert (target.source_moved, target.verdict) == (False, "met")
    actions.undo(by=cast.con, assessment=target.assessment, seq=event.seq)
    assert Answer.objects.for_page().get(pk=target.pk).source_moved
    take(cast.con, pair)
    assert (pair.target.verdict, pair.target.source_moved) == ("partly", False)


def test_two_that_take_from_each_other_come_to_rest(cast, pair):
    take(cast.con, pair)
    back = SimpleNamespace(target=pair.source, source=pair.target)
    take(cast.con, back)
    target, source = (Answer.objects.for_page().get(pk=one.pk) for one in (pair.target, pair.source))
    assert (target.source_moved, source.source_moved) == (True, False)
    assert target.verdict == source.verdict == "met"


def test_another_verdict_is_no_longer_taken_over_and_undo_says_it_is(cast, pair):
    take(cast.con, pair)
    save(cast.con, pair.target, note="And in the binder.")
    pair.target.refresh_from_db()
    assert pair.target.taken_from == pair.source
    event = save(cast.con, pair.target, verdict="partly").event
    pair.target.refresh_from_db()
    assert pair.target.taken_from is None
    actions.undo(by=cast.con, assessment=pair.target.assessment, seq=event.seq)
    pair.target.refresh_from_db()
    assert (pair.target.taken_from, pair.target.taken_version) == (pair.source, 1)


DAYS = {"unit": "days", "at_most": 30}
MONTHS = {"unit": "months", "at_most": 3}
YES, NO = [("yes", "met"), ("no", "not_met")], [("yes", "met"), ("no", "partly")]


@pytest.mark.parametrize(
    ("target", "source", "value", "verdict"),
    [
        (("number", DAYS), ("number", DAYS | {"at_most": 9}), ["20"], "met"),
        (("number", DAYS), ("number", MONTHS), ["2"], "unanswered"),
        (("choice", None, YES), ("choice", None, YES), ["no"], "not_met"),
        (("choice", None, YES), ("choice", None, NO), ["no"], "unanswered"),
        (("verdict",), ("number", DAYS), ["20"], "unanswered"),
        (("choices", None, YES), ("choices", None, YES), ["yes", "no"], "not_met"),
    ],
)
def test_value_comes_over_where_it_means_the_same(cast, target, source, value, verdict):
    pair = make_pair(cast, edition_of(*target), edition_of(*source))
    save(cast.ada, pair.source, value=value, note="Why.")
    take(cast.con, pair)
    assert (pair.target.verdict, pair.target.note) == (verdict, "Why.")


@pytest.mark.parametrize("value", ["1.234", "1.2340"])
def test_number_of_three_places_comes_over(cast, sign_in, value):
    pair = make_pair(cast, edition_of("number", DAYS), edition_of("number", DAYS))
    save(cast.ada, pair.source, value=["1"])
    Answer.objects.filter(pk=pair.source.pk).update(value=value)
    assert sign_in(cast.con).get(address(pair)).status_code == 200
    take(cast.con, pair)
    assert pair.target.value == "1.2340"


def test_words_in_place_of_a_number_stay_behind(cast, sign_in):
    pair = make_pair(cast, edition_of("number", DAYS), edition_of("number", DAYS))
    save(cast.ada, pair.source, value=["1"], note="Why.")
    Answer.objects.filter(pk=pair.source.pk).update(value="about 12")
    assert sign_in(cast.con).get(address(pair)).status_code == 200
    take(cast.con, pair)
    assert (pair.target.value, pair.target.note) == (None, "Why.")


def test_na_of_a_person_comes_over_to_a_number(cast):
    pair = make_pair(cast, edition_of("number", DAYS))
    save(cast.ada, pair.source, verdict="na", reason="No logs.")
    take(cast.con, pair)
    assert (pair.target.verdict, pair.target.na_by) == ("na", cast.con)
    save(cast.ada, pair.source, verdict="met")
    pair.target.refresh_from_db()
    assert pair.target.verdict == "na"


@pytest.mark.parametrize("verdict", ["unanswered", "dont_know"])
def test_what_is_open_cannot_be_taken_over(cast, sign_in, pair, verdict):
    save(cast.ada, pair.source, verdict=verdict)
    with pytest.raises(ValidationError, match="no answer to take over"):
        take(cast.con, pair)
    row = reverse("workspace:row", args=["acme", pair.target.assessment_id, pair.target.pk])
    assert "Take over" not in sign_in(cast.con).get(row, headers=HTMX).text


def test_closed_assessment_and_foreign_source_are_refused(cast, pair):
    theirs = make_assessment(cast.other, cast.zoe, pair.source.assessment.edition)
    foreign = theirs.answers.get(question__key="Q1")
    Answer.objects.filter(pk=foreign.pk).update(verdict="met")
    with pytest.raises(Answer.DoesNotExist):
        take(cast.con, SimpleNamespace(target=pair.target, source=foreign))
    pair.target.assessment.status = "archived"
    pair.target.assessment.save()
    with pytest.raises(ValidationError, match="closed"):
        take(cast.con, pair)


def test_preview_says_what_would_be_replaced_and_why_they_are_related(cast, sign_in, pair):
    save(cast.con, pair.target, verdict="partly", note="Mine. <script>")
    reply = sign_in(cast.con).get(address(pair), headers=HTMX)
    for shown in (
        "A way to meet this.",
        "Both need the list.",
        "Kept in the wiki.",
        "is replaced",
        "&lt;script&gt;",
        "Wiki",
    ):
        assert shown in reply.text
    assert "<title>" not in reply.text
    assert Answer.objects.get(pk=pair.target.pk).verdict == "partly"


@pytest.mark.parametrize(
    ("mine", "kinds"),
    [
        ("Kept in the vault.", ["same", "del", "ins", "same"]),
        ("Ask Legal what they keep.", []),
        ("", []),
    ],
)
def test_notes_are_compared_word_by_word_where_they_are_alike(cast, sign_in, pair, mine, kinds):
    save(cast.con, pair.target, note=mine)
    context = sign_in(cast.con).get(address(pair)).context
    (note,) = (part for part in context["parts"] if part.label == "Note")
    assert [kind for kind, _ in note.runs] == kinds
    assert (note.before, note.after) == (mine, "Kept in the wiki.")


def test_only_what_is_related_is_offered(cast, sign_in, pair):
    con = sign_in(cast.con)
    stranger = make_assessment(cast.acme, cast.ada).answers.first()
    other = SimpleNamespace(target=pair.target, source=stranger)
    assert con.get(address(other)).status_code == 404
    assert con.post(address(other), {"base": 0}).status_code == 404
    assert sign_in(cast.rob).get(address(pair)).status_code == 403
    assert sign_in(cast.zoe).get(address(pair)).status_code == 404


KINDS = yaml.safe_load((settings.BASE_DIR / "seeds/crosswalk.yaml").read_text())
KINDS = {*KINDS["relations"], *(said[0] for said in ciso_relations.RELATIONS.values())}
OTHER_DUTY = sorted(KINDS - {"overlap", "equal", "supports"})


@pytest.mark.parametrize("kind", ["overlap", "equal"])
def test_answer_travels_between_two_questions_about_one_duty(cast, pair, kind):
    Relation.objects.update(relation=kind)
    back = SimpleNamespace(target=pair.source, source=pair.target)
    take(cast.con, pair)
    take(cast.con, back)
    assert pair.target.verdict == pair.source.verdict == "met"


@pytest.mark.parametrize("kind", OTHER_DUTY)
def test_no_verdict_travels_to_another_duty(cast, sign_in, pair, kind):
    Relation.objects.update(relation=kind)
    con, count = sign_in(cast.con), Event.objects.count()
    with pytest.raises(ValidationError, match="asks about another duty than Q1"):
        take(cast.con, pair)
    reply = con.post(address(pair), {"base": 0, "source_version": 1}, headers=HTMX)
    assert (reply.status_code, "another duty" in reply.text) == (409, True)
    target = Answer.objects.get(pk=pair.target.pk)
    assert (target.verdict, target.note, target.version) == ("unanswered", "", 0)
    assert (target.attachments.count(), target.taken_from) == (0, None)
    assert Event.objects.count() == count


def test_answer_to_another_duty_is_shown_with_its_evidence_and_no_button(cast, sign_in, pair):
    Relation.objects.update(relation="tension")
    con, args = sign_in(cast.con), ["acme", pair.target.assessment_id, pair.target.pk]
    row, panel = (
        con.get(reverse(f"workspace:{name}", args=args), headers=HTMX).text for name in ("row", "related")
    )
    assert "data-take" not in row
    assert f'href="{address(pair)}"' in panel
    assert "Take over" not in panel
    page = con.get(address(pair)).text
    proof = reverse("evidence:detail", args=["acme", pair.proof.pk])
    for shown in ("Kept in the wiki.", f'href="{proof}"', "about another duty"):
        assert shown in page
    assert "Changes in" not in page
    assert "btn-primary" not in page


def test_what_was_taken_over_is_kept_or_left_once_it_is_another_duty(cast, sign_in, pair):
    take(cast.con, pair)
    save(cast.ada, pair.source, verdict="partly")
    Relation.objects.update(relation="parallel")
    con = sign_in(cast.con)
    page = con.get(address(pair)).text
    assert ("Keep mine" in page, "Take over again" in page) == (True, False)
    sent = {"base": 1, "source_version": 2}
    assert con.post(address(pair), sent).status_code == 409
    assert con.post(address(pair), sent | {"want": "keep"}).status_code == 302
    assert Answer.objects.get(pk=pair.target.pk).verdict == "met"


def test_relation_that_has_gone_lets_nothing_travel(cast, pair):
    take(cast.con, pair)
    save(cast.ada, pair.source, verdict="partly")
    Relation.objects.all().delete()
    with pytest.raises(ValidationError, match="asks about another duty"):
        take(cast.con, pair)
    assert Answer.objects.get(pk=pair.target.pk).verdict == "met"


def copied(cast, answer):
    """The question in the organisation's own published copy, assessed and unanswered."""
    source = answer.assessment.edition
    draft = publishing.clone(by=cast.ada, organisation=cast.acme, edition_id=source.pk, title="Our own")
    own = checklists.publish(by=cast.ada, edition=draft)
    made = make_assessment(cast.acme, cast.ada, own)
    return made.answers.get(question__key=answer.question.key)


def reword(answer, text="Asked in other words?"):
    """As if the copy had been edited before it was published."""
    with Guardless():
        Question.objects.filter(pk=answer.question_id).update(text=text)
    return Answer.objects.get(pk=answer.pk)


def shown_in(sign_in, cast, answer):
    here = ["acme", answer.assessment_id, answer.pk]
    return sign_in(cast.con).get(reverse("workspace:related", args=here)).text


def test_copies_are_related_like_their_originals(cast, sign_in, pair):
    """Both sides copied: each copy asks as its original does, or did."""
    pair.target = copied(cast, pair.target)
    assert address(pair) in shown_in(sign_in, cast, pair.target)
    take(cast.con, pair)
    assert (pair.target.verdict, pair.target.note) == ("met", "Kept in the wiki.")
    back = SimpleNamespace(target=copied(cast, pair.source), source=pair.target)
    assert address(back) in shown_in(sign_in, cast, back.target)
    take(cast.con, back)
    assert back.target.verdict == "met"


@pytest.mark.parametrize("side", ["target", "source"])
def test_question_that_a_copy_words_anew_is_related_no_more(cast, sign_in, pair, side):
    own = copied(cast, getattr(pair, side))
    Answer.objects.filter(pk=own.pk).update(verdict="met", note="Ours.")
    setattr(pair, side, Answer.objects.get(pk=own.pk))
    assert address(pair) in shown_in(sign_in, cast, pair.target)
    setattr(pair, side, reword(own))
    assert address(pair) not in shown_in(sign_in, cast, pair.target)
    with pytest.raises(ValidationError, match="asks about another duty"):
        take(cast.con, pair)


def test_taken_over_from_the_page_and_named_in_the_row(cast, sign_in, pair):
    con = sign_in(cast.con)
    sent = {"base": 0, "source_version": 1}
    page = con.post(address(pair), sent, follow=True).text
    assert "Taken over from" in page
    assert "Its source changed since" not in page
    assert con.post(address(pair), sent, headers=HTMX).status_code == 200
    save(cast.ada, pair.source, verdict="partly")
    stale = con.post(address(pair), sent, headers=HTMX)
    assert (stale.status_code, "changed since you looked" in stale.text) == (409, True)
    anew = con.post(address(pair), {"base": 1, "source_version": 2}, headers=HTMX)
    assert "Q1: Partly, saved." in " ".join(anew.text.split())
    save(cast.ada, pair.source, verdict="not_met")
    page = con.get(pair.target.assessment.get_absolute_url()).text
    assert "Its source changed since" in page
    sent = {"base": 2, "source_version": 3, "want": "keep"}
    reply = con.post(address(pair), sent, headers=HTMX)
    assert (reply.status_code, "Its source changed since" in reply.text) == (200, False)
    assert Answer.objects.get(pk=pair.target.pk).verdict == "partly"


@pytest.mark.parametrize("sent", [{}, {"base": "x"}, {"base": 0, "source_version": "-"}])
def test_preview_bears_any_input(cast, sign_in, pair, sent):
    reply = sign_in(cast.con).post(address(pair), sent)
    assert (reply.status_code, "Take over" in reply.text) == (409, True)


def test_row_and_panel_offer_it(cast, sign_in, pair):
    con = sign_in(cast.con)
    target = pair.target
    args = ["acme", target.assessment_id, target.pk]
    for name in ("row", "related"):
        text = con.get(reverse(f"workspace:{name}", args=args), headers=HTMX).text
        assert f'href="{address(pair)}"' in text
    text = sign_in(cast.rob).get(reverse("workspace:related", args=args), headers=HTMX).text
    assert "Take over" not in text


def test_rows_that_were_taken_over_cost_no_more(cast, sign_in, pair, django_assert_num_queries):
    con, url = sign_in(cast.con), pair.target.assessment.get_absolute_url()
    con.get(url)
    with CaptureQueriesContext(connection) as before:
        con.get(url)
    take(cast.con, pair)
    with django_assert_num_queries(len(before)):
        con.get(url)


def test_what_is_taken_over_is_not_offered_again_and_the_panel_says_it_moved(cast, sign_in, pair):
    take(cast.con, pair)
    con, rob = sign_in(cast.con), sign_in(cast.rob)
    args = ["acme", pair.target.assessment_id, pair.target.pk]
    row, related = (reverse(f"workspace:{name}", args=args) for name in ("row", "related"))
    for url in (row, related):
        assert address(pair) not in con.get(url, headers=HTMX).text
    assert "Taken over here, " in rob.get(related, headers=HTMX).text
    save(cast.ada, pair.source, note="Kept in the vault.")
    for url, words in ((row, "has changed since"), (related, "It changed since")):
        text = con.get(url, headers=HTMX).text
        assert text.count(f'href="{address(pair)}"') == 1
        assert words in text
    text = rob.get(related, headers=HTMX).text
    assert "It changed since" in text
    assert address(pair) not in text


def test_taking_over_that_is_sent_twice_is_one_event(cast, pair, sign_in):
    con, target = sign_in(cast.con), pair.target
    pair.source.refresh_from_db()
    args = ["acme", target.assessment_id, target.pk, pair.source.pk]
    form = {"base": target.version, "source_version": pair.source.version}
    for _ in range(2):
        reply = con.post(reverse("workspace:take", args=args), form)
        assert reply.status_code == 302
    assert Event.objects.filter(action="answer.taken_over").count() == 1
