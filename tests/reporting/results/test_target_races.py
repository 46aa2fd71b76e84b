"""Two people set targets for every assessment of a checklist at once."""

import pytest

from compliance.content.checklists.scales import scales_of
from compliance.models import Target
from compliance.reporting.results.actions import set_targets
from compliance.reporting.results.choices import Reach
from tests.support import signing
from tests.support.factories import make_scaled_edition
from tests.support.races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]


def test_two_that_set_targets_for_all_from_two_assessments_do_not_fail(cast):
    edition = make_scaled_edition()
    [scale] = scales_of(edition.scales)

    def setting(by, level):
        assessment = signing.begin(cast, edition)
        return lambda: set_targets(
            by=by,
            assessment=assessment,
            scale=scale,
            levels={"keys": level, "place": level},
            holds_by=None,
            reach=Reach.ORGANISATION,
            base="",
        )

    outcomes = at_once(setting(cast.ada, 1), setting(cast.otto, 2))
    kinds = sorted(type(one).__name__ for one in outcomes)
    assert kinds == ["ValidationError", "bool"]
    assert len(set(Target.objects.values_list("level", flat=True))) == 1
