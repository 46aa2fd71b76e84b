"""Parts of an answer travel along each kind of relation, over HTTP: no more than may."""

import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from compliance.assurance.reviews.preparers import preparers_in
from compliance.models import Event, Relation
from compliance.proof.audit import trail
from compliance.work.assessments.actions import undo
from compliance.work.assessments.imported_answers import Outside
from tests.support.factories import attach, make_link
from tests.support.page_text import flat
from tests.work.workspace.test_taking_over import address, make_pair, save

HTMX = {"HX-Request": "true"}
KINDS = yaml.safe_load((settings.BASE_DIR / "seeds/crosswalk.yaml").read_text("utf-8"))["relations"]
SAME, PROVES = {"overlap"}, {"supports"}


@pytest.fixture
def pair(cast):
    """The source is met, with a note and evidence; the target has a note of its own."""
    pair = make_pair(cast)
    save(cast.ada, pair.source, verdict="met", note="Kept in the wiki.")
    save(cast.con, pair.target, verdict="partly", note="Ours is thin.")
    pair.proof = make_link(cast.acme, cast.ada, "Wiki")
    attach(pair.source, pair.proof)
    return pair


def related_by(kind, pair, *, turned=False):
    """Make the relation of the pair one of that kind; turned, the target is its end b."""
    row = Relation.objects.get()
    ends = (row.a_checklist, row.a_key), (row.b_checklist, row.b_key)
    (a, a_key), (b, b_key) = ends[::-1] if turned else ends
    Relation.objects.update(relation=kind, a_checklist=a, a_key=a_key, b_checklist=b, b_key=b_key)
    return pair


def press(client, pair):
    pair.target.refresh_from_db()
    pair.source.refresh_from_db()
    sent = {"base": pair.target.version, "source_version": pair.source.version}
    reply = client.post(address(pair), sent, headers=HTMX)
    pair.target.refresh_from_db()
    return reply


def came(pair):
    """The parts of the source that stand at the target."""
    target = pair.target
    proofs = [row.evidence for row in target.attachments.all()]
    found = {"verdict"} if target.verdict == "met" else set()
    found |= {"note"} if "Kept in the wiki." in target.note else set()
    return found | ({"evidence"} if pair.proof in proofs else set())


@pytest.mark.parametrize("turned", [False, True], ids=["from b to a", "from a to b"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.slow
def test_only_what_may_travel_does(kind, turned, cast, sign_in, pair):
    related_by(kind, pair, turned=turned)
    may = {"verdict", "note", "evidence"} if kind in SAME else set()
    if kind in PROVES and not turned:
        may = {"note", "evidence"}
    count = Event.objects.count()
    reply = press(sign_in(cast.con), pair)
    assert reply.status_code == (200 if may else 409)
    assert came(pair) == may
    assert Event.objects.count() == count + bool(may)
    if not may:
        assert pair.target.note == "Ours is thin."


def test_own_note_and_verdict_stay_where_a_proof_comes(cast, sign_in, pair):
    press(sign_in(cast.con), related_by("supports", pair))
    target = pair.target
    assert target.note == "Ours is thin.\n\nKept in the wiki."
    assert (target.verdict, target.taken_from) == ("partly", None)


def test_button_stands_beside_the_question_that_helps(cast, sign_in, pair):
    client = sign_in(cast.con)
    here = ["acme", pair.target.assessment_id, pair.target.pk]
    beside = reverse("workspace:related", args=here)
    related_by("supports", pair)
    page = flat(client.get(beside, headers=HTMX).text)
    assert "Take note and evidence" in page
    assert address(pair) in page
    asked = flat(client.get(address(pair), headers=HTMX).text)
    assert "Your answer to Q1 stays as it is" in asked
    assert "Evidence:" in asked
    related_by("supports", pair, turned=True)
    assert "Take note and evidence" not in client.get(beside, headers=HTMX).text
    for kind in ("tension", "limits"):
        related_by(kind, pair)
        assert "Take note and evidence" not in client.get(beside, headers=HTMX).text
        assert "Take note" not in client.get(address(pair), headers=HTMX).text


def test_proof_that_came_is_undone_whole(cast, sign_in, pair):
    press(sign_in(cast.con), related_by("supports", pair))
    event = Event.objects.latest("pk")
    assert event.action == "answer.taken_over"
    assert trail.changes(event)[1]["source"]["key"] == "Q1"
    undo(by=cast.con, assessment=pair.target.assessment, seq=event.seq)
    pair.target.refresh_from_db()
    assert (pair.target.note, came(pair)) == ("Ours is thin.", set())


def test_whoever_takes_a_proof_is_a_preparer(cast, sign_in, pair):
    press(sign_in(cast.otto), related_by("supports", pair))
    assessment = pair.target.assessment
    hands, _ = preparers_in(assessment, {pair.target.pk: "Q1"}, Outside(assessment))
    assert cast.otto.pk in hands["Q1"]
    assert pair.target.answered_by == cast.otto


def test_proof_that_is_there_already_is_not_logged_again(cast, sign_in, pair):
    client = sign_in(cast.con)
    press(client, related_by("supports", pair))
    count = Event.objects.count()
    reply = press(client, pair)
    assert (reply.status_code, Event.objects.count()) == (409, count)
    assert "here already" in reply.text


@pytest.mark.parametrize("verdict", ["not_met", "na", "dont_know"])
def test_answer_that_shows_nothing_lends_nothing(verdict, cast, sign_in, pair):
    related_by("supports", pair)
    save(cast.ada, pair.source, verdict=verdict, reason="Why.")
    assert press(sign_in(cast.con), pair).status_code == 409
    assert came(pair) == set()


def test_proof_comes_to_an_unanswered_question_and_leaves_it_open(cast, sign_in, pair):
    save(cast.con, pair.target, verdict="unanswered", note="")
    press(sign_in(cast.con), related_by("supports", pair))
    assert (pair.target.verdict, pair.target.answered_by) == ("unanswered", None)
    assert came(pair) == {"note", "evidence"}


def test_proof_of_a_changed_answer_is_looked_at_again(cast, sign_in, pair):
    related_by("supports", pair)
    sent = {"base": pair.target.version, "source_version": pair.source.version}
    save(cast.ada, pair.source, note="Moved.")
    reply = sign_in(cast.con).post(address(pair), sent, headers=HTMX)
    assert (reply.status_code, came(pair)) == (409, set())
