"""Facts, evidence, comments, actions and seats that were changed below the program."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from compliance.assessments import actions
from compliance.assessments.against_trail import beside, names, remedies
from compliance.assessments.against_trail import faults as answers
from compliance.audit import trail
from compliance.audit.checking import Kind
from compliance.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Comment,
    Invitation,
    Namesake,
    Origin,
    Seat,
    SeatOffer,
    ShareLink,
)
from compliance.organisations import actions as people
from compliance.reviews import actions as reviews
from compliance.seats import against_links
from compliance.seats import against_trail as seats
from compliance.seats.actions import end_offer, end_seat, revoke, share
from tests import factories, seating, signing
from tests.audit.tampering import Guardless
from tests.interchange.bundles import brought_in, bundle_of, make_everything

pytestmark = pytest.mark.slow
CHECKS = (answers, beside.faults, names.faults, remedies.faults, seats.faults)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path


@pytest.fixture
def here(cast):
    """An assessment with all that stands beside answers, by the ordinary actions."""
    found = actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=factories.make_edition(),
        subject="Acme",
        period_from="2026-01-01",
        period_to="2026-12-31",
        facts={"data": ["health"]},
    )
    actions.change_facts(by=cast.otto, assessment=found, facts={"data": []})
    first, second, third = found.answers.order_by("question__position")
    kept, gone = (factories.make_link(cast.acme, cast.con, title=t) for t in "AB")
    for proof in (kept, gone):
        actions.attach(by=cast.con, answer=first, evidence=proof)
    actions.detach(by=cast.con, answer=first, evidence=gone)
    said = actions.comment(by=cast.con, answer=first, text="It is in the binder.")
    actions.comment(by=cast.rev, answer=second, text="Which one?")
    actions.resolve(by=cast.rev, answer=first, comment=said)
    task = actions.create_action(
        by=cast.otto,
        organisation=cast.acme,
        fields={"title": "Write it", "owner_id": cast.con.pk},
        answer_ids=[second.pk],
    )
    at = {"by": cast.con, "organisation": cast.acme, "number": task.number}
    actions.change_action(**at, changes={"effort_days": Decimal(3)}, base=0)
    actions.link_answer(**at, answer_id=third.pk)
    actions.link_answer(**at, answer_id=first.pk)
    actions.unlink_answer(**at, answer_id=first.pk)
    seat = seating.give(cast, found)
    end_seat(by=cast.otto, seat=seat)
    return found


def faults(organisation):
    return [fault for check in CHECKS for fault in check(organisation.pk)]


def words(organisation):
    return [(fault.kind, fault.what) for fault in faults(organisation)]


def test_ordinary_work_raises_no_alarm(cast, here):
    sent = signing.make_sent(cast)
    signing.look(cast.rev, sent, "Q1", "returned", "Say since when.")
    reviews.return_for_changes(by=cast.rev, assessment=sent)
    assert Comment.objects.filter(text="Returned: Say since when.").exists()
    assert words(cast.acme) == []
    assert trail.verify(cast.acme.pk) is None


TAMPERED = {
    "facts": (
        lambda: Assessment.objects.update(facts={"data": ["health"]}),
        Kind.FACTS,
        "Privacy, Acme: the fact “data” was changed since without an entry",
        "assessment.facts_changed",
    ),
    "a fact more": (
        lambda: Assessment.objects.update(facts={"data": [], "size": ["big"]}),
        Kind.FACTS,
        "Privacy, Acme: the fact “size” was changed since without an entry",
        "assessment.started",
    ),
    "subject": (
        lambda: Assessment.objects.update(subject="Acme Ltd"),
        Kind.FACTS,
        "Privacy, Acme Ltd: the subject was changed since without an entry",
        "assessment.started",
    ),
    "period": (
        lambda: Assessment.objects.update(period_to="2027-12-31"),
        Kind.FACTS,
        "Privacy, Acme: the period was changed since without an entry",
        "assessment.started",
    ),
    "evidence taken out": (
        lambda: Attachment.objects.all().delete(),
        Kind.ATTACHMENT,
        "Q1: evidence “A” was taken out since without an entry",
        "evidence.attached",
    ),
    "evidence put back": (
        lambda: put("Q1", "B"),
        Kind.ATTACHMENT,
        "Q1: evidence “B” was put in since without an entry",
        "evidence.detached",
    ),
    "evidence put elsewhere": (
        lambda: put("Q3", "B"),
        Kind.ATTACHMENT,
        "Q3: evidence “B” was put in since without an entry",
        "assessment.started",
    ),
    "words of a comment": (
        lambda: first_comment().update(text="It is lost."),
        Kind.COMMENT,
        "Q1: the comment “It is lost.” was changed since without an entry",
        "comment.resolved",
    ),
    "author of a comment": (
        lambda: first_comment().update(author=Comment.objects.last().author),
        Kind.COMMENT,
        "Q1: the comment “It is in the binder.” was put into another's mouth without"
        " an entry",
        "comment.resolved",
    ),
    "comment opened": (
        lambda: first_comment().update(resolved_at=None, resolved_by=None),
        Kind.COMMENT,
        "Q1: the comment “It is in the binder.” was reopened without an entry",
        "comment.resolved",
    ),
    "comment taken away": (
        lambda: first_comment().delete(),
        Kind.COMMENT,
        "Q1: the comment {comment}, which it is about, was taken away without an entry",
        "comment.resolved",
    ),
    "comment made up": (
        lambda: Comment.objects.create(
            answer=answer("Q3"), author=first_comment().get().author, text="Fine."
        ),
        Kind.COMMENT,
        "Q3: the comment “Fine.” was written without an entry",
        "assessment.started",
    ),
    "comment that nobody returned": (
        lambda: Comment.objects.create(
            answer=answer("Q3"), author=first_comment().get().author, text="Returned: x"
        ),
        Kind.COMMENT,
        "Q3: the comment “Returned: x” was written without an entry",
        "assessment.started",
    ),
    "owner of an action": (
        lambda: Action.objects.update(owner=None),
        Kind.ACTION,
        "AC-1 “Write it”: its owner was changed since without an entry",
        "action.changed",
    ),
    "effort of an action": (
        lambda: Action.objects.update(effort_days="0.5"),
        Kind.ACTION,
        "AC-1 “Write it”: its effort was changed since without an entry",
        "action.changed",
    ),
    "status of an action": (
        lambda: Action.objects.update(status="doing"),
        Kind.ACTION,
        "AC-1 “Write it”: its status was changed since without an entry",
        "action.changed",
    ),
    "action about nothing": (
        lambda: ActionLink.objects.filter(answer=answer("Q2")).delete(),
        Kind.ACTION,
        "AC-1 “Write it”: Q2 was taken away from it since without an entry",
        "action.created",
    ),
    "action about more": (
        lambda: ActionLink.objects.create(
            action=Action.objects.get(), answer=answer("Q1")
        ),
        Kind.ACTION,
        "AC-1 “Write it”: Q1 was put to it since without an entry",
        "action.unlinked",
    ),
    "action taken away": (
        lambda: Action.objects.all().delete(),
        Kind.ACTION,
        "the action AC-1 “Write it” was taken away without an entry",
        "action.changed",
    ),
    "seat of another": (
        lambda: Seat.objects.update(user=Comment.objects.last().author),
        Kind.SEAT,
        "the seat {seat} of Rev Iewer: its person was changed since without an entry",
        "seat.ended",
    ),
    "longer seat": (
        lambda: Seat.objects.update(
            until_on=timezone.localdate() + timedelta(days=200)
        ),
        Kind.SEAT,
        "the seat {seat} of Aud Itor: its last day was changed since without an entry",
        "seat.ended",
    ),
    "seat opened again": (
        lambda: Seat.objects.update(ended_at=None, ended_by=None),
        Kind.SEAT,
        "the seat {seat} of Aud Itor: its end was changed since without an entry",
        "seat.ended",
    ),
    "seat taken away": (
        lambda: Seat.objects.all().delete(),
        Kind.SEAT,
        "the seat {seat}, until {until}, was taken away without an entry",
        "seat.ended",
    ),
}


def answer(key):
    return Answer.objects.get(question__key=key)


def first_comment():
    return Comment.objects.filter(pk=Comment.objects.order_by("pk").first().pk)


def put(key, title):
    owner = answer(key).assessment.organisation
    proof = owner.evidence.get(title=title)
    return Attachment.objects.create(answer=answer(key), evidence=proof)


@pytest.mark.parametrize("name", TAMPERED)
def test_row_changed_without_an_entry_is_named(cast, here, name):
    tamper, kind, what, about = TAMPERED[name]
    seat = Seat.objects.get()
    said = {"comment": first_comment().get().pk, "seat": seat.pk}
    assert words(cast.acme) == []
    with Guardless():
        tamper()
    (fault,) = faults(cast.acme)
    assert (fault.kind, fault.what) == (
        kind,
        what.format(**said, until=seat.until_on),
    )
    assert trail.events_of(cast.acme.pk).get(seq=fault.seq).action == about


def test_share_link_is_held_against_its_entry(cast, here):
    link, _ = share(by=cast.otto, assessment=here, label="Bank", days=30)
    gone, _ = share(by=cast.otto, assessment=here, label="Gone", days=30)
    revoke(by=cast.otto, link=gone)
    assert list(against_links.faults(cast.acme.pk)) == []
    later = link.expires_at + timedelta(days=1)
    for changed, what in (
        ({"expires_at": later}, "its end was changed"),
        ({"token_hash": "0" * 64}, "its token was changed"),
        ({"label": "Other"}, "its label was changed"),
        ({"revoked_by": cast.otto, "revoked_at": later}, "its taking back was changed"),
    ):
        with transaction.atomic():
            ShareLink.objects.filter(pk=link.pk).update(**changed)
            [fault] = against_links.faults(cast.acme.pk)
            assert (fault.kind, what in fault.what) == (Kind.SHARE, True)
            transaction.set_rollback(True)
    ShareLink.objects.filter(pk=gone.pk).update(revoked_by=None, revoked_at=None)
    made = ShareLink.objects.get(pk=link.pk)
    made.pk, made.token_hash = None, "1" * 64
    made.save()
    ShareLink.objects.filter(pk=link.pk).delete()
    said = [fault.what for fault in against_links.faults(cast.acme.pk)]
    assert said == [
        f"the share link {gone.pk}, “Gone”: its taking back was changed since without an"
        " entry",
        f"the share link {made.pk}, “Bank” was made without an entry",
        f"the share link {link.pk} was taken away without an entry",
    ]


OFFERS = {
    "longer": (
        lambda offer: SeatOffer.objects.update(until_on=offer.until_on + timedelta(9)),
        "the offered seat {} of new@audit.example: its last day was changed since",
    ),
    "for another assessment": (
        lambda offer: SeatOffer.objects.update(
            assessment=Assessment.objects.exclude(pk=offer.assessment_id).get()
        ),
        "the offered seat {} of new@audit.example: its assessment was changed since",
    ),
    "for another person": (
        lambda _: Invitation.objects.update(email="foe@audit.example"),
        "the offered seat {} of foe@audit.example: its person was changed since",
    ),
    "taken away": (
        lambda _: SeatOffer.objects.all().delete(),
        "the offered seat {} of new@audit.example was taken away",
    ),
}


@pytest.mark.parametrize("name", OFFERS)
def test_offered_seat_is_held_against_its_entry(cast, here, name):
    factories.make_assessment(cast.acme, cast.ada, subject="Second")
    offer = seating.give(cast, here, email="new@audit.example")
    assert words(cast.acme) == []
    tamper, what = OFFERS[name]
    tamper(offer)
    assert words(cast.acme) == [
        (Kind.SEAT, f"{what.format(offer.pk)} without an entry")
    ]


def test_offered_seats_end_as_the_trail_says(cast, here):
    second = factories.make_assessment(cast.acme, cast.ada, subject="Second")
    back = seating.give(cast, here, email="back@audit.example")
    end_offer(by=cast.otto, offer=back)
    for email in ("gone@audit.example", "no@audit.example", cast.zoe.email):
        seating.give(cast, here, email=email)
        seating.give(cast, second, email=email, name="")
    gone, no, zoe = (
        Invitation.objects.get(email__startswith=start) for start in ("gone", "no", "z")
    )
    people.end_invitation(by=cast.ada, invitation=gone)
    people.decline_invitation(by=None, invitation=no)
    people.accept_invitation(by=cast.zoe, invitation=zoe)
    assert words(cast.acme) == []
    made = SeatOffer.objects.create(
        invitation=Invitation.objects.get(email="back@audit.example"),
        assessment=here,
        from_on=back.from_on,
        until_on=back.until_on,
        given_by=cast.otto,
    )
    [fault] = faults(cast.acme)
    assert f"{made.pk} of back@audit.example was offered without" in fault.what


def test_seat_and_action_made_up_are_named(cast, here):
    factories.make_action(cast.acme, cast.otto, title="Forged")
    now = timezone.now()
    seat = Seat.objects.create(
        assessment=here,
        user=cast.rob,
        from_on=now.date(),
        until_on=now.date(),
        given_at=now,
        given_by=cast.otto,
    )
    assert words(cast.acme) == [
        (Kind.ACTION, "AC-2 “Forged” was made without an entry"),
        (Kind.SEAT, f"the seat {seat.pk} of Rob Reader was given without an entry"),
    ]


def test_command_names_what_was_changed(cast, here, capsys):
    Assessment.objects.update(facts={})
    factories.begin_chains()
    with pytest.raises(Exception, match="1 of the chains do not stand as written"):
        call_command("verify_trail")
    text = capsys.readouterr().out
    assert f"“data” was changed since without an entry ({Kind.FACTS})" in text


def test_move_to_another_edition_and_back_raises_no_alarm(cast, here):
    new = factories.make_edition(5, number="2026.2", checklist=here.edition.checklist)
    moved = actions.upgrade(by=cast.otto, assessment=here, to=new, decisions={})
    assert words(cast.acme) == []
    actions.comment(by=cast.con, answer=here.answers.last(), text="New.")
    actions.undo_upgrade(by=cast.ada, upgrade=moved)
    assert words(cast.acme) == []


def test_assessment_carried_over_raises_no_alarm(cast, here):
    signing.answer(cast.con, here, "Q1", verdict="met")
    signing.answer(cast.con, here, "Q2", verdict="not_met")
    actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=here.edition,
        subject="Acme next year",
        period_from="2027-01-01",
        period_to="2027-12-31",
        facts={},
        earlier=here,
    )
    assert Attachment.objects.count() == 2
    assert words(cast.acme) == []


def test_assessment_that_came_in_a_bundle_is_held_against_what_it_came_with(cast):
    came = brought_in(bundle_of(make_everything(cast)), cast.other, cast.zoe)
    assert words(cast.other) == []
    with Guardless():
        Assessment.objects.filter(pk=came.pk).update(facts={})
        Attachment.objects.filter(answer__assessment=came).first().delete()
        Comment.objects.filter(answer__assessment=came, text="Done").update(text="No")
        task = Action.objects.filter(organisation=cast.other).first()
        Action.objects.filter(pk=task.pk).update(title="Other")
        Namesake.objects.filter(member=cast.con).update(member=cast.zoe)
        Origin.objects.update(brought_by=cast.ada)
    assert [fault.kind for fault in faults(cast.other)] == [
        Kind.FACTS,
        Kind.ATTACHMENT,
        Kind.COMMENT,
        Kind.NAME,
        Kind.NAME,
        Kind.ACTION,
    ]


def test_assessment_whose_beginning_is_not_told_raises_no_alarm(cast):
    found = factories.make_assessment(cast.acme, cast.ada, facts={"data": ["health"]})
    row = found.answers.first()
    factories.attach(row, factories.make_link(cast.acme, cast.con))
    Comment.objects.create(answer=row, author=cast.con, text="From before.")
    assert words(cast.acme) == []
