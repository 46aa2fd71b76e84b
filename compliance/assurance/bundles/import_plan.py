"""The plan of importing a bundle into an organisation; changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q

from compliance.assurance.bundles import files
from compliance.assurance.bundles.process import Bundle
from compliance.content.checklist_files.actions import missing_cites
from compliance.content.checklists.choices import UNPUBLISHED
from compliance.content.checklists.models import Checklist, Edition, Theme
from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Action, Assessment, Namesake, Origin


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
            return "is imported with it, as an own checklist"
        if self.edition.checklist.organisation_id:
            return "is here with the same content, as an own checklist"
        return "is here with the same content, in the library"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person of the bundle.

    ``user`` is who that is here: certain when ``is_known``, else a member to be asked;
    None for nobody.
    """

    ref: str
    name: str
    user: User | None
    is_known: bool = False
    is_member: bool = False

    @property
    def account(self) -> User | None:
        """The account that the rows name; None where only the name comes along."""
        return self.user if self.is_known and self.is_member else None


@dataclass(frozen=True, slots=True)
class Coming:
    """The dry run of a bundle. With ``faults`` it cannot be imported.

    ``renumbered`` are actions whose number is taken, with the one they get here.
    ``others`` are assessments here that came from the same one, in another state.
    ``media_types`` is what each file is by its bytes. ``same`` is the assessment that
    it already is here, ``is_own`` says that this installation wrote the bundle.
    """

    bundle: Bundle
    fates: tuple[Fate, ...]
    people: tuple[Somebody, ...]
    renumbered: tuple[tuple[int, int], ...]
    others: tuple[Assessment, ...]
    same: Assessment | None
    media_types: Mapping[str, str]
    faults: tuple[str, ...]
    is_own: bool = False

    @property
    def seen(self) -> str:
        """One text for what is shown: it differs once something here has moved."""
        return digest(
            canonical(
                [
                    self.bundle.digest,
                    [[fate.ref, fate.edition and fate.edition.pk] for fate in self.fates],
                    [[one.ref, one.user and one.user.pk, one.is_member] for one in self.people],
                    self.renumbered,
                    [str(other.pk) for other in self.others],
                    self.faults,
                ]
            )
        )


def plan(bundle: Bundle, organisation: Organisation, emails: Mapping[str, str] | None = None) -> Coming:
    """Preview ``bring_in``. ``emails`` maps people of the bundle to members."""
    rows = bundle.rows
    fates = tuple(_fates(bundle, organisation))
    written = written_here(bundle)
    people, faults = (
        _known(bundle, organisation, emails or {}) if written else _people(rows, organisation, emails or {})
    )
    came = Origin.objects.filter(organisation=organisation).select_related(
        "assessment__organisation", "assessment__edition__checklist"
    )
    before = came.filter(bundle_sha256=bundle.digest).first()
    same = before.assessment if before else None
    kinds, refused = files.media_types(bundle)
    faults += refused
    if same:
        faults.append("This bundle has already been imported.")
    elif written and written.organisation_id == organisation.pk:
        same = written
        faults.append(
            "The assessment of this bundle is here already. Continue with it: its trail"
            " has every earlier state."
        )
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
        same,
        kinds,
        tuple(faults),
        written is not None,
    )


def written_here(bundle: Bundle) -> Assessment | None:
    """The assessment of this installation that a bundle was written of; None for others.

    Its last trail has to be that of here, event by event: a name or an id may be
    written by anybody, the hash of an event covers who did what.
    """
    last, number = bundle.trails[-1], len(bundle.trails)
    came = {said["seq"]: said["hash"] for at, said in bundle.events() if at == number}
    events = Event.objects.filter(
        organisation_id=last["organisation_id"],
        scope_id=last["assessment"],
        seq__lte=last["head_seq"],
    )
    if not came or came != dict(events.values_list("seq", "hash")):
        return None
    return Assessment.objects.filter(pk=last["assessment"], organisation=last["organisation_id"]).first()


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


def _edition_faults(bundle: Bundle, fates: tuple[Fate, ...], organisation: Organisation) -> list[str]:
    """Why an edition that does not stand here cannot come along."""
    faults: list[str] = []
    themes = set(Theme.objects.values_list("key", flat=True))
    numbers = set[tuple[str, str]]()
    for fate, sheet in zip(fates, bundle.sheets, strict=True):
        if fate.edition:
            continue
        key, name = sheet["document"]["checklist"], f"{fate.title} {fate.number}"
        if (key, fate.number) in numbers:
            faults.append(
                f"{name}: the bundle has another edition of this number, of the original"
                " or its copy. Update the library of this installation first."
            )
        numbers.add((key, fate.number))
        own = Q(checklist__organisation=organisation, checklist__key=key)
        if Edition.objects.filter(own, number=fate.number).exists():
            faults.append(
                f"{name}: an own checklist here has an edition of this number with other"
                " content, so this one cannot come along."
            )
        is_new = not Checklist.objects.filter(organisation=organisation, key=key).exists()
        if is_new and sheet["theme"] not in themes:
            faults.append(f"{name}: {sheet['theme']} is not a theme here.")
        if missing := missing_cites(sheet["document"]):
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            faults.append(
                f"{name}: {missing[0].words}{more}. Update the library of this installation up to date first."
            )
    return faults


def _people(
    rows: dict[str, Any], organisation: Organisation, emails: Mapping[str, str]
) -> tuple[list[Somebody], list[str]]:
    """The people of a bundle here, and why someone cannot be the person named.

    Someone who reads nothing here, as an auditor does not, could never be asked.
    """
    wanted = {ref: email.strip().lower() for ref, email in emails.items() if email}
    by_email = {one.email: one for one in who_may(organisation, Permission.VIEW)}
    known = {person["ref"] for person in rows["people"]}
    faults = [f"{ref} is not a person of the bundle." for ref in sorted(wanted.keys() - known)]
    met: set[str] = set()
    for ref, email in wanted.items():
        if email not in by_email:
            faults.append(f"{ref}: no member who may read here has the address {email}.")
        if email in met:
            faults.append(f"{ref}: {email} is already assigned to someone else.")
        met.add(email)
    people = [
        Somebody(person["ref"], person["name"], by_email.get(wanted.get(person["ref"], "")))
        for person in rows["people"]
    ]
    return people, faults


def _known(
    bundle: Bundle, organisation: Organisation, emails: Mapping[str, str]
) -> tuple[list[Somebody], list[str]]:
    """The people of a bundle that this installation wrote: there is nothing to choose."""
    ids = bundle.head["people"]
    users = User.objects.in_bulk(ids.values())
    members = Membership.objects.filter(organisation=organisation, user__in=users, user__is_active=True)
    here = set(members.values_list("user_id", flat=True))
    names = Namesake.objects.filter(account__in=users).select_related("member")
    aliases = {name.account_id: name for name in names}
    people = []
    for person in bundle.rows["people"]:
        user, is_member = users.get(ids.get(person["ref"])), False
        if user and (name := aliases.get(user.pk)):
            user = name.member if name.is_vouched else None
        elif user:
            is_member = user.pk in here
        people.append(Somebody(person["ref"], person["name"], user, user is not None, is_member))
    faults = [
        f"{ref}: this installation wrote the bundle and knows who that is."
        for ref in sorted(ref for ref, email in emails.items() if email)
    ]
    return people, faults
