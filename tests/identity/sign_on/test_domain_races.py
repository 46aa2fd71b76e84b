"""Two organisations that show one domain at once; a database in memory has one connection."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.identity.sign_on import actions
from compliance.identity.sign_on.models import LAPSES_AFTER
from compliance.models import Domain, Event
from tests.support.provider_sign_in import show
from tests.support.races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]
NAME = "acme.example"


def test_two_organisations_at_once_and_one_gets_the_domain(cast, monkeypatch):
    rows = [
        actions.add_domain(by=by, organisation=organisation, name=NAME)
        for by, organisation in ((cast.ada, cast.acme), (cast.zoe, cast.other))
    ]
    monkeypatch.setattr(actions.dns, "texts_of", lambda _: [one.record for one in rows])
    outcomes = at_once(
        lambda: actions.verify_domain(by=cast.ada, domain=rows[0]),
        lambda: actions.verify_domain(by=cast.zoe, domain=rows[1]),
    )
    assert outcomes.count(None) == 1
    assert [one.code for one in outcomes if isinstance(one, ValidationError)] == ["taken"]
    assert Domain.objects.filter(verified_at__isnull=False).count() == 1


def test_taking_over_beside_the_daily_look_ends_the_first_one_once(cast, monkeypatch):
    first = show(cast.ada, cast.acme, NAME)
    first.missing_since = timezone.now() - LAPSES_AFTER
    Domain.objects.filter(pk=first.pk).update(missing_since=first.missing_since, asked_at=None)
    row = actions.add_domain(by=cast.zoe, organisation=cast.other, name=NAME)
    monkeypatch.setattr(actions.dns, "texts_of", lambda _: [row.record])
    at_once(
        lambda: actions.verify_domain(by=cast.zoe, domain=row),
        actions.look_again,
        actions.look_again,
    )
    row.refresh_from_db()
    assert row.verified_at
    assert Event.objects.filter(action="domain.gone").count() == 1
