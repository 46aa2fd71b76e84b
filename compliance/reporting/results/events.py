"""The types of events about results and targets."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Day, Hash, Side


class _Targets(Side, total=False):
    scale: Required[str]
    levels: Required[dict[str, int]]
    """Group to level, of the groups that have a target."""
    holds_by: Day | None


class Exported(Side, total=False):
    format: Required[str]
    sha256: Required[Hash]


_about = partial(EventType, topic=Topic.ASSESSMENT, prepares=Prepares.NOTHING)
_targets = partial(_about, before=_Targets, after=_Targets)

TARGETS_SET = _targets("targets.set", _("targets set"), subject="assessment")
TARGETS_SET_FOR_ALL = _targets(
    "targets.set_for_all", _("targets set for every assessment"), subject="checklist"
)
RESULT_EXPORTED = _about(
    "result.exported",
    _("result downloaded"),
    subject="assessment",
    after=Exported,
    topic=Topic.REPORT,
    prepares=Prepares.NOTHING,
)


class _Clauses(Side, total=False):
    framework: Required[str]
    format: Required[str]
    clauses: Required[int]
    sha256: Required[Hash]


CLAUSES_EXPORTED = EventType(
    "clauses.exported",
    _("evidence by framework clause downloaded"),
    subject="framework",
    after=_Clauses,
    topic=Topic.REPORT,
    prepares=Prepares.NOTHING,
)
RESULTS_EXPORTED = _about(
    "results.exported",
    _("results of every assessment downloaded"),
    subject="organisation",
    after=Exported,
    topic=Topic.REPORT,
)
