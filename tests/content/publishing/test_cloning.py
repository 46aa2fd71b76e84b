"""An own checklist is taken from the library, and its next draft from what is published."""

import pytest
import time_machine

from compliance.content.checklists import content
from compliance.content.publishing import actions as publishing
from compliance.content.publishing.actions.cloning import next_number
from compliance.models import Checklist, Citation, Edition
from compliance.proof.audit import verification
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError
from tests.support.factories import (
    make_checklist,
    make_draft,
    make_edition,
    make_provision,
    publish,
)


def clone(cast, edition, by=None, organisation=None):
    return publishing.clone(
        by=by or cast.ada,
        organisation=organisation or cast.acme,
        edition_id=edition.pk,
    )


def make_library(**fields):
    """A published edition of the library with a citation."""
    draft = make_draft(**fields)
    Citation.objects.create(question=draft.questions.first(), provision=make_provision(), position=1)
    return publish(draft)


def test_clone_has_all_that_the_original_asks(cast):
    source = make_library(questions=4, sections=2)
    draft = clone(cast, source)
    assert content.document(draft) == content.document(source)
    assert (draft.status, draft.based_on) == ("draft", source)
    own = draft.checklist
    assert (own.organisation, own.cloned_from, own.key) == (
        cast.acme,
        source,
        source.checklist.key,
    )


def test_clone_is_one_event_on_the_chain_of_the_organisation(cast):
    draft = clone(cast, make_library())
    event = Event.objects.get()
    assert (event.organisation_id, event.action, event.subject_id) == (
        cast.acme.pk,
        "checklist.cloned",
        str(draft.pk),
    )
    assert verification.verify(cast.acme.pk) is None


def test_second_clone_is_refused_and_leaves_nothing(cast):
    source = make_library()
    clone(cast, source)
    with pytest.raises(RefusedError, match="its own checklist"):
        clone(cast, source, by=cast.otto)
    assert Checklist.objects.filter(organisation=cast.acme).count() == 1
    clone(cast, source, by=cast.zoe, organisation=cast.other)


def test_drafts_retired_and_own_editions_are_not_cloned(cast):
    retired = make_edition()
    retired.status = "retired"
    retired.save()
    own = make_edition(checklist=make_checklist("own", cast.acme))
    theirs = make_edition(checklist=make_checklist("theirs", cast.other))
    with pytest.raises(RefusedError, match="is retired, so nothing was copied"):
        clone(cast, retired)
    for edition in (make_draft(), own, theirs):
        with pytest.raises(Edition.DoesNotExist):
            clone(cast, edition)


def test_next_draft_is_a_copy_under_the_next_number(cast):
    source = make_edition(checklist=make_checklist("own", cast.acme))
    draft = publishing.draft_next(by=cast.ada, organisation=cast.acme, edition_id=source.pk)
    was, now = content.document(source), content.document(draft)
    assert (now["edition"].pop("number"), now["edition"].pop("release_notes")) == (
        "2026.2",
        "",
    )
    assert was["edition"].pop("number") == "2026.1"
    del was["edition"]["release_notes"]
    assert now == was
    assert draft.based_on == source
    assert Event.objects.get().action == "edition.drafted"


def test_only_one_draft_at_a_time(cast):
    source = make_edition(checklist=make_checklist("own", cast.acme))
    publishing.draft_next(by=cast.ada, organisation=cast.acme, edition_id=source.pk)
    with pytest.raises(RefusedError, match=r"2026\.2 is not published yet"):
        publishing.draft_next(by=cast.otto, organisation=cast.acme, edition_id=source.pk)


def test_next_draft_of_library_or_of_others_is_not_found(cast):
    theirs = make_edition(checklist=make_checklist("theirs", cast.other))
    for edition in (make_edition(), theirs):
        with pytest.raises(Edition.DoesNotExist):
            publishing.draft_next(by=cast.ada, organisation=cast.acme, edition_id=edition.pk)


@pytest.mark.parametrize(
    ("number", "taken", "after"),
    [
        ("2026.1", ["2026.1"], "2026.2"),
        ("2026.1", ["2026.1", "2026.2"], "2026.3"),
        ("2025.4", ["2025.4"], "2026.1"),
        ("2027.1", ["2027.1"], "2027.2"),
        ("v5", ["v5", "2026.1"], "2026.2"),
    ],
)
@time_machine.travel("2026-11-24")
def test_numbers_follow_the_year(number, taken, after):
    assert next_number(number, taken) == after
