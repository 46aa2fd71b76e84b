"""Numbers that the pages of a start and of facts share."""

from collections import Counter
from datetime import date
from typing import Any

from django.utils import timezone

from compliance.content.checklists.models import Edition
from compliance.work.assessments.applying import Scope


def applying_counts(
    edition: Edition, known: dict[str, Any], *, period_from: date | None, rests: bool
) -> dict[str, Any]:
    """Numbers of questions by the day they bind, and of those that do not apply."""
    scope = Scope(edition, known, period_from=period_from, rests=rests)
    today = timezone.localdate()
    found = [scope.of(question) for question in edition.questions.all()]
    applying = [one for one in found if one.applies]
    ahead = Counter(one.binds_from for one in applying if one.binds_from and one.binds_from > today)
    return {
        "total": len(found),
        "applying": len(applying),
        "now_binding": len(applying) - sum(ahead.values()),
        "ahead_by_day": sorted(ahead.items()),
        "not_applying": len(found) - len(applying),
        "undecided": sum(one.is_open for one in applying),
        "contested": sum(one.is_contested for one in applying),
        "follows": scope.follows(),
    }
