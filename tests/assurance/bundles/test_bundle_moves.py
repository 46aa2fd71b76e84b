"""An assessment moves in a bundle and says the same to the letter."""

import json
import zipfile
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.bundles.bundle_import import bring_in
from compliance.assurance.bundles.import_plan import plan
from compliance.assurance.reviews.rows import rows_of
from compliance.content.checklists import soundness
from compliance.content.evidence import storage
from compliance.content.evidence.against_disk import faults as files_against_disk
from compliance.models import (
    Action,
    Answer,
    Assessment,
    Edition,
    Evidence,
    Origin,
    User,
)
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.checkpoints import checkpoint
from compliance.proof.audit.models import Event
from compliance.proof.audit.text_erasure import erase
from compliance.work.assessments import actions
from compliance.work.law_changes.law import changed_under
from compliance.work.remediation import asking
from compliance.work.remediation.actions import (
    change_action,
    create_action,
    link_answer,
)
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.assurance.bundles.making import (
    YEAR,
    brought_in,
    bundle_of,
    hash_of,
    make_everything,
    publish,
    reading,
    say,
    stored,
    write_elsewhere,
)
from tests.content.evidence.samples import PDF
from tests.support import signing
from tests.support.documents import document, question
from tests.support.factories import (
    make_action,
    make_assessment,
    make_organisation,
    make_provision,
)
from tests.support.legal_indexes import amend

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def files(settings, tmp_path, monkeypatch):
    write_elsewhere(monkeypatch)
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def full(cast):
    return make_everything(cast)


@pytest.fixture
def content(full):
    return bundle_of(full)


def test_content_hash_is_equal_elsewhere(full, content, cast):
    came = brought_in(content, cast.other)
    assert hash_of(came) == hash_of(full)
    assert came.organisation == cast.other
    assert came.pk != full.pk


def test_all_of_it_came_along(full, content, cast):
    came = brought_in(content, cast.other)
    said = content_of(to_read(came.pk))
    assert said == content_of(to_read(full.pk))
    assert {line.key for line in said.archived} == {"Q4"}
    assert said.carried_from.startswith("Acme 2025, edition 2026.1")
    assert [line.taken_from for line in said.lines if line.taken_from]
    assert len(said.tasks) == 2
    assert [line for line in said.lines if line.na_confirmed_by == "Rev Iewer"]
    file = Evidence.objects.get(organisation=cast.other, url="")
    with storage.open_kept(cast.other.pk, file.sha256) as kept:
        assert kept.read() == PDF


def test_rows_are_equal_elsewhere_but_for_ids(full, content, cast):
    came = rows_of(to_read(brought_in(content, cast.other).pk))
    was = rows_of(to_read(full.pk))
    new = {one["id"]: old["id"] for one, old in zip(came["evidence"], was["evidence"], strict=True)}
    text = json.dumps(came).replace(came["assessment"]["id"], was["assessment"]["id"])
    for here, there in new.items():
        text = text.replace(here, there)
    assert json.loads(text) == was


def test_same_assessment_gives_the_same_bytes(full):
    assert bundle_of(full) == bundle_of(full)


def test_bundle_holds_no_address(content):
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            assert b"@example.org" not in archive.read(name), name


def test_own_checklist_comes_along_and_is_used_again(full, content, cast):
    came = brought_in(content, cast.other)
    edition = came.edition
    assert edition.checklist.organisation == cast.other
    assert edition.content_hash == full.edition.content_hash
    assert edition.status == "published"
    assert Edition.objects.get(checklist=edition.checklist, number="2026.1").status == "retired"


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("status", ["done", "open"])
def test_action_about_two_assessments_may_have_asked_to_look_again(cast, status, is_old, monkeypatch):
    """In an old trail, neither assessment has an event of what it asked for."""
    if is_old:
        silent = SimpleNamespace(changes=trail.changes, record=lambda **_: None)
        monkeypatch.setattr(asking, "trail", silent)
    edition = publish("Q1", organisation=cast.acme)
    started = {"by": cast.otto, "organisation": cast.acme, "edition": edition, **YEAR}
    facts = {"data": ["health"]}
    both = [actions.start(subject=s, facts=facts, **started) for s in ("2025", "2026")]
    for one in both:
        signing.answer(cast.con, one, "Q1", verdict="not_met")
    first, second = Answer.objects.filter(assessment__in=both).values_list("pk", flat=True)
    of = {"by": cast.otto, "organisation": cast.acme}
    made = create_action(fields={"title": "Do"}, answer_ids=[first], **of)

    def becomes(status, base):
        changes = {"status": status}
        change_action(number=made.number, changes=changes, base=base, **of)

    becomes("done", 0)
    link_answer(number=made.number, answer_id=second, **of)
    becomes("open", 1)
    if status == "done":
        becomes("done", 2)
    again = "action" if status == "done" else ""
    for one in both:
        assert one.answers.get().again == again
        came = brought_in(bundle_of(one), cast.other)
        assert came.answers.get().again == again
        assert list(tables.faults(cast.other.pk)) == []


@pytest.mark.parametrize("number", ["2026.1", "2026.2"])
def test_law_that_changed_after_an_edition_is_named_when_it_comes_along(cast, number):
    """Each edition was published before; one of them is in use no more."""
    cite = make_provision().cite
    found = document([question("Q1", cites=[cite])], facts=[])
    full = make_assessment(cast.acme, cast.ada, stored(found, cast.acme))
    if number == "2026.2":
        found["edition"]["number"] = number
        stored(found, cast.acme)
    amend({cite: {"status": "applies_later", "applies_from": "2031-12-02"}})
    came = brought_in(bundle_of(full), cast.other)
    assert came.edition.checklist.organisation == cast.other
    assert came.edition.published_at == full.edition.published_at
    assert came.answers.filter(changed_under(came)).exists()


def test_bundle_that_does_not_say_when_an_edition_was_published_comes_in(cast):
    full = make_everything(cast)
    with reading(bundle_of(full)) as bundle:
        del bundle.head["published"]
        came = bring_in(by=None, organisation=cast.other, bundle=bundle)
    assert came.edition.published_at > full.edition.published_at


def test_edition_comes_along_with_faults_that_were_refused_later(cast):
    """Its choices read the same, and its scale names a question twice."""
    levels = [{"name": name} for name in ("Low", "High")]
    group = {"key": "g", "title": "Group", "weight": 0, "across": False}
    group["questions"] = ["Q1", "Q1"]
    scale = {"key": "s", "name": "Scale", "read": "lowest", "levels": levels}
    alike = [{"key": key, "label": "Partly", "help": ""} for key in ("a", "b")]
    found = document([question("Q1", kind="choice", choices=alike)], facts=[])
    found["edition"]["scales"] = [scale | {"groups": [group]}]
    assert len(soundness.ambiguous(found)) == 2
    full = make_assessment(cast.acme, cast.ada, stored(found, cast.acme))
    say(full.answers.get(), cast.con, verdict="met", value="b")
    came = brought_in(bundle_of(full), cast.other)
    assert came.edition.checklist.organisation == cast.other
    assert came.edition.content_hash == full.edition.content_hash
    assert hash_of(came) == hash_of(full)


def test_library_edition_is_used_as_it_stands(cast):
    full = make_everything(cast, own=False)
    came = brought_in(bundle_of(full), cast.other)
    assert came.edition == full.edition
    assert not cast.other.checklists.exists()


def test_people_are_names_that_nobody_signs_in_with(content, cast):
    members = cast.other.memberships.count()
    came = brought_in(content, cast.other)
    con = came.answers.get(question__key="Q1").changed_by
    assert (con.name, con.is_active, con.has_usable_password()) == (
        "Con Tributor",
        False,
        False,
    )
    assert con != cast.con
    assert cast.other.memberships.count() == members


def test_who_answered_comes_along_and_is_held_against_what_it_came_with(full, content, cast):
    came = brought_in(content, cast.other)
    rows = [{a.question.key: a for a in Answer.everything.filter(assessment=one)} for one in (full, came)]
    for key, there in rows[0].items():
        here = rows[1][key]
        assert str(here.answered_by) == str(there.answered_by), key
        assert here.answered_at == there.answered_at, key
    assert str(rows[1]["Q4"].answered_by) == "Con Tributor"
    assert list(tables.faults(cast.other.pk)) == []
    Answer.objects.filter(pk=rows[1]["Q1"].pk).update(answered_by=cast.zoe)
    (fault,) = tables.faults(cast.other.pk)
    assert "(“Q1: Met”): “answered by” was changed" in fault.what


def test_person_may_be_asked_for_and_the_hash_is_equal(full, content, cast):
    with reading(content) as bundle:
        people = {p["name"]: p["ref"] for p in bundle.rows["people"]}
    came = brought_in(content, cast.other, emails={people["Con Tributor"]: "ZOE@example.org"})
    answer = came.answers.get(question__key="Q1")
    assert answer.changed_by.namesake.member == cast.zoe
    assert answer.changed_by != cast.zoe
    assert hash_of(came) == hash_of(full)


@pytest.mark.parametrize(
    ("emails", "words"),
    [
        (
            {"p1": "ada@example.org"},
            "p1: no member who may read here has the address ada@example.org.",
        ),
        ({"p99": "zoe@example.org"}, "p99 is not a person of the bundle."),
        (
            {"p1": "zoe@example.org", "p2": "zoe@example.org"},
            "p2: zoe@example.org is already assigned to someone else.",
        ),
    ],
)
def test_people_that_cannot_be_are_refused(content, cast, emails, words):
    with pytest.raises(ValidationError) as refused:
        brought_in(content, cast.other, emails=emails)
    assert refused.value.messages == [words]


def test_taken_number_of_an_action_is_another_here_and_the_report_says_the_same(full, content, cast):
    make_action(cast.other, cast.zoe, number=1)
    came = brought_in(content, cast.other)
    numbers = Action.objects.filter(links__answer__assessment=came).distinct()
    assert sorted(numbers.values_list("number", flat=True)) == [2, 3]
    assert sorted(task.number for task in content_of(to_read(came.pk)).tasks) == [1, 2]
    assert hash_of(came) == hash_of(full)


def test_ids_are_kept_where_they_are_free(full, content, cast):
    ids = {row.pk for row in Evidence.objects.filter(organisation=cast.acme)}
    came = brought_in(content, cast.other)
    here = {row.pk for row in Evidence.objects.filter(organisation=cast.other)}
    assert not ids & here
    again = bundle_of(came)
    fresh = make_organisation("Fresh")
    assert hash_of(brought_in(again, fresh)) == hash_of(full)


def test_what_changed_since_has_the_names_of_here(content, cast):
    came = brought_in(content, cast.other)
    answer = came.answers.get(question__key="Q9")
    Answer.objects.filter(pk=answer.pk).update(
        verdict="partly", changed_by=cast.zoe, changed_at=timezone.now()
    )
    lines = {line.key: line for line in content_of(to_read(came.pk)).lines}
    assert lines["Q9"].taken_from == ""
    assert lines["Q9"].changed_by == "Zoe Elsewhere"
    assert lines["Q9"].then is not None


def test_trail_of_there_is_kept_beside_the_trail_of_here(full, content, cast):
    there = Event.objects.filter(scope_id=full.pk)
    before = trail.head_of(cast.other.pk)[0]
    came = brought_in(content, cast.other)
    kept = came.brought_from.trails.get()
    assert list(kept.events.values_list("seq", "hash", "payload")) == list(
        there.order_by("seq").values_list("seq", "hash", "payload")
    )
    assert kept.organisation_name == "Acme"
    own = Event.objects.get(organisation_id=cast.other.pk, scope_id=came.pk)
    assert own.action == "assessment.brought_in"
    assert verification.verify(cast.other.pk) is None
    assert trail.changes(own)[1]["heads"] == [[kept.head_seq, kept.head_hash]]
    # The own checklist: added, its old edition kept, its new one published.
    assert trail.head_of(cast.other.pk)[0] == before + 4


def test_same_bundle_is_refused_the_second_time(content, cast):
    came = brought_in(content, cast.other)
    counts = [m.objects.count() for m in (Assessment, Evidence, User, Event)]
    with reading(content) as bundle:
        assert plan(bundle, cast.other).same == came
    with pytest.raises(ValidationError, match="already been imported"):
        brought_in(content, cast.other)
    assert counts == [m.objects.count() for m in (Assessment, Evidence, User, Event)]


def test_another_state_of_the_same_is_found(full, content, cast):
    came = brought_in(content, cast.other)
    say(full.answers.get(question__key="Q1"), cast.con, note="Later.")
    with reading(bundle_of(full)) as bundle:
        coming = plan(bundle, cast.other)
    assert coming.others == (came,)
    assert not coming.faults


def test_archived_assessment_arrives_archived(full, cast):
    actions.archive(by=cast.otto, assessment=full)
    came = brought_in(bundle_of(full), cast.other)
    assert came.status == "archived"
    assert hash_of(came) == hash_of(full)


def test_it_moves_on_with_both_trails(full, content, cast):
    came = brought_in(content, cast.other)
    third = make_organisation("Third")
    gone_on = brought_in(bundle_of(came), third)
    assert hash_of(gone_on) == hash_of(full)
    trails = gone_on.brought_from.trails.all()
    assert [one.organisation_name for one in trails] == ["Acme", "Other"]
    assert Origin.objects.filter(assessment=gone_on).exists()


def test_preview_changes_nothing(content, cast):
    counts = [m.objects.count() for m in (Assessment, Evidence, User, Event, Edition)]
    with reading(content) as bundle:
        coming = plan(bundle, cast.other)
    assert coming.faults == ()
    assert {fate.words for fate in coming.fates} == {"is imported with it, as an own checklist"}
    assert counts == [m.objects.count() for m in (Assessment, Evidence, User, Event, Edition)]


def test_trail_of_there_is_proved_to_stand_in_its_chain(full, cast):
    checkpoint(cast.acme.pk)
    came = brought_in(bundle_of(full), cast.other)
    proof = came.brought_from.trails.get().proof
    assert proof["size"] == trail.head_of(cast.acme.pk)[0]
    assert proof["checkpoint"]["size"] == proof["size"]


def test_check_of_the_trail_finds_nothing_wrong_and_then_what_was_changed(content, cast):
    came = brought_in(content, cast.other)
    assert list(tables.faults(cast.other.pk)) == []
    assert list(files_against_disk(cast.other.pk)) == []
    came.answers.filter(question__key="Q1").update(note="Else")
    (fault,) = tables.faults(cast.other.pk)
    assert "(“Q1: Met”): “note” was changed after event" in fault.what


def test_trail_with_an_erased_event_moves(full, cast):
    erased = erase(
        by=None,
        organisation_id=cast.acme.pk,
        subject=cast.con,
        events=Event.objects.filter(scope_id=full.pk),
        clean=lambda text: "-" if " " in text else text,
    )
    assert erased > 0
    came = brought_in(bundle_of(full), cast.other)
    kept = came.brought_from.trails.get().events.filter(salts__contains="=")
    assert kept.count() == erased
    assert verification.verify(cast.acme.pk) is None
