"""A running assessment moves to the organisation's own copy of its checklist, and back."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.assurance.bundles.import_plan import plan
from compliance.assurance.reviews import actions as reviews
from compliance.assurance.reviews.event_labels import event_in_words
from compliance.content.checklists import actions as checklists
from compliance.content.checklists import copies
from compliance.content.checklists.actions import store_checklist
from compliance.content.editor import actions as editor
from compliance.content.publishing import actions as publishing
from compliance.models import Answer, Checklist, Edition, Theme, Upgrade
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.models import Event
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.work.assessments import actions
from compliance.work.edition_moves import undo as undo_actions
from tests.assurance.bundles.making import brought_in, bundle_of, hash_of, reading
from tests.support import factories, signing
from tests.support.documents import document, question
from tests.support.page_text import flat
from tests.support.signing import answer
from tests.work.edition_moves.test_upgrading import (
    YEAR,
    begin,
    by_key,
    content,
    move,
    publish,
)

pytestmark = pytest.mark.slow


def copy(cast, source, organisation=None, *, is_edited=True):
    """A published copy: Q2 reworded, Q3 taken out, OWN-1 added, unless it is untouched."""
    by, organisation = cast.ada, organisation or cast.acme
    draft = publishing.clone(by=by, organisation=organisation, edition_id=source.pk, title="Our privacy")
    if is_edited:
        section = draft.sections.get().key
        given = {"by": by, "organisation": organisation, "edition_id": draft.pk}
        values = {"text": "Do we keep all of it?"}
        editor.save_question(**given, key="Q2", values=values)
        editor.remove_question(**given, key="Q3")
        editor.add_question(**given, section=section, text="Our own?")
    return checklists.publish(by=by, edition=draft)


@pytest.fixture
def source(db):
    asked = [question("Q1"), question("Q2"), question("Q3")]
    return publish(asked, number="1", facts=[])


@pytest.fixture
def here(cast, source):
    """On the original, its three questions answered."""
    assessment = begin(cast, source)
    for key in ("Q1", "Q2", "Q3"):
        answer(cast.con, assessment, key, verdict="met", note=f"Note {key}")
    return assessment


@pytest.fixture
def own(cast, source):
    return copy(cast, source)


def faults(organisation):
    return list(tables.faults(organisation.pk))


def page(client, assessment, into=None):
    url = reverse("edition_moves:upgrade", args=["acme", assessment.pk])
    return client.get(url, {"into": into.checklist_id} if into else {})


def test_answers_come_along_are_asked_again_or_go_to_the_archive(cast, here, own):
    ids = {key: row.pk for key, row in by_key(here).items()}
    move(cast, here, own)
    found = by_key(here)
    assert here.edition == own
    assert {key: row.pk for key, row in found.items() if key != "OWN-1"} == {
        key: ids[key] for key in ("Q1", "Q2")
    }
    assert {row.question.edition_id for row in found.values()} == {own.pk}
    assert (found["Q1"].again, found["Q2"].again) == ("", "edition")
    gone = Answer.everything.get(pk=ids["Q3"])
    assert (gone.note, gone.archived_at is not None) == ("Note Q3", True)
    assert found["OWN-1"].verdict == "unanswered"


def test_undone_move_leaves_all_as_it_was(cast, here, own):
    before = content(here)
    done = move(cast, here, own)
    undo_actions.undo_upgrade(by=cast.ada, upgrade=done)
    assert content(here) == before
    assert faults(cast.acme) == []
    assert verification.verify(cast.acme.pk) is None


def test_trail_names_both_checklists_and_agrees_with_the_rows(cast, here, own):
    move(cast, here, own)
    assert faults(cast.acme) == []
    assert verification.verify(cast.acme.pk) is None
    event = Event.objects.get(action="assessment.upgraded")
    assert event.actor_id == cast.otto.pk
    said = event_in_words(event.action, *trail.changes(event))
    assert "Privacy, edition 1 to Our privacy, edition 1" in said


def test_it_goes_back_to_a_newer_edition_of_the_original(cast, here, own):
    move(cast, here, own)
    newer = publish([question("Q1"), question("Q3"), question("Q4")], number="2")
    move(cast, here, newer)
    found = by_key(here)
    assert sorted(found) == ["Q1", "Q3", "Q4"]
    assert (found["Q3"].note, found["Q3"].again) == ("Note Q3", "edition")


def test_copy_of_others_and_an_unrelated_checklist_are_refused(cast, here, source):
    theirs = copy(cast, source, cast.other)
    unrelated = factories.make_edition()
    for to in (theirs, unrelated):
        with pytest.raises(ValidationError, match="own copy only"):
            move(cast, here, to)
    assert not Upgrade.objects.exists()


def test_draft_of_a_copy_is_refused(cast, here, source):
    draft = publishing.clone(by=cast.ada, organisation=cast.acme, edition_id=source.pk)
    with pytest.raises(ValidationError, match="not open for assessments"):
        move(cast, here, draft)


@pytest.mark.parametrize("status", ["review", "archived"])
def test_closed_assessment_is_neither_offered_nor_moved(cast, sign_in, here, own, status):
    type(here).objects.filter(pk=here.pk).update(status=status)
    client = sign_in(cast.otto)
    assert "Our privacy" not in page(client, here, own).text
    assert "could move to this edition" not in detail(client, own)
    with pytest.raises(ValidationError, match="its edition stays as it is"):
        move(cast, here, own)


def test_signed_assessment_is_neither_offered_nor_moved(cast, sign_in):
    here = signing.make_signed(cast)
    own = copy(cast, here.edition)
    client = sign_in(cast.otto)
    assert "Our privacy" not in page(client, here, own).text
    assert "could move" not in detail(client, own)
    with pytest.raises(ValidationError, match="its edition stays as it is"):
        move(cast, here, own)


def test_what_was_signed_on_the_original_stays_what_it_was(cast):
    here = signing.make_signed(cast)
    own = copy(cast, here.edition)
    here = signing.reopen(cast.otto, cast.rev, here)
    was = read(here.pk, 1, revision=1).content
    move(cast, here, own)
    paper = read(here.pk, 1, revision=1)
    assert paper.content == was
    assert copies.with_hash(own, cast.acme, was.edition_hash).checklist.title == (was.checklist)
    since = read(here.pk, 1, ReportOptions(ReportKind.CHANGES)).since
    assert "Assessment: edition" in [str(one) for one in since]


def detail(client, edition, slug="acme"):
    return flat(client.get(reverse("checklists:detail", args=[slug, edition.pk])).text)


def test_page_of_the_copy_lists_what_could_move_to_those_who_may(cast, sign_in, here, own, source):
    factories.make_assessment(cast.other, cast.zoe, source)
    said = detail(sign_in(cast.otto), own)
    assert "1 running assessment could move to this edition." in said
    assert f"{here.pk}/upgrade/?into={own.checklist_id}" in said
    assert "could move" not in detail(sign_in(cast.rob), own)
    move(cast, here, own)
    assert "could move" not in detail(sign_in(cast.otto), own)
    # from the copy to the original is possible, but nothing the original invites to
    assert "could move" not in detail(sign_in(cast.otto), source)


def test_page_of_the_original_lists_nothing_of_others(cast, sign_in, here):
    newer = publish([question("Q1")], number="2")
    assert "1 running assessment could move" in detail(sign_in(cast.otto), newer)
    assert "could move" not in detail(sign_in(cast.zoe), newer, "other")


def test_workspace_leads_to_the_page_that_offers_the_copy(cast, sign_in, here, own):
    client = sign_in(cast.otto)
    workspace = client.get(here.get_absolute_url()).text
    assert f"{here.get_absolute_url()}upgrade/" in workspace
    said = flat(page(client, here).text)
    assert "This is the newest edition of the checklist." in said
    assert "<bdi>Our privacy</bdi>, edition 1" in said
    assert "your own copy" in said


def test_page_moves_to_the_copy_and_back(cast, sign_in, here, own):
    client = sign_in(cast.otto)
    shown = page(client, here, own)
    assert "to<bdi>Our privacy</bdi>, edition 1" in flat(shown.text)
    url = reverse("edition_moves:upgrade", args=["acme", here.pk])
    sent = {
        "to": own.pk,
        "seen": shown.context["marks"],
        "d-Q2": "carry",
    }
    reply = client.post(f"{url}?into={own.checklist_id}", sent, follow=True)
    assert "Moved to Our privacy, edition 1." in flat(reply.text)
    assert by_key(here)["Q2"].again == ""
    said = flat(page(client, here).text)
    assert "Moved from<bdi>Privacy</bdi>, edition 1" in said
    assert "the original" in said
    done = Upgrade.objects.get()
    undo = reverse("edition_moves:upgrade_undo", args=["acme", here.pk, done.pk])
    reply = client.post(undo, follow=True)
    assert "Back on Privacy, edition 1; every answer is as it was." in flat(reply.text)


def test_signed_assessment_is_carried_forward_into_the_copy(cast, sign_in, here, own):
    """A signature stays with its edition; the next period begins on the copy."""
    reviews.send(by=cast.otto, assessment=here)
    signing.sign(cast.rev, signing.fresh(here))
    signed = signing.fresh(here)
    client, choose = sign_in(cast.otto), reverse("scoping:choose", args=["acme"])
    said = client.get(choose).text
    assert "into<bdi>Our privacy</bdi>, edition 1" in flat(said)
    start = reverse("scoping:start", args=["acme", own.pk])
    assert f"{start}?from={signed.pk}" in said
    assert client.get(f"{start}?from={signed.pk}").status_code == 200
    new = actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=own,
        subject="Acme",
        facts={},
        earlier=signed,
        **YEAR,
    )
    found = {key: (answer.verdict, answer.again) for key, answer in by_key(new).items()}
    old = by_key(signed)
    assert found == {
        "Q1": (old["Q1"].verdict, "carried"),
        "Q2": (old["Q2"].verdict, "carried"),
        "OWN-1": ("unanswered", ""),
    }
    assert signed.status == "signed"
    assert faults(cast.acme) == []
    back = actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=here.edition,
        subject="Acme",
        facts={},
        earlier=new,
        **YEAR,
    )
    assert by_key(back)["Q1"].again == "carried"


def test_copy_of_another_checklist_is_not_carried_into(cast, here):
    made = publish([question("Q1")], number="1", checklist="other", facts=[])
    other = copy(cast, made, is_edited=False)
    with pytest.raises(ValidationError, match="same checklist"):
        actions.start(
            by=cast.otto,
            organisation=cast.acme,
            edition=other,
            subject="Acme",
            facts={},
            earlier=here,
            **YEAR,
        )


def test_newer_edition_and_the_copy_are_both_offered(cast, sign_in, here, own):
    publish([question("Q1")], number="2")
    said = flat(page(sign_in(cast.otto), here).text)
    assert "From edition 1 to 2" in said
    assert "It can also move to" in said
    assert f"?into={own.checklist_id}" in said


def test_page_says_which_questions_of_the_copy_are_not_related(cast, sign_in, here, own):
    client, said = sign_in(cast.otto), "no links to related questions"
    assert said not in flat(page(client, here, own).text)
    factories.make_relation(here.edition, "Q1", factories.make_edition(1), "Q1")
    assert said in flat(page(client, here, own).text)


def test_copy_retired_meanwhile_moves_nothing(cast, sign_in, here, own):
    client = sign_in(cast.otto)
    sent = {"to": own.pk, "seen": page(client, here, own).context["marks"]}
    Edition.objects.filter(pk=own.pk).update(status="retired")
    publish([question("Q1")], number="2")
    url = reverse("edition_moves:upgrade", args=["acme", here.pk])
    reply = client.post(f"{url}?into={own.checklist_id}", sent)
    assert reply.status_code == 409
    assert not Upgrade.objects.exists()


def test_report_names_both_checklists_in_what_changed(cast, here, own):
    move(cast, here, own)
    paper = read(here.pk, 1)
    found = paper.edition_changes
    assert (found.old_name, found.new_name) == ("Privacy 1", "Our privacy 1")
    kinds = {row.item.key: [k.value for k in row.item.kinds] for row in found.rows}
    assert kinds == {"Q2": ["reworded"], "Q3": ["removed"], "OWN-1": ["added"]}
    assert (paper.content.checklist, paper.content.edition) == ("Our privacy", "1")


def test_looking_back_shows_the_original(cast, here, own):
    was = hash_of(here)
    seq, _ = trail.head_of(cast.acme.pk)
    move(cast, here, own)
    paper = read(here.pk, 1, as_of_seq=seq)
    assert (paper.content.checklist, paper.content.content_hash) == ("Privacy", was)
    assert paper.edition_changes is None


def test_move_to_an_untouched_copy_changes_the_name_only(cast, here, source):
    own = copy(cast, source, is_edited=False)
    assert own.content_hash == source.content_hash
    move(cast, here, own)
    assert {row.again for row in by_key(here).values()} == {""}
    paper = read(here.pk, 1)
    assert (paper.content.checklist, paper.edition_changes) == ("Our privacy", None)
    with reading(bundle_of(here)) as bundle:
        assert [sheet["title"] for sheet in bundle.sheets] == ["Our privacy"]


def test_bundle_of_a_moved_assessment_has_the_editions_of_both(cast, here, own):
    """Both are numbered 1; the original stands in the library, the copy comes along."""
    move(cast, here, own)
    came = brought_in(bundle_of(here), cast.other, by=cast.zoe)
    assert hash_of(came) == hash_of(here)
    assert came.edition.checklist.organisation == cast.other
    assert came.edition.checklist.title == "Our privacy"
    gone = Answer.everything.exclude(archived_at=None).get(assessment=came)
    assert (gone.question.key, gone.question.edition.checklist.title) == (
        "Q3",
        "Privacy",
    )
    assert sorted(by_key(came)) == sorted(by_key(here))
    again = brought_in_elsewhere(came)
    assert [sheet["title"] for sheet in again] == ["Our privacy", "Privacy"]


def brought_in_elsewhere(assessment):
    with reading(bundle_of(assessment)) as bundle:
        return bundle.sheets


def test_bundle_whose_editions_share_a_number_asks_for_the_library(cast, here, own):
    move(cast, here, own)
    written = bundle_of(here)
    Checklist.objects.filter(organisation=None).update(key="another")
    with reading(written) as bundle:
        (fault,) = plan(bundle, cast.other).faults
    assert "the bundle has another edition of this number" in fault


def test_assessment_carried_forward_still_says_what_changed(cast, source, own):
    earlier = begin(cast, source)
    answer(cast.con, earlier, "Q1", verdict="met", note="Kept.")
    later = actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=source,
        subject="Acme",
        facts={},
        earlier=earlier,
        **YEAR,
    )
    move(cast, later, own)
    found = read(later.pk, 1).edition_changes
    assert (found.new_name, found.is_carried) == ("Our privacy 1", True)
    row = by_key(later)["Q1"]
    assert (row.verdict, row.note, row.again) == ("met", "Kept.", "carried")


def test_own_checklist_without_an_original_moves_within_itself_only(cast, sign_in):
    Theme.objects.get_or_create(key="t", defaults={"name": "T", "position": 1})
    given = {"by": None, "theme": "t", "title": "Own", "summary": ""}
    first, second = document([question("Q1")], number="1"), None
    edition, _ = store_checklist(**given, document=first | {"checklist": "own"}, organisation=cast.acme)
    assessment = begin(cast, edition)
    second = document([question("Q1"), question("Q2")], number="2")
    newer, _ = store_checklist(**given, document=second | {"checklist": "own"}, organisation=cast.acme)
    said = flat(page(sign_in(cast.otto), assessment).text)
    assert "From edition 1 to 2" in said
    assert "It can also move to" not in said
    move(cast, assessment, newer)
    assert sorted(by_key(assessment)) == ["Q1", "Q2"]
