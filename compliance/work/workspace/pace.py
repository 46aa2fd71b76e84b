"""The time that the open questions will take one person, from how they have answered.

Pure but for ``read``. ``docs/scoring.md`` says how it is counted.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from statistics import median

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from compliance.proof.audit.models import Event
from compliance.work.assessments.events import ANSWER_SAVED
from compliance.work.assessments.models import Assessment

SITTING = timedelta(minutes=30)
"""A longer step is a break, in which the person did something else."""
AT_ONCE = timedelta(seconds=1)
"""Nobody reads a question in less: many answers were set together."""
FEWEST = 10
"""Steps from one question to the next, below which a pace is only a guess."""
LATEST = 1000
"""Events of an assessment that are looked through, so that the answer costs the same
after a year.
"""


def pace(saves: Iterable[tuple[str, datetime]]) -> timedelta | None:
    """The median time from one question to the next; None with too few to say.

    ``saves`` are question and moment, in the order of time. A question that is saved
    several times in a row counts once, when it is left.
    """
    left = [max(at for _, at in run) for _, run in groupby(saves, lambda one: one[0])]
    steps = [later - earlier for earlier, later in pairwise(left)]
    seconds = [step.total_seconds() for step in steps if AT_ONCE <= step <= SITTING]
    return timedelta(seconds=median(seconds)) if len(seconds) >= FEWEST else None


def in_words(time: timedelta) -> str:
    """ "25 min" to five minutes, "3 h" or "2½ h" to half an hour, from 10 h on to the hour."""
    minutes = time / timedelta(minutes=1)
    if minutes < 57.5:
        return f"{max(5, round(minutes / 5) * 5)}\u00a0min"
    if minutes >= 570:
        return f"{round(minutes / 60)}\u00a0h"
    hours, half = divmod(round(minutes / 30), 2)
    return f"{hours}{'½' if half else ''}\u00a0h"


def time_left(assessment: Assessment, person_id: int, questions: int) -> str:
    """The time that some questions will take a person; "" where nothing is known."""
    each = pace(read(assessment, person_id)) if questions else None
    return in_words(each * questions) if each else ""


def read(assessment: Assessment, person_id: int) -> list[tuple[str, datetime]]:
    """The newest answers of one person, oldest first: the answer and the moment.

    Those of their programs are not theirs; ``trail.token_of`` reads the same mark.
    """
    events = Event.objects.filter(scope_id=assessment.pk)
    first = events.order_by("-seq").values("seq")[LATEST - 1 : LATEST]
    newest = events.filter(seq__gte=Coalesce(Subquery(first), 0), action=ANSWER_SAVED)
    own = newest.exclude(payload__contains='"token":').order_by("seq")
    # Asked for a person, PostgreSQL would go through all that they ever did.
    rows = own.values_list("actor_id", "subject_id", "at")
    return [(answer, at) for actor, answer, at in rows if actor == person_id]
