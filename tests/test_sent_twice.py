"""Every form of every page, sent twice: a lost reply, a second press, or another tab.

The second press says what the first one said, leads to the same page, adds nothing to the
trail and mails nobody, but for the forms that ``ANEW`` and ``OTHERWISE`` name.
"""

import re
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import resolve
from django_tasks_db.models import DBTaskResult
from lxml import html

from compliance.models import Event
from tests.support.factories import PASSWORD, make_checklist, make_draft
from tests.support.tenth import WHOLE, is_drawn
from tests.test_doors import (  # noqa: F401
    DOORS,
    address,
    cast,
    doors,
    enter,
    keys,
    knock,
    methods_of,
    world,
)

pytestmark = pytest.mark.slow

TEXTS = {"email": "some@example.org", "url": "https://example.org/", "number": "5"}
TEXTS |= {"date": "2026-12-20", "password": PASSWORD, "text": "Some words"}
UNTYPED = {"hidden", "radio", "checkbox", "file", "submit", "button"}
SENDING = "17-4"
"""The name that the script gives a form in which somebody types."""
FILES = [
    "answer_sheets:sheet_file", "checklist_files:checklist_file", "closing:archive_file",
    "comparison:figures", "exports:file", "gaps:figures", "history:trail_export",
    "results:figures", "results:framework_file", "results:overview_figures",
]  # fmt: skip
"""Somebody takes a file along: each time is an event."""
ANEW = {
    "account_change_password": "It signs everybody out, this browser, too.",
    "account_reset_password": "The answer is the same for whoever asks, however often.",
    "calendar:audit_subscribe": "The first address may never have been seen.",
    "calendar:subscribe": "The first address may never have been seen.",
    "editor:part_copy": "Two copies may be meant.",
    "exports:ask_bundle": "The job is queued again, for one file.",
    "exports:ask_pack": "The job is queued again, for one file.",
    "organisations:invitation_again": "The newest link is the one that opens.",
    "organisations:leave": "Whoever has left an organisation sees nothing of it.",
    "organisations:member_sign_out": "They may have signed in since.",
    "webhooks:webhook_secret": "The first secret may never have been seen.",
    "webhooks:webhook_test": "Each test is one.",
    "workspace:saved_view_remove": "No event says who removed a view.",
}
"""Forms whose second press does it once more, or finds nothing: address to why."""
OTHERWISE = {
    "bulk:undo": "There is nothing left to undo.",
    "editor:fact_save": "There is no change to show.",
    "editor:head": "There is no change to show.",
    "evidence_use:replace": "The answers use it already.",
    "evidence_use:use": "The answers use it already.",
    "remediation:action_save": "There was nothing to change.",
}
"""Forms whose second press says something else, and does nothing: address to what."""


LEFT = {"account_logout", *FILES, *ANEW}


class Form:
    """A form as somebody sends it who fills in each field that is empty."""

    def __init__(self, form, button, page):
        named = [f for f in form.iter("input", "textarea", "select") if f.get("name")]
        self.fields, self.path = {}, form.get("hx-post") or form.get("action") or page
        self.is_htmx = form.get("hx-post") is not None
        for field in named:
            if field.get("disabled") is None and field.get("type") not in {"file"}:
                self._fill(field)
        self.fields.pop("csrfmiddlewaretoken", None)
        is_typed = any(
            f.tag == "textarea" or f.get("type", "text") in {"text", "email", "url"} for f in named
        )
        if is_typed and not self.is_htmx:
            self.fields["sending"] = [SENDING]
        if button is not None:
            self.path = button.get("formaction") or self.path
            if button.get("name"):
                self.fields[button.get("name")] = [button.get("value", "")]
        if not self.path.startswith("/"):
            self.path = page
        self.door = resolve(urlsplit(self.path).path).view_name

    def _fill(self, field):
        name, kind = field.get("name"), field.get("type", "text")
        if field.tag == "select":
            self.fields[name] = chosen_of(field)
        elif field.tag == "textarea":
            self.fields[name] = [(field.text or "").strip() or "Some words."]
        elif kind in {"radio", "checkbox"}:
            if field.get("checked") is not None or name not in self.fields:
                self.fields[name] = [field.get("value", "on")]
        elif kind not in UNTYPED:
            is_search = name == "q" or "query" in name
            given = "" if is_search else TEXTS.get(kind, "Some words")
            self.fields[name] = [field.get("value") or given]
        elif kind == "hidden":
            self.fields.setdefault(name, []).append(field.get("value", ""))

    @property
    def shape(self):
        """Forms of one shape do the same to another row."""
        names = frozenset(name for name in self.fields if not re.search(r"\d\d", name))
        modes = [self.fields.get(name) for name in ("what", "do", "status", "verdict")]
        return self.door, names, str(modes)


def chosen_of(select):
    options = [one for one in select.iter("option") if one.get("disabled") is None]
    values = [one.get("value", (one.text or "").strip()) for one in options]
    chosen = [value for one, value in zip(options, values, strict=True) if one.get("selected") is not None]
    return [*filter(None, chosen)][:1] or [*filter(None, values)][:1]


def forms_of(page, path):
    """The forms of a page that change something, once for each of their buttons."""
    whole = html.fromstring(page)
    for form in whole.iter("form"):
        if form.get("hx-post") or form.get("method", "").lower() == "post":
            buttons = [one for one in form.iter("button") if one.get("type") != "button"]
            for button in buttons or [None]:
                yield Form(form, button, path)


def sent(client, form):
    """The reply, what it said to the next page, and how much was recorded and mailed."""
    cache.clear()
    before = Event.objects.count(), DBTaskResult.objects.count()
    headers = {"HX-Request": "true"} if form.is_htmx else {}
    reply = client.post(form.path, form.fields, headers=headers)
    reply.getvalue()
    queued = reply.wsgi_request._messages._queued_messages
    done = Event.objects.count() - before[0], DBTaskResult.objects.count() - before[1]
    said = [str(one) for one in queued]
    return (reply.status_code, reply.get("Location", ""), said), done


def test_every_form_that_is_left_out_has_an_address():
    assert {*LEFT, *OTHERWISE} <= {*DOORS}


def forms_for(client, draft, keys, whole):  # noqa: F811
    """One form of each shape on the pages that a person sees."""
    seen = set()
    for door in doors():
        if "GET" not in methods_of(door) or not is_drawn(door.name, whole):
            continue
        editions = [{}, {"edition_id": draft.pk}]
        for others in editions if "edition_id" in door.params else [{}]:
            path = address(door, keys, **others)
            page = knock(client, "GET", path)
            if page.status_code != 200 or b"<form" not in page.body:
                continue
            for form in forms_of(page.body, path):
                if form.shape not in seen and form.door not in LEFT:
                    seen.add(form.shape)
                    yield form


@WHOLE
@pytest.mark.parametrize(("person", "least"), [("ada", 45), ("aud", 5)])
def test_form_that_is_sent_twice_is_one_form(
    person,
    least,
    whole,
    *,
    keys,  # noqa: F811
    cast,  # noqa: F811
    enter,  # noqa: F811
):
    draft = make_draft(checklist=make_checklist("own", cast.acme))
    client = enter(getattr(cast, person))
    cookies = client.cookies.output(header="", sep=";")
    wrong, did = [], set()
    for form in forms_for(client, draft, keys, whole):
        with transaction.atomic():
            first, done = sent(client, form)
            second, again = sent(client, form)
            transaction.set_rollback(True)
        client.cookies.load(cookies)  # whoever was signed out comes back
        did |= {form.door} if any(done) else set()
        is_other = second != first and form.door not in OTHERWISE
        if is_other or any(again):
            wrong.append((form.door, form.path, first, second, again))
    assert wrong == []
    assert not whole or len(did) >= least, sorted(did)
