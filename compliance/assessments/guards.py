"""The origin of an imported assessment never changes; personal data in it can go."""

from compliance.assessments.models import Origin, OriginEvent, OriginTrail
from compliance.audit.guards import ERASED, TEXTS
from compliance.web.triggers import guard, same

SAID = "the origin of an imported assessment never changes"

guard(Origin, said=SAID, update=f"NOT ({same(Origin, but=['stated'])})")
guard(OriginTrail, said=SAID, update=f"NOT ({same(OriginTrail, but=['names'])})")
guard(
    OriginEvent,
    said=SAID,
    update=f"NOT ({ERASED} AND {same(OriginEvent, but=TEXTS)})",
)
