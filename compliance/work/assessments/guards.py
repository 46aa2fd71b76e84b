"""The origin of an imported assessment never changes; personal data in it can go."""

from compliance.ground.web.triggers import guard, same
from compliance.proof.audit.guards import ERASED, TEXTS, unless_deleted
from compliance.work.assessments.models import Origin, OriginEvent, OriginTrail

SAID = "the origin of an imported assessment never changes"

guard(
    Origin,
    said=SAID,
    update=f"NOT ({same(Origin, but=['stated'])})",
    delete=unless_deleted(Origin),
)
guard(
    OriginTrail,
    said=SAID,
    update=f"NOT ({same(OriginTrail, but=['names'])})",
    delete=unless_deleted(OriginTrail),
)
guard(
    OriginEvent,
    said=SAID,
    update=f"NOT ({ERASED} AND {same(OriginEvent, but=TEXTS)})",
    delete=unless_deleted(OriginEvent, "trail__origin__organisation_id"),
)
