"""The organisation's own look of its reports: set by an action, read for a page."""

import base64
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from compliance.ground.sandbox.process import UnfinishedError, output_of
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.reporting.letterhead.events import LETTERHEAD_SET
from compliance.reporting.letterhead.models import Letterhead

LOGO_BYTES = 1024 * 1024
"""The longest picture that is read."""
KEPT_BYTES = 150_000
"""The longest PNG that is kept: every report carries it."""
NO_PICTURE = (
    "This picture cannot be used. Choose a PNG or JPEG file of at most 16 million pixels;"
    " save an SVG as PNG first."
)
STALE = "Someone else changed this since you opened the page. Compare, then save again."


def logo_of(chunks: Iterable[bytes]) -> str:
    """A picture from outside as base64 of a small PNG, written anew in the sandbox.

    Raises ``ValidationError`` in words.
    """
    module = "compliance.reporting.letterhead.logo_parsing"
    try:
        with output_of(module, [], chunks, seconds=10, memory_bytes=512 * 2**20) as output:
            found = output.read(KEPT_BYTES + 1)
    except UnfinishedError as error:
        raise ValidationError(str(error)) from error
    if not found:
        raise ValidationError(NO_PICTURE)
    if len(found) > KEPT_BYTES:
        msg = "The picture has too many details for a logo. Choose a simpler one."
        raise ValidationError(msg)
    return base64.b64encode(found).decode()


def letterhead_of(organisation: Organisation) -> Letterhead:
    """The look of an organisation's reports; that of Attest where none is set."""
    found = Letterhead.objects.filter(organisation=organisation).first()
    return found or Letterhead(organisation=organisation)


def set_letterhead(
    *,
    by: User,
    organisation: Organisation,
    colour: str,
    mark: str,
    footer: str,
    logo: str | None,
    base: str,
) -> bool:
    """Set the look of reports that are made from now on; whether anything changed.

    ``logo`` is what ``logo_of`` gave, "" for none, None to keep it. ``base`` is the
    ``version`` that the page showed. Raises ``ValidationError`` for another one, and for
    values that do not fit.
    """
    with writing():
        lock(organisation)
        found = letterhead_of(organisation)
        before, version = found.event_fields, found.version
        found.colour, found.mark, found.footer = colour, mark, footer
        found.logo = found.logo if logo is None else logo
        found.full_clean(exclude=["organisation"])
        if found.event_fields == before:
            return False
        if version != base:
            raise ValidationError(STALE, code="stale")
        found.save()
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=LETTERHEAD_SET,
            subject=organisation,
            before=before,
            after=found.event_fields,
        )
    return True
