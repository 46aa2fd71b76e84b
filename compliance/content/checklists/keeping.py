"""The keepers of the library: the checklist editors of the installation."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from compliance.identity.organisations.events import EDITOR_MADE
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.models import PEOPLE


@dataclass(frozen=True, slots=True)
class Editor:
    """A person who edits the library, and since when."""

    person: User
    since: datetime | None


def people() -> QuerySet[User]:
    """Those who may edit the library now, by name."""
    return User.objects.filter(is_editor=True, is_active=True).order_by("name", "pk")


def editors() -> list[Editor]:
    """Those who edit the library, each since the trail last says so: two queries."""
    made = trail.events_of(PEOPLE).filter(action=EDITOR_MADE, subject_label="user")
    since = dict(made.order_by("seq").values_list("subject_id", "at"))
    return [Editor(person, since.get(str(person.pk))) for person in people()]
