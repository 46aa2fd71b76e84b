"""Pages and files from before a move: what they say stays, and is to be confirmed."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.models import Answer, Event
from compliance.proof.audit import verification
from compliance.work.assessments import actions
from compliance.work.assessments.events import ANSWER_SAVED
from compliance.work.assessments.versions import Known
from compliance.work.edition_moves.undo import undo_upgrade
from compliance.work.workspace import actions as workspace_actions
from compliance.work.workspace.history import history
from tests.assurance.answer_sheets.making import changed, download, preview, take
from tests.support import factories
from tests.support.documents import question
from tests.work.edition_moves import test_upgrading as upgrading
from tests.work.edition_moves.test_upgrading import begin, by_key, move, publish, save

moved = upgrading.moved


def said(assessment, key="Q2"):
    answer = by_key(assessment)[key]
    return answer.verdict, answer.again


def confirm(by, answer, version=None):
    return workspace_actions.confirm_again(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        seen=Known(answer.version if version is None else version),
    )


def test_old_list_sets_many_and_confirms_nothing(cast, moved, sign_in):
    assessment, new, _ = moved
    con, url = sign_in(cast.con), reverse("bulk:change", args=["acme", assessment.pk])
    found = by_key(assessment)
    move(cast, assessment, new)

    def set_both(verdict):
        picks = [f"{found[key].pk} {found[key].version}" for key in ("Q1", "Q2")]
        given = {"what": "answer", "verdict": verdict}
        page = con.post(url, {"pick": picks} | given).context
        shown = {"pinned": page["pinned"], "digest": page["plan"].digest}
        con.post(url, shown | given | {"do": "apply"})
        return said(assessment, "Q1"), said(assessment)

    assert set_both("partly") == (("partly", ""), ("partly", "edition"))
    found = by_key(assessment)
    assert set_both("not_met") == (("not_met", ""), ("not_met", ""))


def test_old_sheet_is_read_and_confirms_nothing(cast, moved, sign_in):
    assessment, new, _ = moved
    otto = sign_in(cast.otto)
    content = download(otto, assessment)
    move(cast, assessment, new)

    def read(verdict):
        filled = changed(content, {("Q2", "verdict"): verdict})
        shown = preview(otto, assessment, filled)
        take(otto, assessment, shown)
        return shown.context["plan"].ignored

    ignored = read("Partly")
    assert said(assessment) == ("partly", "edition")
    assert ignored == [
        "Section 1, row 3: Q2 has other words here than in the file. Questions cannot be imported."
    ]
    content = download(otto, assessment)
    assert read("Not met") == []
    assert said(assessment) == ("not_met", "")


def test_old_sheet_answers_first_what_the_move_reworded(cast, moved, sign_in):
    """The question was unanswered, so the move had nothing to ask again."""
    assessment, new, _ = moved
    otto = sign_in(cast.otto)
    upgrading.say(assessment, "Q2", verdict="unanswered", note="", owner=None)
    content = download(otto, assessment)
    move(cast, assessment, new)
    take(
        otto,
        assessment,
        preview(otto, assessment, changed(content, {("Q2", "verdict"): "Partly"})),
    )
    assert said(assessment) == ("partly", "edition")


def test_old_page_answers_first_what_the_move_reworded(cast, moved):
    assessment, new, _ = moved
    upgrading.say(assessment, "Q2", verdict="unanswered", note="", owner=None)
    two = by_key(assessment)["Q2"]
    move(cast, assessment, new)
    assert said(assessment) == ("unanswered", "")
    line = history(two)[0]
    assert (line.what, line.changes) == ("Question changed with the edition", [])
    save(cast, two, two.version, verdict="partly")
    assert said(assessment) == ("partly", "edition")
    now = by_key(assessment)["Q2"]
    save(cast, now, now.version, verdict="not_met")
    assert said(assessment) == ("not_met", "")


def test_undo_of_a_move_leaves_what_nobody_answered(cast, moved):
    assessment, new, _ = moved
    upgrading.say(assessment, "Q2", verdict="unanswered", note="", owner=None)
    before = upgrading.content(assessment)
    done = move(cast, assessment, new)
    undo_upgrade(by=cast.otto, upgrade=done)
    assert upgrading.content(assessment) == before
    assert verification.verify(cast.acme.pk) is None
    two = by_key(assessment)["Q2"]
    save(cast, two, two.version, verdict="met")
    assert said(assessment) == ("met", "")


def test_old_page_cannot_confirm_words_that_it_does_not_show(cast, moved):
    assessment, new, _ = moved
    two = by_key(assessment)["Q2"]
    Answer.objects.filter(pk=two.pk).update(again="carried")
    move(cast, assessment, new)
    with pytest.raises(ValidationError, match="Q2 has changed since you looked"):
        confirm(cast.con, two)
    assert said(assessment) == ("met", "edition")
    confirm(cast.con, by_key(assessment)["Q2"])
    assert said(assessment) == ("met", "")


def test_old_page_takes_nothing_over_to_words_that_it_does_not_show(cast, moved):
    assessment, new, _ = moved
    other = publish([question("S1")], number="1", checklist="other")
    factories.make_relation(new, "Q2", other, "S1")
    source = save(cast, by_key(begin(cast, other))["S1"], 0, verdict="partly", note="There").answer
    two = by_key(assessment)["Q2"]
    move(cast, assessment, new)

    def take_over(version):
        workspace_actions.take_over(
            by=cast.con,
            organisation=cast.acme,
            assessment_id=assessment.pk,
            answer_id=two.pk,
            seen=Known(version),
            source_id=source.pk,
            source_version=source.version,
        )

    with pytest.raises(ValidationError, match="Q2 has changed since you looked"):
        take_over(two.version)
    assert said(assessment) == ("met", "edition")
    take_over(two.version + 1)
    assert said(assessment) == ("partly", "")


def test_second_person_confirms_no_na_to_words_that_their_page_does_not_show(cast, moved):
    assessment, new, _ = moved
    two = by_key(assessment)["Q2"]
    save(cast, two, two.version, verdict="na", reason="No such data")
    two.refresh_from_db()
    move(cast, assessment, new)

    def refused(version):
        seen = {two.pk: Known(version)}
        return actions.confirm_na(by=cast.ada, organisation=cast.acme, seen=seen)

    assert refused(two.version).refused == ["Q2 has changed since you looked. Read it again."]
    assert refused(two.version + 1).refused == []


def test_what_an_old_page_saves_next_confirms_nothing_either(cast, moved):
    assessment, new, _ = moved
    two = by_key(assessment)["Q2"]
    move(cast, assessment, new)
    done = save(cast, two, two.version, verdict="partly")
    done = save(cast, two, done.known, note="And so on")
    assert said(assessment) == ("partly", "edition")
    save(cast, two, Known(done.answer.version), note="Read anew")
    assert said(assessment) == ("partly", "")


def test_save_of_an_old_page_that_is_sent_twice_is_one_change(cast, moved):
    assessment, new, _ = moved
    two = by_key(assessment)["Q2"]
    move(cast, assessment, new)
    count = Event.objects.filter(action=ANSWER_SAVED).count()
    for _ in range(2):
        save(cast, two, two.version, verdict="partly")
    assert Event.objects.filter(action=ANSWER_SAVED).count() == count + 1
    assert said(assessment) == ("partly", "edition")


def test_old_page_asks_again_what_a_colleague_has_confirmed(cast, moved):
    assessment, new, _ = moved
    two = by_key(assessment)["Q2"]
    move(cast, assessment, new)
    confirm(cast.ada, by_key(assessment)["Q2"])
    save(cast, two, two.version, owner_id=cast.ada.pk)
    assert said(assessment) == ("met", "")
    save(cast, two, two.version, verdict="partly")
    assert said(assessment) == ("partly", "edition")


def test_page_confirms_though_a_colleague_set_the_owner_meanwhile(cast, moved):
    """The words are those that it shows: a later version alone says nothing of them."""
    assessment, _, _ = moved
    two = by_key(assessment)["Q2"]
    Answer.objects.filter(pk=two.pk).update(again="carried")
    save(cast, two, two.version, owner_id=cast.ada.pk)
    save(cast, two, two.version, verdict="partly")
    assert said(assessment) == ("partly", "")
    Answer.objects.filter(pk=two.pk).update(again="carried")
    three = by_key(assessment)["Q2"]
    save(cast, three, three.version, owner_id=cast.con.pk)
    confirm(cast.con, three)
    assert said(assessment) == ("partly", "")
