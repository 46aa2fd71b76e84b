"""Facts, evidence, comments, actions and seats that were changed below the program."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from compliance.assurance.reviews import actions as reviews
from compliance.assurance.seats.actions import end_offer, end_seat, revoke, share
from compliance.content.evidence.actions import add_link
from compliance.identity.organisations import actions as people
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
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.chain_check import Kind
from compliance.work.assessments import actions
from compliance.work.discussion import actions as discussion
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.edition_moves import undo
from compliance.work.remediation import actions as remediation
from tests.assurance.bundles.making import brought_in, bundle_of, make_everything
from tests.proof.audit.tampering import Guardless
from tests.support import auditor_seats, factories, signing

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path


@pytest.fixture
def here(cast):
    """An assessment with all that stands beside answers, by the ordinary actions."""
    edition = factories.make_edition()
    factories.take_into_trail(cast.acme)
    found = actions.start(
        by=cast.otto,
        organisation=cast.acme,
        edition=edition,
        subject="Acme",
        period_from="2026-01-01",
        period_to="2026-12-31",
        facts={"data": ["health"]},
    )
    actions.change_facts(by=cast.otto, assessment=found, facts={"data": []})
    first, second, third = found.answers.order_by("question__position")
    kept, gone = (
        add_link(by=cast.con, organisation=cast.acme, url="https://a.example", title=t) for t in "AB"
    )
    for proof in (kept, gone):
        actions.attach(by=cast.con, answer=first, evidence=proof)
    actions.detach(by=cast.con, answer=first, evidence=gone)
    said = discussion.comment(by=cast.con, answer=first, text="It is in the binder.")
    discussion.comment(by=cast.rev, answer=second, text="Which one?")
    discussion.resolve(by=cast.rev, answer=first, comment=said)
    task = remediation.create_action(
        by=cast.otto,
        organisation=cast.acme,
        fields={"title": "Write it", "owner_id": cast.con.pk},
        answer_ids=[second.pk],
    )
    at = {"by": cast.con, "organisation": cast.acme, "number": task.number}
    remediation.change_action(**at, changes={"effort_days": Decimal(3)}, base=0)
    remediation.link_answer(**at, answer_id=third.pk)
    remediation.link_answer(**at, answer_id=first.pk)
    remediation.unlink_answer(**at, answer_id=first.pk)
    seat = auditor_seats.give(cast, found)
    end_seat(by=cast.otto, seat=seat)
    return found


def faults(organisation):
    return list(tables.faults(organisation.pk))


def words(organisation):
    return [fault.what for fault in faults(organisation)]


def test_ordinary_work_raises_no_alarm(cast, here):
    sent = signing.make_sent(cast)
    signing.look(cast.rev, sent, "Q1", "returned", "Say since when.")
    reviews.return_for_changes(by=cast.rev, assessment=sent)
    assert Comment.objects.filter(text="Returned: Say since when.").exists()
    [made] = words(cast.acme)  # of the factory
    assert made.endswith("(“Policy”) was put in")
    assert verification.verify(cast.acme.pk) is None


TAMPERED = {
    "facts": (
        lambda: Assessment.objects.update(facts={"data": ["health"]}),
        "assessment {assessment} (“Privacy, Acme”): “facts” was changed",
        "assessment.facts_changed",
    ),
    "a fact more": (
        lambda: Assessment.objects.update(facts={"data": [], "size": ["big"]}),
        "assessment {assessment} (“Privacy, Acme”): “facts” was changed",
        "assessment.facts_changed",
    ),
    "subject": (
        lambda: Assessment.objects.update(subject="Acme Ltd"),
        "assessment {assessment} (“Privacy, Acme Ltd”): “subject” was changed",
        "assessment.facts_changed",
    ),
    "period": (
        lambda: Assessment.objects.update(period_to="2027-12-31"),
        "assessment {assessment} (“Privacy, Acme”): “period to” was changed",
        "assessment.facts_changed",
    ),
    "evidence taken out": (
        lambda: Attachment.objects.all().delete(),
        "attachment {attachment} (“{kept} in {first}”) was taken away",
        "evidence.attached",
    ),
    "evidence put back": (
        lambda: put("Q1", "B"),
        "attachment {new} (“{gone} in {first}”) was put in",
        "",
    ),
    "evidence put elsewhere": (
        lambda: put("Q3", "B"),
        "attachment {new} (“{gone} in {third}”) was put in",
        "",
    ),
    "words of a comment": (
        lambda: first_comment().update(text="It is lost."),
        "comment {comment} (“It is lost.”): “text” was changed",
        "comment.resolved",
    ),
    "author of a comment": (
        lambda: first_comment().update(author=Comment.objects.last().author),
        "comment {comment} (“It is in the binder.”): “author” was changed",
        "comment.resolved",
    ),
    "comment opened": (
        lambda: first_comment().update(resolved_at=None, resolved_by=None),
        "comment {comment} (“It is in the binder.”): “resolved at” and “resolved by” were changed",
        "comment.resolved",
    ),
    "comment taken away": (
        lambda: first_comment().delete(),
        "comment {comment} (“It is in the binder.”) was taken away",
        "comment.resolved",
    ),
    "comment made up": (
        lambda: Comment.objects.create(
            answer=answer("Q3"), author=first_comment().get().author, text="Fine."
        ),
        "comment {new} (“Fine.”) was put in",
        "",
    ),
    "comment that nobody returned": (
        lambda: Comment.objects.create(
            answer=answer("Q3"), author=first_comment().get().author, text="Returned: x"
        ),
        "comment {new} (“Returned: x”) was put in",
        "",
    ),
    "owner of an action": (
        lambda: Action.objects.update(owner=None),
        "action {action} (“Write it”): “owner” was changed",
        "action.changed",
    ),
    "effort of an action": (
        lambda: Action.objects.update(effort_days="0.5"),
        "action {action} (“Write it”): “effort days” was changed",
        "action.changed",
    ),
    "status of an action": (
        lambda: Action.objects.update(status="doing"),
        "action {action} (“Write it”): “status” was changed",
        "action.changed",
    ),
    "action about nothing": (
        lambda: ActionLink.objects.filter(answer=answer("Q2")).delete(),
        "action link {link} (“{action} for {second}”) was taken away",
        "action.created",
    ),
    "action about more": (
        lambda: ActionLink.objects.create(action=Action.objects.get(), answer=answer("Q1")),
        "action link {new} (“{action} for {first}”) was put in",
        "",
    ),
    "action taken away": (
        lambda: Action.objects.all().delete(),
        "action {action} (“Write it”) was taken away",
        "action.changed",
    ),
    "seat of another": (
        lambda: Seat.objects.update(user=Comment.objects.last().author),
        "seat {seat} (“Rev Iewer, until {until}”): “user” was changed",
        "seat.ended",
    ),
    "longer seat": (
        lambda: Seat.objects.update(until_on=timezone.localdate() + timedelta(days=200)),
        "seat {seat} (“Aud Itor, until {later}”): “until on” was changed",
        "seat.ended",
    ),
    "seat opened again": (
        lambda: Seat.objects.update(ended_at=None, ended_by=None),
        "seat {seat} (“Aud Itor, until {until}”): “ended at” and “ended by” were changed",
        "seat.ended",
    ),
    "seat taken away": (
        lambda: Seat.objects.all().delete(),
        "seat {seat} (“Aud Itor, until {until}”) was taken away",
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
    tamper, what, about = TAMPERED[name]
    seat, said = Seat.objects.get(), ids(here)
    assert words(cast.acme) == []
    with Guardless():
        made = tamper()
    (fault, *links) = faults(cast.acme)
    what = what.format(
        **said,
        until=seat.until_on,
        later=Seat.objects.values_list("until_on", flat=True).first(),
        new=getattr(made, "pk", 0),
    )
    assert fault.what == what + since(fault)
    assert all(link.what.startswith("action link") for link in links)
    event = trail.events_of(cast.acme.pk).filter(seq=fault.seq).first()
    assert getattr(event, "action", "") == about


def since(fault):
    return f" after event {fault.seq}" if fault.seq else ""


def ids(here):
    """Names and numbers of the rows of ``here``, as faults call them."""
    first, second, third = here.answers.order_by("question__position")
    kept, gone = (here.organisation.evidence.get(title=title) for title in "AB")
    return {
        "assessment": here.pk,
        "first": first.pk,
        "second": second.pk,
        "third": third.pk,
        "kept": kept.pk,
        "gone": gone.pk,
        "attachment": Attachment.objects.get().pk,
        "comment": first_comment().get().pk,
        "action": Action.objects.get().pk,
        "link": ActionLink.objects.get(answer=second).pk,
        "seat": Seat.objects.get().pk,
    }


def test_share_link_is_held_against_its_entry(cast, here):
    link, _ = share(by=cast.otto, assessment=here, label="Bank", days=30)
    gone, _ = share(by=cast.otto, assessment=here, label="Gone", days=30)
    revoke(by=cast.otto, link=gone)
    assert links(cast.acme) == []
    revoked = trail.head_of(cast.acme.pk)[0]
    later = link.expires_at + timedelta(days=1)
    for changed, what in (
        ({"expires_at": later}, "“expires at” was changed"),
        ({"token_hash": "0" * 64}, "“token hash” was changed"),
        ({"label": "Other"}, "“label” was changed"),
        ({"revoked_by": cast.otto, "revoked_at": later}, "“revoked by” were changed"),
    ):
        with transaction.atomic():
            ShareLink.objects.filter(pk=link.pk).update(**changed)
            [found] = links(cast.acme)
            assert what in found
            transaction.set_rollback(True)
    ShareLink.objects.filter(pk=gone.pk).update(revoked_by=None, revoked_at=None)
    made = ShareLink.objects.get(pk=link.pk)
    made.pk, made.token_hash = None, "1" * 64
    made.save()
    ShareLink.objects.filter(pk=link.pk).delete()
    until = f"until {link.expires_at:%Y-%m-%d}"
    assert links(cast.acme) == [
        f"share link {gone.pk} (“Gone, {until}”): “revoked at” and “revoked by” were"
        f" changed after event {revoked}",
        f"share link {made.pk} (“Bank, {until}”) was put in",
        f"share link {link.pk} (“Bank, {until}”) was taken away after event {revoked - 2}",
    ]


def links(organisation):
    return [fault.what for fault in tables.faults(organisation.pk)]


OFFERS = {
    "longer": (
        lambda offer: SeatOffer.objects.update(until_on=offer.until_on + timedelta(9)),
        "seat offer {}",
        "“until on” was changed",
    ),
    "for another assessment": (
        lambda offer: SeatOffer.objects.update(
            assessment=Assessment.objects.exclude(pk=offer.assessment_id).get()
        ),
        "seat offer {}",
        "“assessment” was changed",
    ),
    "for another person": (
        lambda _: Invitation.objects.update(email="foe@audit.example"),
        "invitation {} (“foe@audit.example",
        "“email” was changed",
    ),
    "taken away": (
        lambda _: SeatOffer.objects.all().delete(),
        "seat offer {}",
        "was taken away",
    ),
}


@pytest.mark.parametrize("name", OFFERS)
def test_offered_seat_is_held_against_its_entry(cast, here, name):
    factories.make_assessment(cast.acme, cast.ada, subject="Second")
    factories.take_into_trail(cast.acme)
    offer = auditor_seats.give(cast, here, email="new@audit.example")
    assert words(cast.acme) == []
    tamper, row, what = OFFERS[name]
    about = offer.invitation if row.startswith("invitation") else offer
    tamper(offer)
    [found] = words(cast.acme)
    assert found.startswith(row.format(about.pk))
    assert what in found


def test_offered_seats_end_as_the_trail_says(cast, here):
    second = factories.make_assessment(cast.acme, cast.ada, subject="Second")
    factories.take_into_trail(cast.acme)
    back = auditor_seats.give(cast, here, email="back@audit.example")
    end_offer(by=cast.otto, offer=back)
    for email in ("gone@audit.example", "no@audit.example", cast.zoe.email):
        auditor_seats.give(cast, here, email=email)
        auditor_seats.give(cast, second, email=email, name="")
    gone, no, zoe = (Invitation.objects.get(email__startswith=start) for start in ("gone", "no", "z"))
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
    [found] = words(cast.acme)
    assert found.startswith(f"seat offer {made.pk} ")
    assert found.endswith("was put in")


def test_seat_and_action_made_up_are_named(cast, here):
    task = factories.make_action(cast.acme, cast.otto, title="Forged")
    now = timezone.now()
    seat = Seat.objects.create(
        assessment=here,
        user=cast.rob,
        from_on=now.date(),
        until_on=now.date(),
        given_at=now,
        given_by=cast.otto,
    )
    assert set(words(cast.acme)) == {
        f"action {task.pk} (“Forged”) was put in",
        f"seat {seat.pk} (“Rob Reader, until {now:%Y-%m-%d}”) was put in",
    }


def test_command_names_what_was_changed(cast, here, capsys):
    Assessment.objects.update(facts={})
    factories.begin_chains()
    with pytest.raises(Exception, match="1 of the chains are not as written"):
        call_command("verify_trail")
    text = capsys.readouterr().out
    seq = trail.events_of(cast.acme.pk).get(action="assessment.facts_changed").seq
    assert f"“facts” was changed after event {seq} ({Kind.ROW})" in text


def test_move_to_another_edition_and_back_raises_no_alarm(cast, here):
    new = factories.make_edition(5, number="2026.2", checklist=here.edition.checklist)
    moved = edition_moves.upgrade(by=cast.otto, assessment=here, to=new, decisions={})
    assert words(cast.acme) == []
    discussion.comment(by=cast.con, answer=here.answers.last(), text="New.")
    undo.undo_upgrade(by=cast.ada, upgrade=moved)
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
    assert {what.partition(" ")[0] for what in words(cast.other)} == {
        "assessment",
        "attachment",
        "comment",
        "namesake",
        "origin",
        "action",
    }


def test_assessment_whose_beginning_is_not_recorded_raises_no_alarm(cast):
    found = factories.make_assessment(cast.acme, cast.ada, facts={"data": ["health"]})
    row = found.answers.first()
    factories.attach(row, factories.make_link(cast.acme, cast.con))
    Comment.objects.create(answer=row, author=cast.con, text="From before.")
    assert words(cast.acme) == []
