"""The demo organisation: read from ``seeds/demo``, made once, by the ordinary actions."""

from pathlib import Path
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from compliance.assessments import actions
from compliance.assessments.models import Answer, Assessment
from compliance.checklists.models import Edition
from compliance.evidence import actions as library
from compliance.evidence.models import Evidence
from compliance.organisations.models import Membership, Organisation, User

PASSWORD = "attest demo 2026"  # noqa: S105 (printed on the screen, for the demo)
_DATES = ("document_on", "covers_from", "covers_to", "expires_on")
Person = tuple[str, str, str, str]


def load_demo(folder: Path) -> list[Person]:
    """Make the demo organisations unless they are there; everyone who can sign in.

    ``demo.yaml`` has the organisations and their people; it and every other file of
    the folder have evidence and assessments. A person is (organisation, role, name,
    e-mail). All of it is made in one transaction, the files of evidence before it.
    """
    told = _read(folder / "demo.yaml")
    slugs = [told["organisation"]["slug"], told["stranger"]["organisation"]["slug"]]
    if not Organisation.objects.filter(slug__in=slugs).exists():
        others = sorted(set(folder.glob("*.yaml")) - {folder / "demo.yaml"})
        with transaction.atomic():
            _make(told, [told, *map(_read, others)])
    members = Membership.objects.filter(organisation__slug__in=slugs).select_related(
        "organisation", "user"
    )
    return [
        (m.organisation.name, m.get_role_display(), m.user.name, m.user.email)
        for m in members.order_by("pk")
    ]


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.load(path.read_text(), Loader=yaml.CSafeLoader))


def _make(told: dict[str, Any], files: list[dict[str, Any]]) -> None:
    organisation = Organisation.objects.create(**told["organisation"])
    people = {one["key"]: _person(organisation, one) for one in told["people"]}
    elsewhere = Organisation.objects.create(**told["stranger"]["organisation"])
    _person(elsewhere, told["stranger"]["person"])
    proofs: dict[str, Evidence] = {}
    for file in files:
        for one in file["assessments"]:
            by = people[one["started_by"]]
            for piece in file["evidence"]:
                proofs[piece["key"]] = _evidence(organisation, by, piece)
            _assessment(organisation, people, one, proofs)


def _person(organisation: Organisation, told: dict[str, Any]) -> User:
    # Somebody who never signed in is asked to choose a password first.
    user = User.objects.create_user(
        told["email"], PASSWORD, name=told["name"], last_login=timezone.now()
    )
    Membership.objects.create(organisation=organisation, user=user, role=told["role"])
    return user


def _evidence(organisation: Organisation, by: User, told: dict[str, Any]) -> Evidence:
    dates = {name: told.get(name) for name in _DATES}
    if "url" in told:
        return library.add_link(
            by=by,
            organisation=organisation,
            url=told["url"],
            title=told["title"],
            **dates,
        )
    upload = SimpleUploadedFile(told["file"], told["text"].encode())
    return library.add_file(
        by=by, organisation=organisation, upload=upload, title=told["title"], **dates
    )


def _assessment(
    organisation: Organisation,
    people: dict[str, User],
    told: dict[str, Any],
    proofs: dict[str, Evidence],
) -> None:
    by = people[told["started_by"]]
    editions = Edition.open_now(organisation)
    assessment = actions.start(
        by=by,
        organisation=organisation,
        edition=editions.get(checklist__key=told["checklist"]),
        subject=told["subject"],
        period_from=told["period_from"],
        period_to=told["period_to"],
        due_on=told["due_on"],
        facts=told["facts"],
    )
    answers = {a.question.key: a for a in assessment.answers.select_related("question")}
    for one in told["answers"]:
        _answer(assessment, answers[one["key"]], people, proofs, one)
    for one in told["comments"]:
        actions.comment(
            by=people[one["by"]], answer=answers[one["key"]], text=one["text"]
        )


def _answer(
    assessment: Assessment,
    answer: Answer,
    people: dict[str, User],
    proofs: dict[str, Evidence],
    told: dict[str, Any],
) -> None:
    names = ("verdict", "note", "reason", "due_on")
    changes = {name: told[name] for name in names if told.get(name)}
    if "value" in told:
        value = told["value"]
        changes["value"] = value if isinstance(value, list) else [str(value)]
    if "owner" in told:
        changes["owner_id"] = people[told["owner"]].pk
    by = people[str(told.get("by") or told["owner"])]
    actions.save_answer(
        by=by,
        organisation=assessment.organisation,
        assessment_id=assessment.pk,
        answer_id=answer.pk,
        changes=changes,
        base=0,
    )
    for key in told.get("evidence", []):
        actions.attach(by=by, answer=answer, evidence=proofs[key])
