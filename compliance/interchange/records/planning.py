"""What would become of a bundle in an organisation: worked out, changing nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q

from compliance.assessments.models import Action, Assessment, Origin
from compliance.audit.chain import canonical, digest
from compliance.checklists.choices import UNPUBLISHED
from compliance.checklists.models import Checklist, Edition, Theme
from compliance.interchange.bringing import missing_cites
from compliance.interchange.records import files
from compliance.interchange.records.process import Bundle
from compliance.organisations.models import Membership, Organisation, User


@dataclass(frozen=True, slots=True)
class Fate:
    """An edition of the bundle; ``edition`` is the one that stands here, if any."""

    ref: str
    title: str
    number: str
    edition: Edition | None

    @property
    def words(self) -> str:
        if self.edition is None:
            return "comes along, as an own checklist"
        if self.edition.checklist.organisation_id:
            return "stands here with the same content, as an own checklist"
        return "stands here with the same content, in the library"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the bundle; ``user`` is the member that they are here, if any."""

    ref: str
    name: str
    user: User | None


@dataclass(frozen=True, slots=True)
class Coming:
    """The dry run of a bundle. With ``faults`` nothing of it can be brought in.

    ``renumbered`` are actions whose number is taken, with the one they get here.
    ``others`` are assessments here that came from the same one, in another state.
    ``media_types`` is what each file is by its bytes.
    """

    bundle: Bundle
    fates: tuple[Fate, ...]
    people: tuple[Somebody, ...]
    renumbered: tuple[tuple[int, int], ...]
    others: tuple[Assessment, ...]
    same: Assessment | None
    media_types: Mapping[str, str]
    faults: tuple[str, ...]

    @property
    def seen(self) -> str:
        """One text for what is shown: it differs once something here has moved."""
        return digest(
            canonical(
                [
                    self.bundle.digest,
                    [
                        [fate.ref, fate.edition and fate.edition.pk]
                        for fate in self.fates
                    ],
                    [[one.ref, one.user and one.user.pk] for one in self.people],
                    self.renumbered,
                    [str(other.pk) for other in self.others],
                    self.faults,
                ]
            )
        )


def plan(
    bundle: Bundle, organisation: Organisation, emails: Mapping[str, str] | None = None
) -> Coming:
    """What ``bring_in`` would do now. ``emails`` maps people of the bundle to members."""
    rows = bundle.rows
    fates = tuple(_fates(bundle, organisation))
    people, faults = _people(rows, organisation, emails or {})
    came = Origin.objects.filter(organisation=organisation).select_related(
        "assessment__organisation", "assessment__edition__checklist"
    )
    same = came.filter(bundle_sha256=bundle.digest).first()
    kinds, refused = files.media_types(bundle)
    faults += refused
    if same:
        faults.append("This bundle was brought in before. Nothing is brought in twice.")
    faults += _edition_faults(bundle, fates, organisation)
    if no_room := files.no_room(bundle, organisation):
        faults.append(no_room)
    there = UUID(bundle.head["assessment"])
    others = [row.assessment for row in came.filter(assessment_there=there)]
    others += Assessment.objects.filter(pk=there, organisation=organisation)
    return Coming(
        bundle,
        fates,
        tuple(people),
        tuple(renumbered(rows, organisation).items()),
        tuple(other for other in others if same is None),
        same.assessment if same else None,
        kinds,
        tuple(faults),
    )


def renumbered(rows: dict[str, Any], organisation: Organisation) -> dict[int, int]:
    """Numbers of actions that are taken here, and those they get instead."""
    wanted = [action["number"] for action in rows["actions"]]
    here = Action.objects.filter(organisation=organisation)
    taken = set(here.filter(number__in=wanted).values_list("number", flat=True))
    last = max([here.aggregate(last=Max("number"))["last"] or 0, *wanted])
    return {number: last + at for at, number in enumerate(sorted(taken), 1)}


def _fates(bundle: Bundle, organisation: Organisation) -> list[Fate]:
    rows = bundle.rows["editions"]
    stand = (
        Edition.objects.open_to(organisation)
        .exclude(status__in=UNPUBLISHED)
        .filter(content_hash__in=[row["content_hash"] for row in rows])
        .select_related("checklist")
        .order_by(F("checklist__organisation").desc(nulls_last=True))
    )
    here = {(one.checklist.key, one.content_hash): one for one in stand}
    return [
        Fate(
            row["ref"],
            row["title"],
            row["number"],
            here.get((row["checklist"], row["content_hash"])),
        )
        for row in rows
    ]


def _edition_faults(
    bundle: Bundle, fates: tuple[Fate, ...], organisation: Organisation
) -> list[str]:
    """Why an edition that does not stand here cannot come along."""
    faults: list[str] = []
    themes = set(Theme.objects.values_list("key", flat=True))
    for fate, sheet in zip(fates, bundle.sheets, strict=True):
        if fate.edition:
            continue
        key, name = sheet["document"]["checklist"], f"{fate.title} {fate.number}"
        own = Q(checklist__organisation=organisation, checklist__key=key)
        if Edition.objects.filter(own, number=fate.number).exists():
            faults.append(
                f"{name}: an own checklist here has an edition of this number with other"
                " content, so this one cannot come along."
            )
        is_new = not Checklist.objects.filter(
            organisation=organisation, key=key
        ).exists()
        if is_new and sheet["theme"] not in themes:
            faults.append(f"{name}: {sheet['theme']} is no theme here.")
        if missing := missing_cites(sheet["document"]):
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            faults.append(
                f"{name}: {missing[0].words}{more}. Bring the library of this"
                " installation up to date first."
            )
    return faults


def _people(
    rows: dict[str, Any], organisation: Organisation, emails: Mapping[str, str]
) -> tuple[list[Somebody], list[str]]:
    """Who the people of a bundle are here, and why somebody cannot be who was said."""
    wanted = {ref: email.strip().lower() for ref, email in emails.items() if email}
    members = Membership.objects.filter(
        organisation=organisation, user__email__in=wanted.values(), user__is_active=True
    ).select_related("user")
    by_email = {member.user.email: member.user for member in members}
    known = {person["ref"] for person in rows["people"]}
    faults = [
        f"{ref} is nobody in the bundle." for ref in sorted(wanted.keys() - known)
    ]
    met: set[str] = set()
    for ref, email in wanted.items():
        if email not in by_email:
            faults.append(f"{ref}: nobody here has the address {email}.")
        if email in met:
            faults.append(f"{ref}: {email} stands for somebody else already.")
        met.add(email)
    people = [
        Somebody(
            person["ref"], person["name"], by_email.get(wanted.get(person["ref"], ""))
        )
        for person in rows["people"]
    ]
    return people, faults
