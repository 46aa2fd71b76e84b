"""The types of events about reviews and signatures."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.assessments.choices import AssessmentStatus
from compliance.audit.event_types import EventType, Prepares, Topic

_assessment = partial(
    EventType,
    subject="assessment",
    topic=Topic.ASSESSMENT,
    prepares=Prepares.NOTHING,
    about_review=True,
)

ASSESSMENT_SENT = _assessment(
    "assessment.sent",
    _("sent for review"),
    moves_status=True,
    leaves=AssessmentStatus.RUNNING,
    enters=AssessmentStatus.REVIEW,
)
ASSESSMENT_RETURNED = _assessment(
    "assessment.returned",
    _("returned for changes"),
    moves_status=True,
    leaves=AssessmentStatus.REVIEW,
    enters=AssessmentStatus.RUNNING,
)
ASSESSMENT_SIGNED = _assessment(
    "assessment.signed",
    _("signed"),
    moves_status=True,
    leaves=AssessmentStatus.REVIEW,
    enters=AssessmentStatus.SIGNED,
)
REOPENING_ASKED = _assessment("assessment.reopening_asked", _("reopening asked for"))
REOPENING_DECLINED = _assessment(
    "assessment.reopening_declined", _("reopening declined")
)
ASSESSMENT_REOPENED = _assessment(
    "assessment.reopened",
    _("reopened"),
    moves_status=True,
    leaves=AssessmentStatus.SIGNED,
    enters=AssessmentStatus.RUNNING,
)
