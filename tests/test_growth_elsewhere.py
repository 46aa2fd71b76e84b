"""Another organisation may do anything: not a byte of one's own pages is another one."""

import re
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.utils import timezone

from compliance.identity.organisations.actions import invite
from compliance.models import Comment, Evidence, Invitation
from compliance.work.remediation.actions import create_action
from tests.support import factories, signing
from tests.test_doors import DOORS, address, all_doors, cast, enter, keys, world  # noqa: F401

pytestmark = pytest.mark.slow
TOKEN = re.compile(rb'(csrfmiddlewaretoken" value="|nonce="|nonce-)[\w+/=-]+')


@pytest.fixture
def still(monkeypatch):
    """A clock that stands: pages show the moment they are of."""
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)


def pages(client, keys):  # noqa: F811
    """Name of each page of an organisation to its bytes."""
    found = {}
    for door in all_doors():
        if "org" not in door.params or "GET" not in DOORS[door.name][1]:
            continue
        cache.clear()
        reply = client.get(address(door, keys))
        body = reply.getvalue()
        if reply.headers.get("Content-Type", "").startswith("text/html"):
            found[door.name] = (reply.status_code, TOKEN.sub(rb"\1", body))
    return found


def grow(cast):  # noqa: F811
    """Something of everything that people make."""
    other, zoe = cast.other, cast.zoe
    own = factories.make_checklist("grown", other)
    edition = factories.make_edition(checklist=own)
    for _ in range(3):
        assessment = factories.make_assessment(other, zoe, edition)
        answer = assessment.answers.order_by("question__position").first()
        signing.answer(zoe, assessment, "Q1", verdict="met", note="Grown.")
        factories.attach(answer, factories.make_link(other, zoe, "Grown"))
        Comment.objects.create(answer=answer, author=zoe, text="Grown")
        create_action(
            by=zoe,
            organisation=other,
            fields={"title": "Grown", "owner_id": zoe.pk, "due_on": signing.LATER},
            answer_ids=[answer.pk],
        )
    factories.make_member(other, "officer", "Grown Person")
    invite(
        by=zoe,
        organisation=other,
        email="grown@other.example.org",
        name="Grown",
        role="reader",
    )


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize("person", ["ada", "rob", "aud"])
def test_no_page_changes_beside_growth(person, keys, cast, enter):  # noqa: F811
    client = enter(getattr(cast, person))
    pages(client, keys)  # what looking leaves: a visit, a presence
    before = pages(client, keys)
    counts = [model.objects.count() for model in (Evidence, Comment, Invitation)]
    grow(cast)
    assert counts != [model.objects.count() for model in (Evidence, Comment, Invitation)]
    after = pages(client, keys)
    assert [name for name in before if before[name] != after[name]] == []
    assert len(before) > 40
