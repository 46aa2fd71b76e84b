"""The sample of an erased person goes."""

from compliance.operations.erasure.actions import going
from compliance.operations.samples import throwing

going.connect(throwing.throw_away_of)
