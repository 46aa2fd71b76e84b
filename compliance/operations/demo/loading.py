"""The demo organisation: read from ``seeds/demo``, made once, by the ordinary actions."""

from pathlib import Path
from typing import Any

import yaml

from compliance.ground.web import mail
from compliance.identity.organisations.actions import join, make_account, make_editor
from compliance.identity.organisations.events import ORGANISATION_CREATED
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.operations.demo import assessments, evidence
from compliance.operations.demo.answers import change, propose, take
from compliance.operations.demo.cast import Cast
from compliance.operations.demo.checklists import store_edition
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing

PASSWORD = "attest demo 2026"  # noqa: S105 (printed on the screen, for the demo)
Person = tuple[str, str, str, str]


def load_demo(folder: Path) -> list[Person]:
    """Make the demo organisations unless they are there; everyone who can sign in.

    ``demo.yaml`` has the organisations and their people; it and every other file of
    the folder have evidence and assessments. A person is (organisation, role, name,
    e-mail). All of it is made in one transaction, the files of evidence before it.
    None of them gets a mail.
    """
    main = _read(folder / "demo.yaml")
    slugs = [main["organisation"]["slug"], main["stranger"]["organisation"]["slug"]]
    if not Organisation.objects.filter(slug__in=slugs).exists():
        others = sorted(set(folder.glob("*.yaml")) - {folder / "demo.yaml"})
        with mail.quiet(), writing():
            _make(main, [main, *map(_read, others)])
    members = Membership.objects.filter(organisation__slug__in=slugs).select_related("organisation", "user")
    return [
        (m.organisation.name, m.get_role_display(), m.user.name, m.user.email) for m in members.order_by("pk")
    ]


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.load(path.read_text(), Loader=yaml.CSafeLoader))


def _make(main: dict[str, Any], files: list[dict[str, Any]]) -> None:
    organisation = _organisation(main["organisation"])
    people = {one["key"]: _person(organisation, one) for one in main["people"]}
    elsewhere = _organisation(main["stranger"]["organisation"])
    _person(elsewhere, main["stranger"]["person"])
    cast = Cast(organisation, people, {})
    for file in files:
        load_file(cast, file)
    for one in main["taken"]:
        take(cast, one)
    for file in files:
        for one in file.get("later", []):
            evidence.describe(cast, one)
        for one in file.get("changed", []):
            change(cast, one)


def load_file(cast: Cast, file: dict[str, Any]) -> None:
    """Make all that a file lists; editions but the first come after its assessments."""
    editions = file.get("editions", [])
    for edition in editions[:1]:
        store_edition(cast.organisation, cast["ada"], file["checklist"], edition)
    by = cast[file["assessments"][0]["started_by"]]
    for piece in file["evidence"]:
        evidence.add(cast, by, piece)
    for one in file["assessments"]:
        assessments.make(cast, one)
    for one in file.get("proposed", []):
        propose(cast, one)
    for edition in editions[1:]:
        store_edition(cast.organisation, cast["ada"], file["checklist"], edition)


def _organisation(fields: dict[str, Any]) -> Organisation:
    organisation = Organisation.objects.create(**fields)
    trail.record(
        by=None,
        organisation_id=organisation.pk,
        action=ORGANISATION_CREATED,
        subject=organisation,
        after=dict(fields),
    )
    return organisation


def _person(organisation: Organisation, entry: dict[str, Any]) -> User:
    user = make_account(email=entry["email"], name=entry["name"], password=PASSWORD, is_verified=True)
    if entry.get("is_editor"):
        make_editor(by=None, email=user.email)
    join(None, organisation, user, entry["role"])
    return user
