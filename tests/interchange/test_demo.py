"""The demo organisation: complete, made once, by the ordinary actions."""

import pytest
from django.conf import settings

from compliance.audit import trail
from compliance.interchange import actions
from compliance.interchange.demo import PASSWORD, load_demo
from compliance.models import Answer, Assessment, Event, Organisation, User

FOLDER = settings.BASE_DIR / "seeds" / "demo"


@pytest.fixture
def demo(db):
    actions.load(by=None, folder=settings.BASE_DIR / "seeds")
    return load_demo(FOLDER)


@pytest.mark.slow
def test_demo_is_made_once_and_its_trail_stands(demo):
    organisation = Organisation.objects.get(slug="nordhavn")
    events = Event.objects.count()
    assert load_demo(FOLDER) == demo
    assert Event.objects.count() == events
    assert trail.verify(organisation.pk) is None


@pytest.mark.slow
def test_demo_shows_every_role_and_verdict_and_people_can_sign_in(demo):
    roles = {role for _, role, _, _ in demo}
    assert roles == {
        "Owner",
        "Officer",
        "Contributor",
        "Reviewer",
        "Reader",
        "Auditor",
    }
    assert User.objects.get(email=demo[0][3]).check_password(PASSWORD)
    for assessment in Assessment.objects.all():
        applying = Answer.objects.filter(assessment=assessment, applies=True)
        verdicts = set(applying.values_list("verdict", flat=True))
        assert verdicts >= {"met", "partly", "unanswered"}
        assert applying.filter(attachments=None, verdict="met").exists()
