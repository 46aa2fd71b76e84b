"""Changing title and dates."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from compliance.content.evidence.actions.recording import (
    plain,
    refuse_full_disk,
    refuse_wrong_words,
)
from compliance.content.evidence.events import EVIDENCE_DESCRIBED
from compliance.content.evidence.fields import DESCRIBED
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing


class StaleError(ValidationError):
    """Someone else changed a field meanwhile; ``now`` maps it to what stands there."""

    def __init__(self, now: dict[str, Any]) -> None:
        super().__init__("Someone else has changed it in the meantime.", code="stale")
        self.now = now


def describe(
    *,
    by: User,
    evidence: Evidence,
    base: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Evidence:
    """The evidence with another title or other dates; nothing new, nothing recorded.

    Takes the names of ``DESCRIBED``. ``base`` is what the page showed: a field that
    the person left as it was is left to others, and one that both changed raises
    ``StaleError`` and changes nothing. Raises ``ValidationError`` for values that
    cannot be and ``TypeError`` for other names.
    """
    if unknown := changes.keys() - set(DESCRIBED):
        msg = f"not described: {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    if base is not None:
        changes = {name: new for name, new in changes.items() if new != base.get(name)}
    with writing():
        rows = Evidence.objects.select_for_update(of=("self",))
        evidence = rows.select_related("organisation", "added_by").get(pk=evidence.pk)
        before = {
            name: getattr(evidence, name)
            for name, value in changes.items()
            if getattr(evidence, name) != value
        }
        if base is not None:
            _refuse_stale(before, base)
        if not before:
            return evidence
        for name in before:
            setattr(evidence, name, changes[name])
        refuse_wrong_words(evidence)
        with refuse_full_disk():
            evidence.save(update_fields=list(before))
            trail.record(
                by=by,
                organisation_id=evidence.organisation_id,
                action=EVIDENCE_DESCRIBED,
                subject=evidence,
                before=plain(before),
                after=plain({name: changes[name] for name in before}),
            )
    return evidence


def _refuse_stale(standing: Mapping[str, Any], base: Mapping[str, Any]) -> None:
    """Of the fields that would change, those that are not as the page showed them."""
    now = {name: value for name, value in standing.items() if value != base.get(name)}
    if now:
        raise StaleError(now)
