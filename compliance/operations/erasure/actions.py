"""Erasing a person: name and e-mail go, what they did and what was signed stays."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.db.models.functions import Cast
from django.dispatch import Signal

from compliance.assurance.bundles.erasing import erase_there, naming
from compliance.assurance.reviews.events import ASSESSMENT_SIGNED
from compliance.assurance.reviews.models import SignOff
from compliance.ground.web.mail import send
from compliance.identity.accounts.tasks import send_reset
from compliance.identity.organisations.actions import (
    end_rights,
    keep_an_owner,
    lock,
    lock_person,
    make_placeholders,
)
from compliance.identity.organisations.events import INVITATION_ENDED, MEMBER_REMOVED
from compliance.identity.organisations.models import (
    Challenge,
    Invitation,
    Membership,
    Organisation,
    User,
)
from compliance.operations.erasure.remaining_names import files_naming, signed_naming
from compliance.programs.api import repeating
from compliance.programs.api.models import Call
from compliance.programs.directory.actions import forget_everywhere
from compliance.proof.audit import rows, trail
from compliance.proof.audit.models import PEOPLE, ChainHead, Deletion, Event
from compliance.proof.audit.text_erasure import cleaned, erase, holding
from compliance.proof.audit.transaction import attempt, writing
from compliance.reporting.home.models import PutAway
from compliance.reporting.results.models import Summary
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import (
    Assessment,
    Origin,
    OriginEvent,
    OriginTrail,
)
from compliance.work.presence.models import Presence, Visit
from compliance.work.signatures.validity import Subject, covered
from compliance.work.snapshots.models import Snapshot
from compliance.work.workspace.models import SavedView

_ADDRESS = r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+"
SHORTEST_NAME = 4
"""A shorter name is left in what people wrote: it is too many other words."""
going = Signal()
"""A ``person`` is about to be erased. Rooms above delete what is theirs alone."""
files_of_places = Signal()
"""Somebody is erased from some ``organisations``. Rooms above reply with their files that
may print the name, each in a line."""
_NOT_SWEPT = {
    Call, Event, ChainHead, Deletion, Snapshot, SignOff, Origin, OriginTrail, OriginEvent,
    User, EmailAddress, Session, Summary,
}  # fmt: skip
_APPS = {"compliance", "account", "django_tasks_database"}


@dataclass(slots=True)
class Erased:
    """The result: ``rows`` by table, ``events``, and what stays since it is frozen.

    ``there`` counts events of trails that came in bundles, ``signed`` names each
    signed content that keeps the name, ``files`` each file that may still print it,
    and ``namesakes`` are others who bear it.
    """

    name: str
    memberships: int = 0
    sessions: int = 0
    events: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    is_name_shared: bool = False
    there: int = 0
    signed: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    namesakes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Words:
    """Texts to take out, and their replacements."""

    email: str
    emails: tuple[str, ...]
    name: str
    called: str
    longer: tuple[str, ...] = ()
    """Names of others, of which the person's is a part: they stay whole."""

    def clean(self, text: str) -> str:
        for email in self.emails:
            text = _as_address(email).sub(self.email, text)
        return self.clean_name(text) if self.called else text

    def clean_name(self, text: str) -> str:
        for form in ("NFC", "NFD"):
            called, *longer = (unicodedata.normalize(form, one) for one in (self.called, *self.longer))
            named = _as_words(called, *longer)
            text = named.sub(self._put, text)
        return text

    def _put(self, found: re.Match[str]) -> str:
        """A name of one word is that word where it has small letters: we will ask Will."""
        is_name = found[1] and (" " in self.called or not found[1].islower())
        return self.name if is_name else found[0]

    def clean_email(self, text: str) -> str:
        return _Words(self.email, self.emails, self.name, "").clean(text)

    def spellings(self, *, with_name: bool = True) -> list[str]:
        found = list(self.emails)
        for form in ("NFC", "NFD") if with_name and self.called else ():
            called = unicodedata.normalize(form, self.called)
            found += [called, called.lower(), called.upper()]
        return sorted(set(found))


def erase_person(*, by: User | None, person: User, is_dry: bool = False) -> Erased:
    """Replace a person's name and e-mail everywhere but in what was signed.

    Memberships end, sessions close, what waits to be mailed to them is dropped. In
    texts the name is replaced in organisations they had to do with, and only when no
    other person bears it; the e-mail everywhere. ``is_dry`` changes nothing and reports
    what would be. Raises ``ValidationError`` for the last owner of an organisation and
    for someone who was erased before. Their own sample goes before all else.
    """
    if not is_dry:
        going.send(sender=User, person=person)
    with writing():
        # First: who makes a call waits for a chain with these rows in hand.
        repeating.expire()
        person = lock_person(person)
        words = _words_of(person)
        _hold(person, words)
        done = Erased(
            words.name,
            is_name_shared=not words.called,
            namesakes=_namesakes(person),
        )
        places = _places_of(person, words.emails)
        replies = _replies_naming(person, words, places)
        done.signed = signed_naming([*words.spellings(), person.name], places)
        done.files = _files_naming(person, words, places)
        _drop_mails(words)
        found = list(_rows_to_change(words, places))
        signed = covered([one.subject for one in found])
        own = _rows_of(person)
        _end_memberships(by, person, words, done)
        forget_everywhere(by=by, person=person, called=words.email)
        _end_invitations(by, words)
        _close(person, words, done)
        _sweep(found, signed, done)
        for organisation_id in sorted(places | rows.chains()):
            there, kept = erase_there(
                organisation_id=organisation_id,
                person=person,
                texts=words.spellings(),
                clean=words.clean,
            )
            done.there += sum(map(len, there.values()))
            done.kept.update({"imported trail of signed content": kept} if kept else {})
            done.events += erase(
                by=by,
                organisation_id=organisation_id,
                subject=person,
                events=_events_to_clean(organisation_id, words, person, signed),
                clean=words.clean,
                own=own if organisation_id == PEOPLE else None,
                there=there,
            )
        repeating.forget(replies)  # last: a call under way is done by then, or waits
        if is_dry:
            transaction.set_rollback(True)
    return done


def erase_address(*, by: User | None, email: str, is_dry: bool = False) -> Erased:
    """The same for an address that no account has: someone who was only invited.

    An account that nobody can sign in to stands for them, so that what is left has a
    number to go by. Raises ``ValidationError`` where nothing names the address.
    """
    with writing():
        invited = Invitation.objects.filter(email=email).order_by("pk").first()
        if invited is None and not _is_named(email):
            msg = "Nobody here has this e-mail or name."
            raise ValidationError(msg)
        [person] = make_placeholders(names=[invited.name if invited else email])
        person.email = email
        person.save(update_fields=["email"])
        done = erase_person(by=by, person=person)
        if is_dry:
            transaction.set_rollback(True)
    return done


def _is_named(email: str) -> bool:
    """Whether an event says this address, and not only a longer one."""
    clean = partial(_as_address(email).sub, "")
    found = Event.objects.filter(holding([email])).values_list("payload", flat=True)
    said = map(json.loads, found.iterator())
    return any(cleaned(content, clean) != content for content in said)


def _hold(person: User, words: _Words) -> None:
    """Lock where the person is a member or invited, before anything of the trail."""
    named = models.Q(memberships__user=person)
    named |= models.Q(invitations__email__in=words.emails)
    named |= models.Q(directory_people__user=person)
    places = Organisation.objects.filter(named)
    for organisation in places.distinct().order_by("pk"):
        lock(organisation)


def _words_of(person: User) -> _Words:
    email = f"erased-{person.pk}@erased.invalid"
    if person.email == email:
        msg = "This person was erased before."
        raise ValidationError(msg)
    emails = {person.email, *_emails_of(person)}
    is_own = len(person.name) >= SHORTEST_NAME and not _namesakes(person)
    return _Words(
        email,
        tuple(sorted(emails)),
        f"Erased person {person.pk}",
        person.name if is_own else "",
        _longer_names(person, emails) if is_own else (),
    )


def _namesakes(person: User) -> tuple[str, ...]:
    """The e-mails of others of that name, however it is written."""
    others = User.objects.exclude(pk=person.pk).order_by("email")
    called = _folded(person.name)
    named = others.values_list("email", "name")
    return tuple(email for email, name in named if _folded(name) == called)


def _longer_names(person: User, emails: Collection[str]) -> tuple[str, ...]:
    """The names of others here, of which that name is a part; the longest first."""
    called = _folded(person.name)
    part = _as_words(called)
    names = {
        name
        for model in (User, Invitation)
        for name in model._default_manager.exclude(email__in=emails).values_list("name", flat=True)
        if any(found[1] for found in part.finditer(_folded(name)))
    }
    longer = [name for name in names if _folded(name) != called]
    return tuple(sorted(longer, key=len, reverse=True))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def places_of(person: User) -> set[UUID]:
    """The organisations, and the library, that a person had to do with."""
    own = {person.email, *_emails_of(person)}
    return _places_of(person, tuple(sorted(own))) - {PEOPLE}


def _emails_of(person: User) -> list[str]:
    """Those that are still theirs: a former one may be somebody else's by now."""
    others = User.objects.exclude(pk=person.pk).values("email")
    rows = EmailAddress.objects.filter(user=person).exclude(email__in=others)
    return list(rows.values_list("email", flat=True))


def _places_of(person: User, emails: tuple[str, ...]) -> set[UUID]:
    named = holding(emails)
    known = Event.objects.filter(models.Q(actor=person) | named).order_by()
    chains = known.values_list("organisation_id", flat=True).distinct()
    came = naming(person, list(emails)).values_list("organisation_id", flat=True)
    memberships = Membership.objects.of(person)
    return {*chains, *came, *(one.organisation_id for one in memberships)}


def _end_memberships(by: User | None, person: User, words: _Words, done: Erased) -> None:
    for membership in Membership.objects.of(person):
        try:
            if not membership.organisation.is_sample:
                keep_an_owner(membership)
        except ValidationError as error:
            msg = f"{membership.organisation}: {error.messages[0]}"
            raise ValidationError(msg, code="last_owner") from error
        end_rights(by, membership, kept=frozenset())
        with writing():  # each goes in an event of its own organisation
            trail.record(
                by=by,
                organisation_id=membership.organisation_id,
                action=MEMBER_REMOVED,
                subject=membership,
                before={"person": words.email, "role": membership.role},
            )
            membership.delete()
        done.memberships += 1


def _end_invitations(by: User | None, words: _Words) -> None:
    """Nothing waits for the person any more."""
    for invitation in Invitation.objects.filter(email__in=words.emails):
        with writing():
            trail.record(
                by=by,
                organisation_id=invitation.organisation_id,
                action=INVITATION_ENDED,
                subject=invitation,
                before={"person": words.email, "role": invitation.role},
            )
            invitation.delete()


def _rows_of(person: User) -> dict[str, set[str]]:
    """The rows of the account itself, which name nobody else: model to keys."""
    own = {"user": {str(person.pk)}}
    for model in (EmailAddress, Authenticator):
        keys = model._default_manager.filter(user=person).values_list("pk", flat=True)
        own[str(model._meta.model_name)] = {str(key) for key in keys}
    return own


def _close(person: User, words: _Words, done: Erased) -> None:
    """No way in any more, nothing that is theirs alone, and another name."""
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()
            done.sessions += 1
    for private in (
        Presence,
        PutAway,
        SavedView,
        Visit,
        Authenticator,
        Challenge,
        UserSession,
    ):
        private._default_manager.filter(user=person).delete()
    EmailAddress.objects.filter(user=person).delete()
    person.name, person.email = words.name, words.email
    person.is_active = person.has_namesake = False
    person.set_unusable_password()
    person.save()


def _replies_naming(person: User, words: _Words, places: set[UUID]) -> models.Q:
    """Kept replies that name the person, in a text or as the author of something.

    A name that others bear counts, too: the program can read what is there now.
    """
    called = replace(words, called=person.name)
    theirs = holding(called.spellings(), "body") | holding(called.spellings(), "key")
    anywhere = holding(words.emails, "body") | holding(words.emails, "key")
    own = models.Q(token__user=person)
    return own | models.Q(theirs, token__organisation__in=places) | anywhere


def _files_naming(person: User, words: _Words, places: set[UUID]) -> tuple[str, ...]:
    own = files_naming(person, [*words.spellings(), person.name], places)
    more: list[tuple[Any, Any]] = files_of_places.send(sender=User, organisations=places)
    return own + tuple(line for _, lines in more for line in lines)


def _drop_mails(words: _Words) -> None:
    """Mails that wait for the person are not sent; one under way is not sent again."""
    tasks = apps.get_model("django_tasks_database", "DBTaskResult")
    addressed = holding(words.emails, "text")
    rows = tasks._base_manager.annotate(text=Cast("args_kwargs", models.TextField())).filter(
        addressed, task_path__in=[send.module_path, send_reset.module_path]
    )
    for _ in range(2):  # the first waits for what is being put back, the second sees it
        for row in rows.select_for_update():
            args, more = row.args_kwargs["args"], row.args_kwargs["kwargs"]
            if args[:1] and args[0] in words.emails:
                args[:] = ["" if isinstance(one, str) else one for one in args]
                for name in ("html", "stop"):
                    more.pop(name, None)
                row.save(update_fields=["args_kwargs"])


def _events_to_clean(
    organisation_id: UUID, words: _Words, person: User, covered_rows: set[Subject]
) -> models.QuerySet[Event]:
    """Events that name the person, but for those that are part of what was signed.

    So are those about ``covered_rows``, whatever their scope: evidence has none.
    """
    if organisation_id == PEOPLE:
        about = models.Q(subject_label="user", subject_id=str(person.pk))
        return Event.objects.filter(about | holding(words.spellings()), organisation_id=PEOPLE)
    signed = Assessment.objects.filter(organisation_id=organisation_id, status=AssessmentStatus.SIGNED)
    spellings = words.spellings()
    events = Event.objects.filter(holding(spellings), organisation_id=organisation_id)
    # A list: a subquery on a column that may be empty would leave out those without.
    scopes = list(signed.values_list("pk", flat=True))
    kept = models.Q(scope_id__in=scopes) | models.Q(action=ASSESSMENT_SIGNED)
    for label in {label for label, _ in covered_rows}:
        ids = [pk for what, pk in covered_rows if what == label]
        kept |= models.Q(subject_label=label, subject_id__in=ids)
    return events.exclude(kept)


@dataclass(frozen=True, slots=True)
class _Found:
    """A row that holds the person's words, and its columns without them."""

    model: Any
    pk: Any
    columns: dict[str, Any]

    @property
    def subject(self) -> Subject:
        return str(self.model._meta.model_name), str(self.pk)


def _rows_to_change(words: _Words, places: set[UUID]) -> Iterator[_Found]:
    """Rows with the words in a column of text, but for what is frozen; all locked.

    A save locks an assessment, its rows, then the chain. Erasing writes to the chain
    first, so it must hold all of these by then, or each waits for the other.
    """
    held = Assessment.objects.filter(organisation_id__in=places).order_by("pk")
    list(held.select_for_update(no_key=True).values_list("pk"))
    for model in apps.get_models():
        if model._meta.app_label not in _APPS or model in _NOT_SWEPT:
            continue
        texts = [f for f in model._meta.concrete_fields if _is_text(f)]
        for row, is_theirs in _rows_with(model, texts, words, places):
            changed = {f.attname: _fitting(f, row, words, is_theirs=is_theirs) for f in texts}
            changed = {n: v for n, v in changed.items() if v != getattr(row, n)}
            if changed:
                yield _Found(model, row.pk, changed)


def _sweep(found: list[_Found], signed: set[Subject], done: Erased) -> None:
    """Replace the words; a row that went meanwhile, such as a membership, has none.

    Evidence and actions behind ``signed`` answers may change, but that voids a signature.
    """
    Summary.objects.all().delete()  # they may quote titles, and are counted again
    for one in found:
        name = str(one.model._meta.verbose_name)
        if one.subject in signed:
            done.kept[name] += 1
            continue
        rows = one.model._base_manager.filter(pk=one.pk)
        try:
            with attempt():  # what is signed or published refuses
                done.rows[name] += rows.update(**one.columns)
        except DatabaseError:
            done.kept[name] += 1


def _rows_with(
    model: Any, texts: list[models.Field], words: _Words, places: set[UUID]
) -> Iterator[tuple[Any, bool]]:
    """Rows with one of the words, and whether the name is to be replaced there, too.

    That is so in the person's organisations, and in what belongs to none: mails.
    """
    columns = {f"text_{f.attname}": Cast(f.attname, models.TextField()) for f in texts}
    named = [holding(words.spellings(), name) for name in columns]
    found = models.Q(*named, _connector=models.Q.OR)
    rows = model._base_manager.alias(**columns)
    rows = rows.filter(found) if texts else rows.none()
    held = list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)))
    if not held:
        return
    path = _path_to_organisation(model)
    theirs = rows.filter(**{f"{path}__in": places}) if path else rows
    own = set(theirs.values_list("pk", flat=True))
    for row in held:
        yield row, row.pk in own


def _path_to_organisation(model: Any, deep: int = 4) -> str:
    """The way from a table to the organisation of a row, "" for none."""
    ways = [
        f for f in model._meta.concrete_fields if f.is_relation and f.related_model not in {User, None, model}
    ]
    for way in ways:
        if way.related_model is Organisation:
            return str(way.name)
    for way in ways if deep else ():
        if rest := _path_to_organisation(way.related_model, deep - 1):
            return f"{way.name}__{rest}"
    return ""


def _is_text(column: models.Field) -> bool:
    kinds = (models.CharField, models.TextField, models.JSONField)
    return isinstance(column, kinds) and not column.primary_key


def _fitting(column: models.Field, row: Any, words: _Words, *, is_theirs: bool) -> Any:
    """A value without the words; an ellipsis in their place where others have no room."""
    value = getattr(row, column.attname)
    for some in (words, replace(words, email="…", name="…")):
        fresh = cleaned(value, some.clean if is_theirs else some.clean_email)
        longest = getattr(column, "max_length", None)
        if not (longest and isinstance(fresh, str) and len(fresh) > longest):
            break
    return fresh


def _as_words(text: str, *longer: str) -> re.Pattern[str]:
    """The text where it stands for itself, in any case, as the group 1; or a longer one, or
    an address.
    """
    forms = "|".join([_ADDRESS, *map(re.escape, longer), f"({re.escape(text)})"])
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)", re.IGNORECASE)


def _as_address(email: str) -> re.Pattern[str]:
    """The same of an address, which may be a part of another one: that of another mailbox.

    A full stop before a capital ends a sentence, and no address goes on after it.
    """
    before, after = r"(?<!\w)(?<!\w[.+'-])", r"(?!\w)(?!(?-i:\.[a-z0-9]))"
    return re.compile(f"{before}{re.escape(email)}{after}", re.IGNORECASE)
