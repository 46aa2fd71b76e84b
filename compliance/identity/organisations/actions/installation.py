"""Actions on rights over the whole installation: editors of the library, administrators."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.events import (
    ADMINISTRATOR_ENDED,
    ADMINISTRATOR_MADE,
    EDITOR_ENDED,
    EDITOR_MADE,
)
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.event_types import EventType
from compliance.proof.audit.transaction import writing


def make_editor(*, by: Any, email: str, is_editor: bool = True) -> User:
    """Let a person edit the library, or no longer; nothing when it is so already.

    Raises ``ValidationError`` when nobody has that address.
    """
    action = EDITOR_MADE if is_editor else EDITOR_ENDED
    user, _ = _set(by, email, "is_editor", is_editor, action)
    return user


def make_administrator(*, email: str, is_administrator: bool = True) -> User:
    """Make a person an administrator, or end that; nothing if it is so already.

    All administrators get a mail, and so does the person. Only people who can run commands
    decide this. Raises ``ValidationError`` if nobody has that address.
    """
    action = ADMINISTRATOR_MADE if is_administrator else ADMINISTRATOR_ENDED
    with writing():
        user, is_new = _set(None, email, "is_administrator", is_administrator, action)
        administrators = User.objects.filter(is_administrator=True, is_active=True)
        for one in {*administrators, user} if is_new else ():
            queue_mail(
                organisation_id=None,
                to=one.email,
                subject=(
                    f"{user} is an administrator of Attest now"
                    if is_administrator
                    else f"{user} is no longer an administrator of Attest"
                ),
                template="administrator",
                context={
                    "user": user,
                    "is_administrator": is_administrator,
                    "link": absolute(reverse("accounts:security")),
                },
            )
    return user


def _set(by: Any, email: str, column: str, is_so: bool, action: EventType) -> tuple[User, bool]:
    """Set or end a right of a person, with an event; return them, and whether it is new."""
    with writing():
        rows = User.objects.select_for_update(no_key=True)
        user = rows.filter(email=email.strip().lower()).first()
        if user is None:
            msg = f"Nobody here has the address {email.strip()[:254]}."
            raise ValidationError(msg)
        if getattr(user, column) == is_so:
            return user, False
        setattr(user, column, is_so)
        user.save(update_fields=[column])
        trail.record_of_people(
            by=by,
            action=action,
            subject=user,
            before={column: not is_so},
            after={column: is_so},
        )
    return user, True
