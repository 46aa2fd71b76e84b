"""The check list of an edition, from its rows and the legal index of today."""

from django.utils import timezone

from compliance.content.checklists import content
from compliance.content.checklists.models import Edition
from compliance.content.legal_index import citing
from compliance.content.publishing import checking


def items(edition: Edition) -> list[checking.Item]:
    """Points that are open before the edition can be published: seven queries."""
    document = content.document(edition)
    asked = checking.questions(document)
    cites = {cite for question in asked for cite in question["cites"]}
    return checking.items(document, citing.look_up(cites, timezone.localdate()))
