"""Owners set the rules for a directory, and make, renew and end its token."""

from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.tokens.actions import end_directory_token, renew_directory_token
from compliance.identity.tokens.models import Token
from compliance.programs.directory.events import DIRECTORY_SET
from compliance.programs.directory.models import Directory
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.writing import answerer


def set_rules(*, by: User, organisation: Organisation, role: str, heir: User | None) -> Directory:
    """Set the role of newcomers, and the heir of open work.

    Raises ``ValidationError`` for somebody who may not answer here. The same rules again
    are those of ``by`` from now on.
    """
    with writing():
        lock(organisation)
        if heir:
            answerer(organisation.pk, heir.pk)
        found = Directory.objects.filter(organisation=organisation).first()
        before = _event_fields(found) if found else {}
        row = found or Directory(organisation=organisation)
        was_set_by = found.set_by if found else None
        row.role, row.heir, row.set_by = role, heir, by
        row.clean_fields()
        if was_set_by != by or _event_fields(row) != before:
            row.save(force_insert=found is None)
            trail.record(
                by=by,
                organisation_id=organisation.pk,
                action=DIRECTORY_SET,
                subject=row,
                before=before,
                after=_event_fields(row),
            )
    return row


def renew_token(*, by: User, organisation: Organisation) -> tuple[Token, str]:
    """A new token for the directory, and its text; an earlier token ends.

    All owners get a mail. Raises ``ValidationError`` without a verified domain: the
    directory could keep nobody.
    """
    with writing():
        lock(organisation)
        if not organisation.domains.filter(verified_at__isnull=False).exists():
            msg = "Verify a domain at Sign-on first: a directory manages only people of verified domains."
            raise ValidationError(msg)
        if not Directory.objects.filter(organisation=organisation).exists():
            set_rules(
                by=by,
                organisation=organisation,
                role=Directory._meta.get_field("role").get_default(),
                heir=None,
            )
        token, text = renew_directory_token(by=by, organisation=organisation)
        _mail_owners(by, organisation, is_over=False)
    return token, text


def end_token(*, by: User, organisation: Organisation) -> None:
    """End the token of the directory; members stay as they are. Owners get a mail."""
    with writing():
        lock(organisation)
        if end_directory_token(by=by, organisation=organisation):
            _mail_owners(by, organisation, is_over=True)


def _mail_owners(by: User, organisation: Organisation, *, is_over: bool) -> None:
    did = "ended the token" if is_over else "made a token"
    for owner in organisation.memberships.with_people().active_owners():
        queue_mail(
            organisation_id=organisation.pk,
            to=owner.user.email,
            subject=f"{by} {did} of the directory of {organisation}",
            template="directory_token",
            context={
                "by": by,
                "organisation": organisation,
                "is_over": is_over,
                "link": absolute(reverse("directory:page", args=[organisation.slug])),
            },
        )


def _event_fields(row: Directory) -> dict[str, str]:
    return {"role": row.role, "heir": row.heir.email if row.heir else ""}
