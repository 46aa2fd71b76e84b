"""Actions on the editors of the library."""

from typing import Any

from django.core.exceptions import ValidationError

from compliance.audit import trail
from compliance.audit.transaction import writing
from compliance.organisations.events import EDITOR_ENDED, EDITOR_MADE
from compliance.organisations.models import User


def make_editor(*, by: Any, email: str, is_editor: bool = True) -> User:
    """Let a person edit the library, or no longer; nothing when it is so already.

    Raises ``ValidationError`` when nobody has that address.
    """
    with writing():
        rows = User.objects.select_for_update(no_key=True)
        user = rows.filter(email=email.strip().lower()).first()
        if user is None:
            msg = f"Nobody here has the address {email.strip()[:254]}."
            raise ValidationError(msg)
        if user.is_editor != is_editor:
            user.is_editor = is_editor
            user.save(update_fields=["is_editor"])
            trail.record_of_people(
                by=by,
                action=EDITOR_MADE if is_editor else EDITOR_ENDED,
                subject=user,
                before={"is_editor": not is_editor},
                after={"is_editor": is_editor},
            )
    return user
