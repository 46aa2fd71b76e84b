"""Rows of assessments."""

from compliance.assessments.models.answer import Answer, Attachment, Comment
from compliance.assessments.models.assessment import Assessment

__all__ = ["Answer", "Assessment", "Attachment", "Comment"]
