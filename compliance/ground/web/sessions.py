"""Sessions in Django's own table, read by a statement that is written by hand.

The same statement brings along when the session began and was last used, which
``allauth.usersessions`` keeps in a table beside it.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from compliance.ground.web.joined_rows import Joined

if TYPE_CHECKING:
    from allauth.usersessions.models import UserSession


def uses() -> "type[UserSession]":
    """The model of allauth, which may be imported once all apps are there."""
    from allauth.usersessions.models import UserSession  # noqa: PLC0415

    return UserSession


@cache
def _session() -> Joined:
    return Joined(
        """
        SELECT {columns} FROM "django_session" session
        LEFT JOIN "usersessions_usersession" used
        ON used.session_key = session.session_key
        WHERE session.session_key = %s
        """,
        session=(Session, None),
        used=(uses(), None),
    )


class SessionStore(db.SessionStore):
    """Reads as Django's does; whatever is not plainly there is left to that."""

    used: "UserSession | None" = None
    """When it began and was last used, and from where; None for someone not signed in."""

    def load(self) -> dict[str, Any]:
        """The values of a session that still stands."""
        found = _session().read(self.session_key) if self.session_key else []
        if found and found[0][0].expire_date > timezone.now():
            self.used = found[0][1]
            values: dict[str, Any] = self.decode(found[0][0].session_data)
            return values
        return super().load()

    def cycle_key(self) -> None:
        """Another key; when the session began and was last used goes along.

        Not because the secret key was replaced: two pages that open at once, and a list
        of sessions elsewhere, would sign the person out.
        """
        if self._is_of_a_retired_key():
            return
        super().cycle_key()
        if self.used:
            rows = uses().objects.filter(pk=self.used.pk)
            rows.update(session_key=self.session_key)

    def _is_of_a_retired_key(self) -> bool:
        """Whether Django is about to sign the session anew, which needs no other key."""
        said = self.get(HASH_SESSION_KEY)
        if not said or not settings.SECRET_KEY_FALLBACKS:
            return False
        who: Any = self.get(SESSION_KEY)
        person = get_user_model()._default_manager.filter(pk=who)
        return any(
            constant_time_compare(said, retired)
            for user in person
            for retired in user.get_session_auth_fallback_hash()
        )
