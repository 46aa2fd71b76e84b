"""The page that moves an assessment, its undo, and the archive."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.access import Permission
from compliance.models import Answer, Comment, Mention, Upgrade
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import StaleError
from compliance.reporting.home.todo import needs
from compliance.work.assessments import actions
from compliance.work.discussion import actions as discussion
from compliance.work.edition_moves import actions as edition_moves
from tests.support import factories
from tests.support.api_programs import Program
from tests.support.documents import question
from tests.support.page_text import flat
from tests.work.edition_moves.test_upgrading import begin, by_key, publish, say

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 25)
ALL = frozenset(Permission)


def path(assessment, name="edition_moves:upgrade", *args):
    return reverse(name, args=["acme", assessment.pk, *args])


def shown(client, assessment):
    """The fields by which the form of the page says what it showed."""
    page = flat(client.get(path(assessment)).text)
    hidden = r'<input type="hidden" name="(to|seen)" value="([^"]*)"'
    return dict(re.findall(hidden, page))


def post(client, assessment, chosen=None, **more):
    """Press the button of the page as it shows itself now."""
    return client.post(path(assessment), shown(client, assessment) | (chosen or {}), **more)


@pytest.fixture
def waiting(cast, db):
    """Met in Q1 (reworded) and Q2 (removed); Q3 is new. On edition 1, 2 is published."""
    assessment = begin(cast, publish([question("Q1"), question("Q2")], number="1"))
    say(assessment, "Q1", verdict="met", note="<b>Kept</b>")
    say(assessment, "Q2", verdict="partly", note="In part")
    publish([question("Q1", text="Do you keep all?"), question("Q3")], number="2")
    return assessment


@pytest.fixture
def long(cast, db):
    """Q1, unanswered since its kind changed: its note is longer than any may be typed."""
    assessment = begin(cast, publish([question("Q1")], number="1"))
    say(assessment, "Q1", verdict="met", note="x" * 99_995)
    asked = question("Q1", kind="number", number={"at_least": 6})
    new = publish([asked], number="2")
    edition_moves.upgrade(by=cast.otto, assessment=assessment, to=new, decisions={})
    one = by_key(assessment)["Q1"]
    assert len(one.note) > 100_000
    return one


def test_note_that_a_move_made_too_long_stops_no_save_of_its_row(cast, sign_in, long):
    address = reverse("workspace:answer_save", args=["acme", long.assessment_id, long.pk])
    con, sent = sign_in(cast.con), {"base": long.version, "note": long.note}
    assert con.post(address, sent | {"value": "12"}).status_code == 302
    now = Answer.objects.get(pk=long.pk)
    assert (now.value, now.note) == ("12", long.note)
    longer = {"base": now.version, "note": f"{long.note}!"}
    refused = con.post(address, longer)
    assert (refused.status_code, "100,000 fit" in refused.text) == (422, True)
    assert Answer.objects.get(pk=long.pk).note == long.note


def test_program_that_sends_such_a_note_back_saves_and_proposes(cast, long):
    con = Program(cast.con, cast.acme)
    path = f"/answers/{long.pk}"
    sent = {
        "version": long.version,
        "edition": long.question.edition_id,
        "set": {"value": "3", "note": long.note},
    }
    proposed = con.post(f"{path}/proposals", sent | {"why": "So I read."})
    assert proposed.status_code == 201, proposed.text
    sent.pop("edition")
    assert con.patch(path, sent).json()["value"] == "3"
    sent = {"version": long.version + 1, "set": {"note": "y" * 100_001}}
    refused = con.patch(path, sent)
    assert refused.status_code == 422
    (fault,) = refused.json()["faults"]
    assert (fault["at"], "100,000 fit" in fault["says"]) == ("body.set.note", True)


def test_workspace_says_that_a_newer_edition_is_published(cast, sign_in, waiting):
    page = flat(sign_in(cast.otto).get(path(waiting, "workspace:detail")).text)
    assert "Newer edition</a>" in page
    assert path(waiting) in sign_in(cast.otto).get(path(waiting, "workspace:detail")).text


def test_page_shows_what_would_happen_and_changes_nothing(cast, sign_in, waiting):
    page = flat(sign_in(cast.otto).get(path(waiting)).text)
    assert "From edition 1 to 2" in page
    assert "(suggested)" in page
    assert "“<bdi>&lt;b&gt;Kept&lt;/b&gt;</bdi>”" in page
    assert "1 decision, all made." in page
    assert "After the move 0 answers stand, 1 is to be confirmed, 1 is archived." in page
    assert not Upgrade.objects.exists()
    waiting.refresh_from_db()
    assert waiting.edition.number == "1"


def test_chosen_for_all_is_chosen_and_not_done(cast, sign_in, waiting):
    page = post(sign_in(cast.otto), waiting, {"all": "carry"})
    assert 'value="carry" checked' in " ".join(page.text.split())
    assert not Upgrade.objects.exists()


def test_move_does_as_chosen_and_can_be_undone(cast, sign_in, waiting):
    client = sign_in(cast.otto)
    reply = post(client, waiting, {"d-Q1": "carry"}, follow=True)
    assert "Moved to edition 2." in flat(reply.text)
    found = by_key(waiting)
    assert sorted(found) == ["Q1", "Q3"]
    assert found["Q1"].again == ""
    done = Upgrade.objects.get()
    assert "The move can be undone until" in flat(client.get(path(waiting)).text)
    reply = client.post(path(waiting, "edition_moves:upgrade_undo", done.pk), follow=True)
    assert "Back on edition 1; every answer is as it was." in flat(reply.text)
    assert sorted(by_key(waiting)) == ["Q1", "Q2"]


def test_archived_answers_can_be_read(cast, sign_in, waiting):
    post(sign_in(cast.otto), waiting)
    gone = Answer.everything.get(question__key="Q2", assessment=waiting)
    page = flat(sign_in(cast.rob).get(path(waiting, "edition_moves:archived")).text)
    assert "Do you keep Q2?" in page
    assert "In part" in page
    assert gone.archived_at is not None


def test_answers_of_a_move_are_shown_together_and_undone_by_the_undo_of_the_move(cast, sign_in, waiting):
    otto = sign_in(cast.otto)
    post(otto, waiting)
    first = Event.objects.filter(subject_label="answer").order_by("-seq")[1]
    reply = otto.get(path(waiting, "bulk:done", first.seq))
    assert "2 questions changed together" in flat(reply.text)
    assert "Undo all of it" not in reply.text
    assert otto.post(path(waiting, "bulk:undo", first.seq)).status_code == 404
    assert by_key(waiting)["Q1"].again


def test_archived_answers_are_found_by_search(cast, sign_in, waiting):
    client = sign_in(cast.otto)
    post(client, waiting)
    gone = Answer.everything.get(question__key="Q2", assessment=waiting)
    discussion.comment(by=cast.rev, answer=by_key(waiting)["Q1"], text="Elsewhere")
    page = flat(client.get(reverse("search:search", args=["acme"]), {"q": "part"}).text)
    assert f"{path(waiting, 'edition_moves:archived')}#answer-{gone.pk}" in page
    assert "Archived" in page


def test_archived_answers_ask_nobody_for_anything(cast, sign_in, waiting):
    say(waiting, "Q2", again="carried")
    post(sign_in(cast.otto), waiting)
    gone = Answer.everything.get(question__key="Q2", assessment=waiting)
    said = Comment.objects.create(answer=gone, author=cast.rev, text="@Otto Weber?")
    Mention.objects.create(comment=said, user=cast.otto)
    lines = [need.title for need in needs(cast.acme, cast.otto, TODAY, allowed=ALL)]
    assert lines == ["Confirm 1 answer again"]


def test_nothing_archived_is_not_found(cast, sign_in, waiting):
    assert sign_in(cast.rob).get(path(waiting, "edition_moves:archived")).status_code == 404


def test_newest_edition_has_nowhere_to_move(cast, sign_in):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    page = flat(sign_in(cast.otto).get(path(assessment)).text)
    assert "This is the newest edition of the checklist." in page


def test_closed_assessment_shows_no_move_and_refuses_one(cast, sign_in, waiting):
    actions.archive(by=cast.ada, assessment=waiting)
    client = sign_in(cast.otto)
    assert "its edition stays as it is" in flat(client.get(path(waiting)).text)
    post(client, waiting)
    assert not Upgrade.objects.exists()


def test_strangers_find_no_move(cast, sign_in, waiting):
    done = edition_moves.upgrade(
        by=cast.otto,
        assessment=waiting,
        to=publish([question("Q1")], number="3"),
        decisions={},
    )
    for name, args in (("upgrade", []), ("archived", []), ("upgrade_undo", [done.pk])):
        url = reverse(f"edition_moves:{name}", args=["other", waiting.pk, *args])
        client = sign_in(cast.zoe)
        reply = client.post(url) if name == "upgrade_undo" else client.get(url)
        assert reply.status_code == 404


def test_double_submit_moves_once(cast, sign_in, waiting):
    client = sign_in(cast.otto)
    sent = shown(client, waiting)
    client.post(path(waiting), sent)
    client.post(path(waiting), sent)
    assert Upgrade.objects.count() == 1


@pytest.fixture
def retyped(cast, db):
    """Q1 was met and asks for months now, Q2 said nine of them, Q3 and Q4 are new."""
    months = {"kind": "number", "number": {"at_least": 6, "unit": "months"}}
    first = [question("Q1"), question("Q2", **months)]
    assessment = begin(cast, publish(first, number="1"))
    say(assessment, "Q1", verdict="met")
    say(assessment, "Q2", verdict="met", value="9")
    second = [question("Q1", **months), question("Q2", text="How many?", **months)]
    publish([*second, question("Q3"), question("Q4")], number="2")
    return assessment


def test_value_stands_beside_confirm_again(cast, sign_in, retyped):
    page = flat(sign_in(cast.otto).get(path(retyped)).text)
    assert "Confirm again:<strong><bdi>9 months</bdi></strong>" in page
    assert 'name="v-Q1"' in page


def test_value_in_the_new_form_is_taken_where_it_is_chosen(cast, sign_in, retyped):
    client = sign_in(cast.otto)
    reply = post(client, retyped, {"d-Q1": "note", "v-Q1": "8"})
    assert reply.status_code == 422
    assert "Q1: an answer in the new form is there, but not chosen." in reply.text
    assert 'value="8"' in reply.text
    reply = post(client, retyped, {"d-Q1": "anew", "v-Q1": "x<b>"})
    assert reply.status_code == 422
    assert "Q1: “x&lt;b&gt;” is not a number." in reply.text
    assert not Upgrade.objects.exists()
    post(client, retyped, {"d-Q1": "anew", "v-Q1": "8"})
    assert by_key(retyped)["Q1"].value == "8"


def test_new_questions_go_to_one_person_and_single_ones_elsewhere(cast, sign_in, retyped):
    sent = {"owner": cast.con.pk, "o-Q4": cast.ada.pk, "o-Q1": cast.ada.pk}
    post(sign_in(cast.otto), retyped, sent)
    found = by_key(retyped)
    assert [found[f"Q{n}"].owner for n in (1, 3, 4)] == [None, cast.con, cast.ada]


def test_chosen_people_stay_chosen_on_the_page(cast, sign_in, retyped):
    sent = {"all": "again", "owner": cast.con.pk, "o-Q4": "nobody"}
    page = flat(post(sign_in(cast.otto), retyped, sent).text)
    assert f'value="{cast.con.pk}" selected' in page
    assert 'value="nobody" selected' in page


def test_people_of_elsewhere_and_readers_are_given_nothing(cast, sign_in, retyped):
    sent = {"owner": cast.zoe.pk, "o-Q4": cast.rob.pk}
    post(sign_in(cast.otto), retyped, sent)
    assert {answer.owner for answer in by_key(retyped).values()} == {None}


def test_mails_of_a_move_are_counted(cast, sign_in, retyped, monkeypatch):
    monkeypatch.setattr(rate_limits, "may_send", lambda _: False)
    reply = post(sign_in(cast.otto), retyped, {"owner": cast.con.pk})
    assert reply.status_code == 422
    assert rate_limits.TOO_MANY in flat(reply.text)
    assert not Upgrade.objects.exists()


def test_edition_that_the_page_did_not_show_is_shown_first(cast, sign_in, retyped):
    """Q1 and Q2 await a decision; edition 3 words Q2 anew and asks Q5."""
    client = sign_in(cast.otto)
    chosen = {"d-Q1": "anew", "v-Q1": "8", "d-Q2": "carry", "o-Q4": cast.con.pk}
    sent = shown(client, retyped) | chosen
    months = {"kind": "number", "number": {"at_least": 6, "unit": "months"}}
    third = [question("Q1", **months), question("Q2", text="Since when?", **months)]
    publish([*third, question("Q3"), question("Q4"), question("Q5")], number="3")
    reply = client.post(path(retyped), sent)
    page = flat(reply.text)
    assert reply.status_code == 409
    assert not Upgrade.objects.exists()
    assert "The newest edition is 3 now; the page showed another one." in page
    assert "The assessment was not moved. Look again at Q2, Q5." in page
    assert "From edition 1 to 3" in page
    assert 'name="d-Q1"value="anew"checked' in page.replace(" ", "")
    assert 'value="8"' in page
    assert 'name="d-Q2"value="again"checked' in page.replace(" ", "")
    assert f'value="{cast.con.pk}" selected' in page
    assert client.post(path(retyped), sent).status_code == 409
    post(client, retyped, chosen)
    assert Upgrade.objects.get().to_edition.number == "3"


def test_answer_that_the_page_did_not_show_is_shown_first(cast, sign_in, retyped):
    client = sign_in(cast.otto)
    sent = shown(client, retyped) | {"d-Q2": "carry"}
    say(retyped, "Q2", note="On paper only")
    reply = client.post(path(retyped), sent)
    assert reply.status_code == 409
    assert "Look again at Q2." in reply.text
    assert "On paper only" in reply.text
    assert not Upgrade.objects.exists()


def test_what_nobody_was_shown_is_not_moved(cast, sign_in, waiting):
    assert sign_in(cast.otto).post(path(waiting)).status_code == 409
    assert not Upgrade.objects.exists()


def test_edition_closed_at_the_last_moment_moves_nothing(cast, waiting):
    to = waiting.edition.checklist.editions.get(number="2")
    plan = edition_moves.preview_upgrade(assessment=waiting, to=to)
    publish([question("Q1")], number="3")
    with pytest.raises(StaleError):
        edition_moves.upgrade(by=cast.otto, assessment=waiting, to=to, decisions={}, seen=plan.marks)
    assert not Upgrade.objects.exists()


def test_how_long_a_move_can_be_undone_is_said_with_its_end(cast, sign_in, waiting):
    client = sign_in(cast.otto)
    until = f"until {date_format(timezone.now() + timedelta(days=14), 'j F Y')}"
    said = f"The move can be undone {until}, unless someone signs before that."
    assert said in flat(client.get(path(waiting)).text)
    post(client, waiting)
    assert said in flat(client.get(path(waiting)).text)


def test_move_and_undo_that_are_sent_twice_are_done_once(cast, sign_in, waiting):
    """Somebody else who presses the same later is told that it is done."""
    otto, sent = sign_in(cast.otto), shown(sign_in(cast.otto), waiting)
    sent |= {"d-Q1": "carry"}
    for _ in range(2):
        reply = otto.post(path(waiting), sent, follow=True)
        assert (reply.status_code, "Moved to edition 2." in flat(reply.text)) == (
            200,
            True,
        )
    assert sign_in(cast.ada).post(path(waiting), sent).status_code != 302
    back = path(waiting, "edition_moves:upgrade_undo", Upgrade.objects.get().pk)
    for _ in range(2):
        assert "Back on edition 1" in flat(otto.post(back, follow=True).text)
    late = flat(sign_in(cast.ada).post(back, follow=True).text)
    assert "Back on edition 1" not in late
