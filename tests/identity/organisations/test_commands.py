"""One list of commands: for whom each is, and that menus lead nowhere else."""

import re

import pytest
from django.urls import reverse

from compliance.identity.organisations.access import ALLOWED, Permission, granted
from compliance.identity.organisations.choices import Among
from compliance.identity.organisations.commands import COMMANDS, Ways
from compliance.models import AccessPolicy
from tests.support.factories import make_assessment

PEOPLE = ("ada", "otto", "con", "rev", "rob", "aud")


@pytest.fixture
def one(cast):
    return make_assessment(cast.acme, cast.ada)


def may_of(cast, name):
    return granted(cast.acme.memberships.get(user=getattr(cast, name)))


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.slow
def test_each_command_opens_for_whom_it_is_offered(name, cast, sign_in_freshly, one):
    client, may = sign_in_freshly(getattr(cast, name)), may_of(cast, name)
    offered = Ways(may).all
    for command in COMMANDS:
        status = client.get(command.url("acme", one.pk)).status_code
        if command in offered:
            assert status in {200, 302}, command.name
        elif command.door or command.unless in may:
            continue  # its page lets more people in, or another command leads there
        else:
            assert status == 403, command.name


def test_rights_of_a_command_are_those_of_its_door():
    rights = {one.name: one.rights for one in COMMANDS}
    assert rights["Audit pack"] == {Permission.TRAIL, Permission.EXPORT}
    assert rights["Assign questions"] == {Permission.ASSESS}
    assert rights["PDF report"] == {Permission.REPORT}


def test_names_that_one_person_sees_lead_to_one_place():
    for may in ALLOWED.values():
        names = [(one.name, one.menu) for one in Ways(may).all]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("name", PEOPLE)
def test_menus_of_a_page_hold_commands_only(name, cast, sign_in, one):
    path = "/o/acme/audit/calendar/" if name == "aud" else one.get_absolute_url()
    page = sign_in(getattr(cast, name)).get(path).content.decode()
    home = cast.acme.memberships.get(user=getattr(cast, name)).get_absolute_url()
    own = {reverse("organisations:leave", args=["acme"]), home}
    offered = {command.url("acme", one.pk) for command in COMMANDS}
    menu = re.search(r'<details class="menu org">.*?</details>', page, re.S)[0]
    led = set(re.findall(r'href="(/o/[^"]*)"', menu))
    assert led - own <= offered
    assert len(led) >= 3


def export_menu(client, assessment):
    page = client.get(assessment.get_absolute_url()).content.decode()
    return re.search(r'<details class="menu menu-end exports">.*?</details>', page, re.S)[0]


NAMES = [
    "PDF report",
    "Spreadsheet (XLSX)",
    "Audit pack",
    "Bundle",
    "Calendar of dates (ICS)",
]


def links_of(menu):
    return re.findall(r'<span class="strong">([^<]*)<', menu)


@pytest.mark.parametrize(
    ("name", "missing"),
    [("ada", []), ("rev", ["Bundle"]), ("rob", ["Audit pack", "Bundle"])],
)
def test_export_menu_has_what_the_person_may_take(name, missing, cast, sign_in, one):
    menu = export_menu(sign_in(getattr(cast, name)), one)
    assert links_of(menu) == [one for one in NAMES if one not in missing]
    assert ("see whom to ask" in menu) == bool(missing)


def test_export_page_says_whom_to_ask(cast, sign_in, one):
    url = reverse("exports:list", args=["acme", one.pk])
    page = " ".join(sign_in(cast.rob).get(url).content.decode().split())
    asked = page[page.index("others-h") :]
    assert "Ada Lindqvist" in asked
    assert "Otto Weber" in asked
    assert "Con Tributor" not in asked
    assert "Make an audit pack" not in page
    assert "others-h" not in sign_in(cast.ada).get(url).content.decode()


def test_export_page_names_the_owner_where_the_policy_leaves_files_to_owners(cast, sign_in, one):
    AccessPolicy.objects.create(organisation=cast.acme, exports=Among.OWNERS)
    menu = export_menu(sign_in(cast.otto), one)
    assert links_of(menu) == [NAMES[0], NAMES[1], NAMES[4]]  # a sheet may come in
    url = reverse("exports:list", args=["acme", one.pk])
    page = " ".join(sign_in(cast.otto).get(url).content.decode().split())
    assert page.count("ask <bdi>Ada Lindqvist</bdi>") == 2


def test_export_page_of_another_organisation_is_not_there(cast, sign_in, one):
    url = reverse("exports:list", args=["acme", one.pk])
    assert sign_in(cast.zoe).get(url).status_code == 404
