"""The sample of a person: an invented organisation with some of the demo's assessments.

All samples share the accounts of the other people in them. Nobody can sign in to these
accounts, and they get no mail, since their addresses end in ``.invalid`` (RFC 2606).
"""

import secrets
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.crypto import salted_hmac

from compliance.content.checklists.choices import EditionStatus
from compliance.content.checklists.models import Edition
from compliance.ground.web import mail
from compliance.identity.organisations.actions import join, lock_person, make_account
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.events import ORGANISATION_CREATED
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.demo.cast import Cast
from compliance.operations.demo.loading import load_file
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import attempt, writing
from compliance.reporting.reports import tasks as reports
from compliance.work.assessments.choices import AssessmentStatus

FOLDER = settings.BASE_DIR / "seeds" / "demo"
FILES = ("demo.yaml", "gdpr-2025.yaml")
"""One year of a checklist that is under way, and one that is signed."""
SELF = "ada"
"""The part that the person plays."""
NOT_HERE = (
    "The library of this installation lacks the checklist of the sample. Ask the"
    " administrator of this installation to load it."
)


def is_offered() -> bool:
    """Whether the library has the editions that the sample answers."""
    wanted = {(one["checklist"], one["edition"]) for file in _files() for one in file["assessments"]}
    library = Edition.objects.filter(checklist__organisation=None)
    final = library.exclude(status=EditionStatus.DRAFT)
    return wanted <= set(final.values_list("checklist__key", "number"))


def sample_of(person: User) -> Organisation | None:
    """The sample that a person has, if any."""
    return Organisation.objects.filter(sample_of=person).first()


def open_sample(*, by: User, pk: UUID | None = None) -> Organisation:
    """The sample of a person; makes one, with that key, in one transaction if there is none.

    Raises ``ValidationError`` if the library lacks its checklist.
    """
    if not is_offered():
        raise ValidationError(NOT_HERE)
    with mail.quiet(), writing():
        lock_person(by)
        return sample_of(by) or _made(by, pk or uuid4())


def _made(by: User, pk: UUID) -> Organisation:
    files = list(_files())
    first = files[0]
    name = f"{first['organisation']['name']} (sample)"
    organisation = Organisation(pk=pk, name=name, slug=f"sample-{secrets.token_hex(4)}", sample_of=by)
    organisation.full_clean()
    organisation.save(force_insert=True)
    trail.begin_disposable(organisation.pk)
    trail.record(
        by=by,
        organisation_id=organisation.pk,
        action=ORGANISATION_CREATED,
        subject=organisation,
        after={"name": name, "slug": organisation.slug},
    )
    join(by, organisation, by, Role.OWNER)
    people = {SELF: by}
    for one in first["people"]:
        if one["key"] != SELF:
            people[one["key"]] = person = _colleague(one)
            join(by, organisation, person, one["role"])
    cast = Cast(organisation, people, {})
    for one in files:
        load_file(cast, one)
    for signed in organisation.assessments.filter(status=AssessmentStatus.SIGNED):
        reports.ask(by=by, assessment=signed)
    return organisation


def _colleague(entry: dict[str, Any]) -> User:
    """The account of an invented person, the same in each sample.

    Nobody can guess its address: whoever was invited under it before would have a
    password, and would see all samples.
    """
    made = salted_hmac("compliance.operations.samples", entry["key"], algorithm="sha256")
    mark = made.hexdigest()[:8]
    email = f"{entry['key']}-{mark}@sample.invalid"
    if found := User.objects.filter(email=email).first():
        return found
    try:
        with attempt():
            return make_account(email=email, name=entry["name"], password=None)
    except IntegrityError:  # another sample was faster
        return User.objects.get(email=email)


def _files() -> Iterator[dict[str, Any]]:
    for name in FILES:
        yield yaml.load((FOLDER / name).read_text(), Loader=yaml.CSafeLoader)
