"""The day on which somebody last looked whether the entries of an instrument still stand."""

from datetime import date

import pytest
from django.urls import reverse

from compliance.content.checklist_schema.law import Law
from compliance.content.legal_index.actions import store_instrument
from compliance.models import Event, Instrument
from compliance.proof.audit import trail
from tests.support.factories import make_assessment, make_draft, make_provision, publish
from tests.support.page_text import flat


def law(seen_on):
    return Law.model_validate(
        {
            "instrument": {
                "key": "court", "name": "Court", "title": "Judgments", "url": "https://curia.europa.eu/",
                "force": "law", "cite_as": "CJEU {}", "link": "https://curia.europa.eu/{}",
                "applies_from": date(2016, 10, 19), "seen_on": seen_on,
            },
            "provisions": [{"article": "C-582/14", "title": "Breyer"}],
        }
    )  # fmt: skip


@pytest.mark.django_db
def test_day_is_stored_changed_with_an_event_and_not_recorded_twice():
    assert store_instrument(by=None, document=law(None).document())
    document = law(date(2026, 11, 27)).document()
    assert store_instrument(by=None, document=document)
    assert not store_instrument(by=None, document=document)
    row = Instrument.objects.get(key="court")
    assert row.seen_on == date(2026, 11, 27)
    event = Event.objects.latest("pk")
    assert event.action == "instrument.changed"
    assert trail.changes(event) == ({"seen_on": None}, {"seen_on": "2026-11-27"})


def test_panel_shows_the_day_where_there_is_one(cast, sign_in):
    draft = make_draft()
    cited = draft.questions.get(key="Q1").citations
    cited.create(provision=make_provision(), position=1)
    assessment = make_assessment(cast.acme, cast.ada, publish(draft))
    answer = assessment.answers.get(question__key="Q1")
    page = reverse("workspace:panel", args=["acme", assessment.pk, answer.pk, "law"])
    client = sign_in(cast.con)
    assert "looked up on" not in client.get(page).text
    Instrument.objects.update(seen_on=date(2026, 11, 27))
    assert "; looked up on 27 Nov 2026</span>" in flat(client.get(page).text)


def test_every_index_of_guidance_judgments_and_codes_says_its_day(shipped):
    laws = shipped.laws
    days = {law.content.instrument.key: law.content.instrument.seen_on for law in laws}
    dated = {key for key, day in days.items() if day}
    guided = {
        law.content.instrument.key for law in laws if law.content.instrument.force == "authority_guidance"
    }
    assert guided | {"court", "ai-codes", "eu-decisions"} == dated
