"""The demo organisation: read from ``seeds/demo``, made once, by the ordinary actions."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance.assessments import actions
from compliance.assessments.choices import AssessmentStatus
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.versions import Known
from compliance.audit import trail
from compliance.audit.transaction import writing
from compliance.checklists.models import Edition
from compliance.demo import reviews as demo_reviews
from compliance.demo import seats as demo_seats
from compliance.demo.checklists import store_edition
from compliance.discussion import actions as discussion
from compliance.evidence import actions as library
from compliance.evidence.models import Evidence
from compliance.organisations.actions import make_editor
from compliance.organisations.actions.members import join, make_account
from compliance.organisations.events import ORGANISATION_CREATED
from compliance.organisations.models import Membership, Organisation, User
from compliance.remediation import actions as remediation
from compliance.web import mail
from compliance.workspace import actions as workspace

PASSWORD = "attest demo 2026"  # noqa: S105 (printed on the screen, for the demo)
_DATES = ("document_on", "covers_from", "covers_to", "expires_on")
Person = tuple[str, str, str, str]


def load_demo(folder: Path) -> list[Person]:
    """Make the demo organisations unless they are there; everyone who can sign in.

    ``demo.yaml`` has the organisations and their people; it and every other file of
    the folder have evidence and assessments. A person is (organisation, role, name,
    e-mail). All of it is made in one transaction, the files of evidence before it.
    None of them gets a mail.
    """
    told = _read(folder / "demo.yaml")
    slugs = [told["organisation"]["slug"], told["stranger"]["organisation"]["slug"]]
    if not Organisation.objects.filter(slug__in=slugs).exists():
        others = sorted(set(folder.glob("*.yaml")) - {folder / "demo.yaml"})
        with mail.quiet(), writing():
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
    organisation = _organisation(told["organisation"])
    people = {one["key"]: _person(organisation, one) for one in told["people"]}
    elsewhere = _organisation(told["stranger"]["organisation"])
    _person(elsewhere, told["stranger"]["person"])
    proofs: dict[str, Evidence] = {}
    for file in files:
        first, later = file.get("editions", [])[:1], file.get("editions", [])[1:]
        for edition in first:
            store_edition(organisation, people["ada"], file["checklist"], edition)
        for one in file["assessments"]:
            by = people[one["started_by"]]
            for piece in file["evidence"]:
                own = people[piece["by"]] if "by" in piece else by
                old = proofs[piece["replaces"]] if "replaces" in piece else None
                proofs[piece["key"]] = _evidence(organisation, own, piece, old)
            _assessment(organisation, people, one, proofs)
        for edition in later:
            store_edition(organisation, people["ada"], file["checklist"], edition)
    for one in told["taken"]:
        _take(organisation, people, one)


def _organisation(told: dict[str, Any]) -> Organisation:
    organisation = Organisation.objects.create(**told)
    trail.record(
        by=None,
        organisation_id=organisation.pk,
        action=ORGANISATION_CREATED,
        subject=organisation,
        after=dict(told),
    )
    return organisation


def _person(organisation: Organisation, told: dict[str, Any]) -> User:
    user = make_account(
        email=told["email"], name=told["name"], password=PASSWORD, is_verified=True
    )
    if told.get("is_editor"):
        make_editor(by=None, email=user.email)
    join(None, organisation, user, told["role"])
    return user


def _evidence(
    organisation: Organisation, by: User, told: dict[str, Any], old: Evidence | None
) -> Evidence:
    words: dict[str, Any] = {name: told.get(name) for name in _DATES}
    words |= {"title": told["title"], "replaces": old}
    if "url" in told:
        return library.add_link(
            by=by, organisation=organisation, url=told["url"], **words
        )
    upload = SimpleUploadedFile(told["file"], told["text"].encode())
    return library.add_file(by=by, organisation=organisation, upload=upload, **words)


def _assessment(
    organisation: Organisation,
    people: dict[str, User],
    told: dict[str, Any],
    proofs: dict[str, Evidence],
) -> Assessment:
    """An assessment with its answers; an earlier one is made first, and archived."""
    by = people[told["started_by"]]
    earlier = None
    if "earlier" in told:
        aside = {"earlier", "comments", "actions", "review", "seat"}
        rest = {name: part for name, part in told.items() if name not in aside}
        earlier = _assessment(organisation, people, rest | told["earlier"], proofs)
        actions.archive(by=by, assessment=earlier)
    assessment = actions.start(
        by=by,
        organisation=organisation,
        edition=_edition(organisation, told),
        also_retired="edition" in told,
        subject=told["subject"],
        period_from=told["period_from"],
        period_to=told["period_to"],
        due_on=told["due_on"],
        facts=told["facts"],
        earlier=earlier,
    )
    answers = {a.question.key: a for a in assessment.answers.select_related("question")}
    for one in told["answers"]:
        _answer(assessment, answers[one["key"]], people, proofs, one)
    for one in told.get("comments", []):
        discussion.comment(
            by=people[one["by"]], answer=answers[one["key"]], text=one["text"]
        )
    for one in told.get("actions", []):
        _action(organisation, people, answers, one)
    if "review" in told:
        demo_reviews.review(people, assessment, told["review"])
    if "seat" in told:
        demo_seats.seat(people, assessment, answers, proofs, told["seat"])
    return assessment


def _edition(organisation: Organisation, told: dict[str, Any]) -> Edition:
    """The edition that a demo file names, or the one that is published."""
    editions = Edition.objects.open_to(organisation)
    editions = editions.filter(checklist__key=told["checklist"])
    if "edition" in told:
        return editions.get(number=told["edition"])
    return editions.published().get()


def _action(
    organisation: Organisation,
    people: dict[str, User],
    answers: dict[str, Answer],
    told: dict[str, Any],
) -> None:
    """An action, made open and then moved to where it stands."""
    names = ("title", "text", "due_on", "priority")
    fields: dict[str, Any] = {name: told[name] for name in names if name in told}
    if "effort_days" in told:
        fields["effort_days"] = Decimal(str(told["effort_days"]))
    if "owner" in told:
        fields["owner_id"] = people[told["owner"]].pk
    action = remediation.create_action(
        by=people[told["by"]],
        organisation=organisation,
        fields=fields,
        answer_ids=[answers[key].pk for key in told["for"]],
    )
    if "status" in told:
        remediation.change_action(
            by=people[str(told.get("closed_by") or told["owner"])],
            organisation=organisation,
            number=action.number,
            changes={"status": told["status"]},
            base=action.version,
        )


def _answer(
    assessment: Assessment,
    answer: Answer,
    people: dict[str, User],
    proofs: dict[str, Evidence],
    told: dict[str, Any],
) -> None:
    names = ("verdict", "note", "reason", "due_on", "later_until")
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
    if "confirmed_by" in told:
        answer.refresh_from_db()
        actions.confirm_na(
            by=people[told["confirmed_by"]],
            organisation=assessment.organisation,
            seen={answer.pk: Known(answer.version)},
        )


def _take(
    organisation: Organisation, people: dict[str, User], told: dict[str, Any]
) -> None:
    """A related answer, taken over; ``source_note`` is what its source says since."""
    by = people[told["by"]]
    running = Answer.objects.filter(
        assessment__organisation=organisation,
        assessment__status=AssessmentStatus.RUNNING,
    )
    target = running.get(question__key=told["key"])
    source = running.get(question__key=told["from"])
    workspace.take_over(
        by=by,
        organisation=organisation,
        assessment_id=target.assessment_id,
        answer_id=target.pk,
        seen=Known(target.version),
        source_id=source.pk,
        source_version=source.version,
    )
    if "source_note" in told:
        actions.save_answer(
            by=by,
            organisation=organisation,
            assessment_id=source.assessment_id,
            answer_id=source.pk,
            changes={"note": told["source_note"]},
            base=source.version,
        )
