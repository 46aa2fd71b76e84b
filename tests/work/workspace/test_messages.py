"""What was done or refused is said beside the rows: by its level, and for how long."""

import re

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string
from django.urls import reverse

from compliance.proof.audit.models import Event
from compliance.work.workspace.row_pages import ALERTS
from tests.support.factories import make_assessment
from tests.support.page_text import flat
from tests.work.workspace.test_cost import HTMX, save_url


@pytest.fixture
def undo(cast, sign_in):
    """A client, and the address that takes its only answer back."""
    assessment = make_assessment(cast.acme, cast.ada)
    answer, client = assessment.answers.first(), sign_in(cast.ada)
    client.post(save_url(answer), {"base": answer.version, "verdict": "met"})
    seq = Event.objects.filter(subject_id=str(answer.pk)).latest("seq").seq
    where = reverse("workspace:undo", args=["acme", assessment.pk, seq])
    return client, assessment, where


def part(page, name):
    """The element of that id in the corner of the page, up to the next one."""
    return flat(page.split(f'id="{name}"')[1].split("<div id=")[0])


def test_levels_differ_by_icon_and_class_and_an_error_is_an_alert():
    looks = {}
    for level in (
        *(constants.INFO, constants.SUCCESS),
        *(constants.WARNING, constants.ERROR),
    ):
        page = render_to_string("ui/messages.html", {"messages": [Message(level, "x")]})
        icon = re.search(r"#(i-[a-z-]+)", page)[1]
        kind = re.search(r'class="note ([a-z-]+)"', page)[1]
        looks[kind] = icon, re.search(r'role="(\w+)"', page)[1]
    assert looks == {
        "note-info": ("i-info-circle", "status"),
        "note-good": ("i-circle-check", "status"),
        "note-warn": ("i-alert-triangle", "status"),
        "note-bad": ("i-alert-circle", "alert"),
    }


def test_refused_undo_is_an_alert_outside_what_the_next_save_replaces(undo):
    client, assessment, where = undo
    type(assessment).objects.update(status="archived")
    reply = client.post(where, headers=HTMX)
    assert (reply.status_code, reply.headers["HX-Retarget"]) == (422, ALERTS)
    assert 'role="alert"' in reply.text
    assert "Nothing was undone." in flat(reply.text)
    assert "data-close" in reply.text


def test_without_script_errors_stand_apart_from_what_was_done(undo):
    client, assessment, where = undo
    page = client.post(where, follow=True).text
    assert "Undone." in part(page, "undo")
    assert "i-circle-check" in part(page, "undo")
    assert "note" not in part(page, "alerts")
    type(assessment).objects.update(status="archived")
    page = client.post(where, follow=True).text
    assert 'role="alert"' in part(page, "alerts")
    assert "note" not in part(page, "undo")


def test_undo_of_what_was_changed_since_is_a_warning(undo):
    client, assessment, where = undo
    answer = assessment.answers.get(verdict="met")
    client.post(save_url(answer), {"base": answer.version, "verdict": "partly"})
    again = client.post(where, headers=HTMX)
    assert "note-warn" in again.text
    assert "Nothing was undone: it has been changed again since." in flat(again.text)


def test_assessment_that_cannot_be_archived_says_so_as_an_error(undo):
    client, assessment, _ = undo
    where = reverse("workspace:archive", args=["acme", assessment.pk])
    assert 'class="note note-good"' in flat(client.post(where, follow=True).text)
    type(assessment).objects.update(status="review")
    assert 'class="note note-bad"' in flat(client.post(where, follow=True).text)
