"""Actions: what changes, what the trail says, what is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.mail import queue_mail
from compliance.identity.organisations import actions
from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.identity.organisations.choices import Role
from compliance.models import Event, Invitation, Membership, Organisation, User
from compliance.proof.audit import trail, verification
from tests.support.factories import make_member, make_user
from tests.support.mail_queue import queued, refuse_with, run_queued, send_queued


def member_of(user, organisation):
    return Membership.objects.get(user=user, organisation=organisation)


def events(organisation):
    rows = Event.objects.filter(organisation_id=organisation.pk)
    return [(e.action, e.actor, *trail.changes(e)) for e in rows]


def test_created_organisation_has_its_owner_and_two_events(db):
    user = make_user("Ada", "ada@example.org")
    organisation = actions.create_organisation(by=user, owner=user, name="Acme Ltd")
    assert member_of(user, organisation).role == Role.OWNER
    assert events(organisation) == [
        (
            "organisation.created",
            user,
            {},
            {"name": "Acme Ltd", "slug": organisation.slug},
        ),
        ("member.added", user, {}, {"person": "ada@example.org", "role": "owner"}),
    ]
    assert verification.verify(organisation.pk) is None


def test_same_name_twice_reveals_nothing_of_the_first(db):
    user = make_user()
    slugs = {actions.create_organisation(by=user, owner=user, name="Ακμή").slug for _ in range(3)}
    assert len(slugs) == 3
    assert {slug.rpartition("-")[0] for slug in slugs} == {"organisation"}


def test_failed_creation_leaves_nothing(db, monkeypatch):
    user = make_user()

    def fail(**event):
        raise RuntimeError

    monkeypatch.setattr(trail, "record", fail)
    with pytest.raises(RuntimeError):
        actions.create_organisation(by=user, owner=user, name="Acme")
    assert not Organisation.objects.exists()


def test_failed_joining_leaves_no_user(cast, monkeypatch):
    made = invite(cast)

    def fail(**event):
        raise RuntimeError

    monkeypatch.setattr(trail, "record", fail)
    with pytest.raises(RuntimeError):
        actions.accept_as_new(invitation=made, name="New", password="x" * 12)
    assert not User.objects.filter(email="new@example.org").exists()
    assert Invitation.objects.get() == made


def invite(cast, by=None, email=" New@example.org", role="reader"):
    return actions.invite(by=by or cast.ada, organisation=cast.acme, email=email, name="New", role=role)


def test_changed_and_removed_are_on_the_trail(cast):
    membership = member_of(cast.rob, cast.acme)
    actions.change_role(by=cast.ada, membership=membership, role="officer")
    actions.change_role(by=cast.ada, membership=membership, role="officer")
    actions.remove_member(by=cast.ada, membership=membership)
    assert events(cast.acme) == [
        ("member.role_changed", cast.ada, {"role": "reader"}, {"role": "officer"}),
        (
            "member.removed",
            cast.ada,
            {
                "person": "rob@example.org",
                "role": "officer",
                "user_id": cast.rob.pk,
            },
            {},
        ),
    ]
    assert not Membership.objects.filter(pk=membership.pk).exists()


@pytest.mark.parametrize("how", ["removed", "auditor"])
def test_mail_that_waits_for_a_member_who_goes_is_dropped(cast, monkeypatch, how):
    def ask(person, organisation):
        queue_mail(
            organisation_id=organisation and organisation.pk,
            to=person.email,
            subject="x",
            template="mentioned",
            context={},
        )

    refuse_with(monkeypatch, ConnectionRefusedError())
    ask(cast.rob, cast.acme)
    send_queued()  # it waits for its next try
    monkeypatch.undo()
    for person, organisation in (
        (cast.rob, cast.acme),
        (cast.rob, cast.other),
        (cast.rob, None),
        (cast.con, cast.acme),
    ):
        ask(person, organisation)
    row = member_of(cast.rob, cast.acme)
    actions.change_role(by=cast.ada, membership=row, role="contributor")
    if how == "removed":
        actions.remove_member(by=cast.ada, membership=row)
    else:
        actions.change_role(by=cast.ada, membership=row, role="auditor")
    left = [task.args_kwargs for task in queued()]
    assert [(one["args"][0], one["kwargs"].get("organisation")) for one in left] == [
        (cast.rob.email, str(cast.other.pk)),
        (cast.rob.email, None),
        (cast.con.email, str(cast.acme.pk)),
    ]
    gone = DBTaskResult.objects.exclude(pk__in=queued())
    assert cast.rob.email not in str(gone.values_list("args_kwargs"))


def test_mail_under_way_to_a_member_who_goes_is_not_sent_again(cast, monkeypatch):
    def fail(self, *args, **kwargs):
        actions.remove_member(by=cast.ada, membership=member_of(cast.rob, cast.acme))
        raise ConnectionRefusedError

    queue_mail(
        organisation_id=cast.acme.pk,
        to=cast.rob.email,
        subject="x",
        template="mentioned",
        context={},
    )
    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    [task] = run_queued()
    assert (task.status, task.return_value) == ("SUCCESSFUL", "dropped")
    assert not queued().exists()


@pytest.mark.parametrize("giver", ["otto", "con", "rev", "rob", "aud", "zoe"])
def test_nobody_gives_a_role_above_their_own(giver, cast):
    by = getattr(cast, giver)
    target = member_of(cast.rob, cast.acme)
    with pytest.raises(ValidationError, match="above your own"):
        actions.change_role(by=by, membership=target, role="owner")
    with pytest.raises(ValidationError, match="above your own"):
        actions.remove_member(by=by, membership=member_of(cast.ada, cast.acme))
    with pytest.raises(ValidationError, match="above your own"):
        invite(cast, by, "x@e.org", "owner")
    assert member_of(cast.rob, cast.acme).role == "reader"
    assert events(cast.acme) == []


def test_last_owner_counts_only_owners_who_can_sign_in(cast):
    second = make_member(cast.acme, "owner", "Second Owner")
    second.is_active = False
    second.save()
    row = member_of(cast.ada, cast.acme)
    with pytest.raises(ValidationError, match="last owner"):
        actions.remove_member(by=cast.ada, membership=row)
    with pytest.raises(ValidationError, match="last owner"):
        actions.change_role(by=cast.ada, membership=row, role="officer")
    second.is_active = True
    second.save()
    actions.change_role(by=cast.ada, membership=row, role="officer")
    assert member_of(cast.ada, cast.acme).role == "officer"


def test_stale_membership_is_read_anew(cast):
    """Two owners lower each other at the same moment: the second is refused."""
    second = make_member(cast.acme, "owner", "Second Owner")
    ada, other = member_of(cast.ada, cast.acme), member_of(second, cast.acme)
    actions.change_role(by=cast.ada, membership=other, role="reader")
    with pytest.raises(ValidationError, match="above your own"):
        actions.change_role(by=second, membership=ada, role="reader")
    with pytest.raises(ValidationError, match="last owner"):
        actions.remove_member(by=cast.ada, membership=ada)


def test_member_who_is_gone_meanwhile_is_refused_in_words(cast):
    """Two owners have the page of one member open; the other one was faster."""
    con = member_of(cast.con, cast.acme)
    actions.remove_member(by=cast.ada, membership=member_of(cast.con, cast.acme))
    count = Event.objects.count()
    for action, more in (
        (actions.remove_member, {}),
        (actions.change_role, {"role": "reader"}),
        (actions.sign_out_member, {}),
    ):
        with pytest.raises(ValidationError, match="is no longer a member"):
            action(by=cast.ada, membership=con, **more)
    with pytest.raises(ValidationError, match="is no longer a member"):
        actions.leave(by=cast.con, membership=con)
    assert Event.objects.count() == count


def test_owner_of_meanwhile_is_signed_out_by_no_officer(cast):
    con = member_of(cast.con, cast.acme)
    actions.change_role(by=cast.ada, membership=member_of(cast.con, cast.acme), role="owner")
    with pytest.raises(ValidationError, match="above your own"):
        actions.sign_out_member(by=cast.otto, membership=con)


def test_only_owners_may_change_members():
    may = {role for role, allowed in ALLOWED.items() if Permission.MEMBERS in allowed}
    assert may == {Role.OWNER}


def test_database_refuses_a_second_membership_and_an_unknown_role(cast):
    for role, user in (("reader", cast.ada), ("king", make_user())):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(organisation=cast.acme, user=user, role=role)


@pytest.mark.parametrize("email", ["Ada@Example.org", "zoe@example.org"])
def test_command_invites_the_owner_with_a_link(cast, capsys, settings, email):
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    call_command("create_organisation", "Beta & Co", owner=email)
    first, second, link = capsys.readouterr().out.splitlines()
    assert first == "Beta & Co: /o/beta-co/"
    assert second.startswith(f"{email.lower()} opens this link")
    assert link.startswith("http://127.0.0.1:8000/invitation/")
    made = Invitation.objects.get()
    assert (made.role, made.organisation.slug) == ("owner", "beta-co")
    assert not made.organisation.memberships.exists()
    token = link.split("/")[-2]
    assert Invitation.opened_by(actions.hash_of(token)) == made


def test_command_mails_the_link_where_a_mail_server_is_set(db, capsys):
    call_command("create_organisation", "Beta", owner="new@example.org")
    assert "A mail with a link is on its way" in capsys.readouterr().out
    (mail,) = send_queued()
    assert mail.subject == "You are invited to Beta"
    assert mail.body.startswith("You are invited to Beta on Attest, as owner.")


def test_command_refuses_a_taken_address_and_a_bad_name(cast):
    with pytest.raises(CommandError, match="already exists"):
        call_command("create_organisation", "Acme", owner="new@example.org")
    with pytest.raises(CommandError, match="one line"):
        call_command("create_organisation", "A\nB", owner="new@example.org")
    with pytest.raises(CommandError, match="valid email"):
        call_command("create_organisation", "Gamma", owner="nobody")
    assert not Organisation.objects.filter(name="Gamma").exists()
