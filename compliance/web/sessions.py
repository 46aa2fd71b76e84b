"""Sessions in Django's own table, read by a statement that is written by hand."""

from functools import cache
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from compliance.web.joined_rows import Joined


@cache
def _session() -> Joined:
    return Joined(
        'SELECT {columns} FROM "django_session" session WHERE session.session_key = %s',
        session=(Session, None),
    )


class SessionStore(db.SessionStore):
    """Reads as Django's does; whatever is not plainly there is left to that."""

    def load(self) -> dict[str, Any]:
        """The values of a session that still stands."""
        found = _session().read(self.session_key) if self.session_key else []
        if found and found[0][0].expire_date > timezone.now():
            values: dict[str, Any] = self.decode(found[0][0].session_data)
            return values
        return super().load()
