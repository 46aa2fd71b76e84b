"""The end of a directory's word: names, departures, authors, mails, places."""

import pytest
from django.core.exceptions import ValidationError

from compliance.assurance.reviews import actions as review
from compliance.assurance.reviews.preparers import preparers_of
from compliance.identity.organisations import actions as members
from compliance.identity.sign_on import actions as sign_on
from compliance.models import Answer, Directory, Event, Membership, Organisation, User
from compliance.programs.directory.actions import groups as directory_groups
from compliance.programs.directory.actions import rules
from compliance.proof.audit import trail
from compliance.work.assessments.actions import archive, take_up
from tests.programs.directory.calling import person, switch_on
from tests.programs.directory.test_people import OFF, ON, colleague, refused
from tests.support import factories, signing
from tests.support.mail_queue import send_queued

NAME = {"op": "replace", "path": "displayName", "value": "Other Name"}


def named(user):
    return User.objects.get(pk=user.pk).name


# Names


def test_directory_names_an_account_of_its_organisation_alone(scim, cast):
    ours = colleague(cast)
    boss = colleague(cast, "owner", "boss@acme.example")
    shared = colleague(cast, email="shared@acme.example")
    Membership.objects.create(organisation=cast.other, user=shared, role="reader")
    for user in (ours, boss, shared):
        reply = scim.patch(f"/Users/{user.pk}", NAME)
        assert (reply.status_code, reply.json()["displayName"]) == (200, named(user))
    assert named(ours) == "Other Name"
    assert named(boss) == named(shared) == "Cora Lleague"


def test_sample_is_no_other_organisation(scim, cast):
    user = colleague(cast)
    sample = factories.make_organisation("Sample")
    Organisation.objects.filter(pk=sample.pk).update(sample_of=user)
    Membership.objects.create(organisation=sample, user=user, role="owner")
    assert scim.patch(f"/Users/{user.pk}", NAME).status_code == 200
    assert named(user) == "Other Name"


def test_who_serves_all_organisations_is_renamed_by_none(scim, cast):
    runs, edits = colleague(cast), colleague(cast, email="ed@acme.example")
    members.make_administrator(email=runs.email)
    members.make_editor(by=None, email=edits.email)
    for user in (runs, edits):
        assert scim.patch(f"/Users/{user.pk}", NAME).status_code == 200
        assert named(user) == "Cora Lleague"


def test_account_that_was_there_keeps_its_name_until_a_change(scim, cast):
    user = factories.make_user("Nadia Herself", "new@acme.example")
    made = scim.make(name="Other Name").json()
    assert made["displayName"] == named(user) == "Nadia Herself"
    assert scim.patch(f"/Users/{made['id']}", NAME).status_code == 200
    assert named(user) == "Other Name"


PART_OF_A_NAME = [
    [{"op": "replace", "path": "name.familyName", "value": "Newer"}],
    [{"op": "replace", "path": "name.givenName", "value": "Nadja"}],
    [{"op": "replace", "value": {"name": {"familyName": "Newer"}}}],
    [{"op": "add", "value": {"name.familyName": "Newer"}}],
    [
        {"op": "remove", "path": "displayName"},
        {"op": "replace", "path": "name.familyName", "value": "Newer"},
    ],
]


@pytest.mark.parametrize("operations", PART_OF_A_NAME)
def test_part_of_a_name_leaves_the_name_whole(operations, scim):
    """Directories send what changed, and the other part is nowhere in Attest."""
    key = scim.make("Nadia New").json()["id"]
    reply = scim.patch(f"/Users/{key}", *operations)
    assert (reply.status_code, reply.json()["displayName"]) == (200, "Nadia New")
    assert User.objects.get(pk=key).name == "Nadia New"


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "replace", "path": "name.formatted", "value": "Nadja Newer"}],
        [
            {"op": "replace", "path": "name.givenName", "value": "Nadja"},
            {"op": "replace", "path": "name.familyName", "value": "Newer"},
        ],
        [
            {"op": "replace", "path": "name.familyName", "value": "Newer"},
            {"op": "replace", "path": "displayName", "value": "Nadja Newer"},
        ],
    ],
)
def test_whole_name_in_parts_renames(operations, scim):
    key = scim.make("Nadia New").json()["id"]
    reply = scim.patch(f"/Users/{key}", *operations)
    assert (reply.status_code, reply.json()["displayName"]) == (200, "Nadja Newer")


def test_person_of_one_name_is_called_by_it(scim):
    """A user who is made or replaced is sent whole: no other part is missing."""
    sent = {"userName": "new@acme.example", "name": {"givenName": "Sukarno"}}
    made = scim("POST", "/Users", sent).json()
    assert made["displayName"] == "Sukarno"
    sent["name"] = {"familyName": "Suharto"}
    reply = scim("PUT", f"/Users/{made['id']}", sent)
    assert (reply.status_code, reply.json()["displayName"]) == (200, "Suharto")


# Coming in and going out


def test_person_made_inactive_does_not_come_in_by_sign_on(scim, cast):
    provider = switch_on(cast.acme, "officer")
    key = scim.make(active=False).json()["id"]
    with pytest.raises(ValidationError, match="no longer a member"):
        sign_on.enter(sign_on=provider, person=person("new@acme.example"))
    assert not Membership.objects.filter(user=key).exists()
    assert scim.patch(f"/Users/{key}", ON).json()["active"] is True
    assert sign_on.enter(sign_on=provider, person=person("new@acme.example"))


def test_closed_account_is_a_member_until_the_directory_ends_it(scim, cast):
    user = colleague(cast)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert scim("GET", f"/Users/{user.pk}").json()["active"] is True
    assert scim.patch(f"/Users/{user.pk}", OFF).json()["active"] is False
    assert not Membership.objects.filter(user=user).exists()
    assert refused(scim.patch(f"/Users/{user.pk}", ON), 403, "is closed")


# Authors


def test_work_of_those_who_go_changes_hands_by_the_word_of_an_owner(scim, cast):
    second = factories.make_member(cast.acme, "owner", "Second", "second@x.example")
    user = colleague(cast)
    here = factories.make_assessment(cast.acme, cast.ada)
    Answer.objects.filter(assessment=here).update(owner=user)
    own = Membership.objects.get(organisation=cast.acme, user=cast.ada)
    members.leave(by=cast.ada, membership=own)
    assert scim.patch(f"/Users/{user.pk}", OFF).status_code == 200
    events = Event.objects.filter(action="answer.saved")
    assert {one.actor for one in events} == {second}
    assert set(here.answers.values_list("owner", "changed_by")) == {(None, second.pk)}


def test_same_rules_are_those_of_the_owner_who_keeps_them(scim, cast):
    second = factories.make_member(cast.acme, "owner", "Second", "second@x.example")
    kept = Directory.objects.get()
    for _ in range(2):
        rules.set_rules(by=second, organisation=cast.acme, role=kept.role, heir=None)
    assert Directory.objects.get().set_by == second
    [event] = Event.objects.filter(action="directory.set", actor=second)
    assert trail.changes(event)[1]["role"] == kept.role


def test_trail_names_no_person_where_the_directory_acted(scim, cast):
    scim.make()
    factories.make_user("Mallory", "two@acme.example")
    key = scim.make(email="two@acme.example").json()["id"]
    about = Event.objects.filter(action__in=["account.made", "account.changed"])
    acted = about.filter(payload__contains=f'"token":{scim.token.pk}')
    assert sorted(acted.values_list("action", "actor")) == [
        ("account.changed", None),
        ("account.made", None),
    ]
    group = scim.group("G", key).json()["id"]
    scim.patch(f"/Groups/{group}", {"op": "remove", "path": "members"})
    filled = Event.objects.filter(action="directory.group_filled").order_by("seq")
    changes = [trail.changes(one)[1] for one in filled]
    assert [(one["joined_ids"], one["left_ids"]) for one in changes] == [
        ([int(key)], []),
        ([], [int(key)]),
    ]


# The work of those who go


def test_question_that_does_not_apply_changes_hands_too(scim, cast):
    user = colleague(cast)
    here = factories.make_assessment(cast.acme, cast.ada)
    Answer.objects.filter(assessment=here).update(owner=user, applies=False)
    scim.patch(f"/Users/{user.pk}", OFF)
    assert not Answer.objects.filter(owner=user).exists()


def test_archived_assessment_that_is_taken_up_has_no_owner_who_is_gone(scim, cast):
    user = colleague(cast)
    here = factories.make_assessment(cast.acme, cast.ada)
    first, *_ = here.answers.all()
    Answer.objects.filter(assessment=here).update(owner=user)
    Answer.objects.filter(pk=first.pk).update(owner=cast.con)
    archive(by=cast.ada, assessment=here)
    scim.patch(f"/Users/{user.pk}", OFF)
    assert Answer.objects.filter(owner=user).exists()
    take_up(by=cast.ada, assessment=here)
    assert not Answer.objects.filter(owner=user).exists()
    first.refresh_from_db()
    assert (first.owner, first.version) == (cast.con, 0)
    event = Event.objects.filter(action="answer.saved").first()
    assert trail.changes(event)[1]["owner_id"] is None


@pytest.mark.parametrize("is_signed", [False, True])
def test_assessment_that_comes_back_has_no_owner_who_is_gone(is_signed, scim, cast):
    user = colleague(cast)
    here = signing.make_ready(cast)
    Answer.objects.filter(assessment=here).update(owner=user)
    review.send(by=cast.otto, assessment=here)
    if is_signed:
        signing.sign(cast.rev, here)
    scim.patch(f"/Users/{user.pk}", OFF)
    assert Answer.objects.filter(owner=user).exists()
    if is_signed:
        signing.reopen(cast.otto, cast.ada, here)
    else:
        review.return_for_changes(by=cast.ada, assessment=here, said="See Q2.")
    assert not Answer.objects.filter(assessment=here).exclude(owner=None).exists()
    for answer in here.answers.all():  # giving away is no answer: Ada may still sign
        assert cast.ada.pk not in preparers_of(here, answer)


# Mails and places


def test_person_who_goes_and_comes_gets_one_mail_an_hour(scim):
    key = scim.make().json()["id"]
    for _ in range(3):
        scim.patch(f"/Users/{key}", OFF)
        scim.patch(f"/Users/{key}", ON)
    mails = [one for one in send_queued() if one.to == ["new@acme.example"]]
    assert len(mails) == 1


def test_mails_of_a_directory_count_as_those_of_its_organisation(scim, monkeypatch):
    limits = "compliance.identity.organisations.rate_limits.MAILS_OF_ALL"
    monkeypatch.setattr(limits, {"mails_of_all": "2/h/key"})
    for number in range(3):
        assert scim.make(email=f"p{number}@acme.example").status_code == 201
    mails = [one for one in send_queued() if "acme.example" in one.to[0]]
    assert len([one for one in mails if one.subject.startswith("You are")]) == 2


def test_accounts_of_a_directory_have_a_bound(scim, settings):
    settings.ORGANISATION_MEMBERS = 1
    replies = [scim.make(email=f"p{number}@acme.example", active=False) for number in range(11)]
    assert [one.status_code for one in replies] == [201] * 10 + [400]
    assert refused(replies[-1], 400, "the most allowed")
    assert not User.objects.filter(email="p10@acme.example").exists()


def test_groups_have_a_bound(scim, monkeypatch):
    monkeypatch.setattr(directory_groups, "MOST_GROUPS", 1)
    assert scim.group("G").status_code == 201
    assert refused(scim.group("H"), 400, "the most allowed")


def test_directory_that_takes_the_name_of_a_colleague_shows_both_addresses(scim, cast):
    first, second = colleague(cast), colleague(cast, email="bruno@acme.example")
    User.objects.filter(pk=first.pk).update(name="Irena Kowalska")
    like = NAME | {"value": "Irena Kowalska"}
    reply = scim.patch(f"/Users/{second.pk}", like)
    assert (reply.status_code, reply.json()["displayName"]) == (200, "Irena Kowalska")
    for user in (first, second):
        user.refresh_from_db()
        assert str(user) == f"Irena Kowalska <{user.email}>"
