"""The editor's forms as a browser sends them."""

import re
from contextlib import suppress
from html import unescape
from urllib.parse import urljoin

import pytest
from django.urls import NoReverseMatch, reverse

from compliance.content.checklists import content
from compliance.models import Question
from compliance.proof.audit import trail
from tests.support.factories import make_checklist, make_draft

ROOMS = ("editor", "simulator", "publishing", "checklist_translations", "checklists")


def url(name, edition, org="acme"):
    """The address of a page of an edition, in whichever room it is."""
    for room in ROOMS:
        with suppress(NoReverseMatch):
            return reverse(f"{room}:{name}", args=[org, edition.pk])
    raise NoReverseMatch(name)


def typed(client, edition, key="Q1"):
    """The form of a question when nothing is changed."""
    editor = client.get(f"{url('edit', edition)}?question={key}").context["editor"]
    data = {"key": key}
    for part in editor.parts:
        for field in part:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
    return data


def save(client, edition, key="Q1", **changes):
    data = typed(client, edition, key) | changes
    return client.post(url("question_save", edition), data)


def key_of(event):
    """The key of what an action added."""
    return trail.changes(event)[1]["key"]


def question_of(edition, key="Q1"):
    rows = content.with_links(Question.objects.filter(edition=edition))
    return content.question_document(rows.get(key=key))


@pytest.fixture
def draft(cast):
    """Q1 to Q4 in two sections."""
    return make_draft(questions=4, sections=2, checklist=make_checklist("own", cast.acme))


@pytest.fixture
def ada(cast, sign_in):
    """Ada's client."""
    return sign_in(cast.ada)


def keep_theirs(client, reply):
    """The page behind "Keep theirs", followed from where a refused form was sent."""
    [link] = re.findall(r'data-keep-theirs\s+href="([^"]+)"', reply.text)
    return client.get(urljoin(reply.wsgi_request.path, unescape(link)))
