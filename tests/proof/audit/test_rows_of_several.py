"""Actions that reach rows of several organisations: each row is in the chain it belongs to."""

import pytest

from compliance.content.checklists import actions as checklists
from compliance.content.legal_index.actions import mark_of
from compliance.content.publishing import actions as publishing
from compliance.identity.organisations import actions as people
from compliance.models import Citation, Edition, Invitation
from compliance.operations.erasure.actions import erase_address, erase_person
from compliance.proof.audit import tables, verification
from compliance.proof.audit.models import LIBRARY
from compliance.work.assessments import actions as assessments
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.law_changes import actions as law_changes
from tests.assurance.bundles.making import YEAR, brought_in, bundle_of, publish
from tests.support import factories, signing

pytestmark = pytest.mark.slow
NAME, EMAIL = "Éloïse O'Neill", "eloise@example.org"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def both(cast):
    """The two organisations, each with its owner."""
    return (cast.acme, cast.ada), (cast.other, cast.zoe)


def start(organisation, by, edition):
    return assessments.start(by=by, organisation=organisation, edition=edition, subject="A", facts={}, **YEAR)


def invited(both):
    return [
        people.invite(by=by, organisation=place, email=EMAIL, name=NAME, role="contributor")
        for place, by in both
    ]


def accept(both):
    first, second = invited(both)
    person = people.accept_as_new(invitation=first, name=NAME, password="x" * 12).user
    people.accept_invitation(by=person, invitation=second)
    return person


def take_back_one_of_two(both):
    first, _ = invited(both)
    people.end_invitation(by=both[0][1], invitation=first)
    assert Invitation.objects.filter(email=EMAIL).count() == 1


def erase(both):
    person, edition = accept(both), publish("Q1", "Q2")
    for place, by in both:
        assessment = start(place, by, edition)
        signing.answer(by, assessment, "Q1", verdict="met", note=f"{NAME} knows.")
    erase_person(by=None, person=person)


def erase_who_was_invited(both):
    invited(both)
    erase_address(by=None, email=EMAIL)


def move_out_and_in(both):
    (place, by), (there, other) = both
    moved = start(place, by, publish("Q1", "Q2", organisation=place))
    signing.answer(by, moved, "Q1", verdict="met", note="Kept.")
    copy = brought_in(bundle_of(moved), there, other)
    signing.answer(other, copy, "Q2", verdict="partly", note="Half.")


def publish_for_everybody(both):
    running = [start(place, by, publish("Q1", "Q2")) for place, by in both]
    newer = publish("Q1", "Q3", number="2026.2")
    for (_, by), assessment in zip(both, running, strict=True):
        edition_moves.upgrade(by=by, assessment=assessment, to=newer, decisions={})


def copy_from_the_library(both):
    edition = publish("Q1", "Q2")
    for place, by in both:
        own = publishing.clone(by=by, organisation=place, edition_id=edition.pk)
        checklists.publish(by=by, edition=Edition.objects.get(pk=own.pk))


def change_the_law(both):
    provision, draft = factories.make_provision("Law Art. 5"), factories.make_draft()
    Citation.objects.create(question=draft.questions.first(), provision=provision, position=1)
    edition = factories.publish(draft)
    for place, by in both:
        start(place, by, edition)
    law_changes.amend_law(
        by=both[0][1],
        provision_id=provision.pk,
        values={"title": "Another duty"},
        reason="It was renamed.",
        seen=mark_of(provision),
    )


@pytest.mark.parametrize(
    "act",
    [
        accept, take_back_one_of_two, erase, erase_who_was_invited, move_out_and_in,
        publish_for_everybody, copy_from_the_library, change_the_law,
    ],
    ids=lambda act: act.__name__,
)  # fmt: skip
def test_each_chain_has_its_own_rows_and_no_other(both, act):
    act(both)
    for chain in (LIBRARY, *(place.pk for place, _ in both)):
        found = [f"{fault.seq}: {fault.what}" for fault in tables.faults(chain)]
        assert (
            verification.verify(chain) if chain in verification.chains() else None,
            found,
        ) == (
            None,
            [],
        )
    assert set(verification.chains()) >= {place.pk for place, _ in both}
