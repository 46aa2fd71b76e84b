"""Text typed into any form of the product is kept on the device until it is saved.

Every page of the table of doors is walked; a new form is kept by itself (``unsaved-forms.js``), or
says why not.
"""

import re

import pytest

from tests.support.editor_forms import url
from tests.support.factories import PASSWORD, make_checklist, make_draft
from tests.test_doors import address, doors, enter, knock, make_keys, methods_of  # noqa: F401

pytestmark = pytest.mark.slow

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(textarea|input)\b([^>]*)>")
TYPED = {"text", "email", "url"}
UNKEPT = {
    "confirm": "It carries what another form keeps, and a password.",
    "name": "The next page goes on with the name of a passkey, and nothing else is typed.",
}
"""Forms that say ``data-unkept``, by what they say, each with its reason."""


def attribute(name, attributes):
    found = re.search(rf'\b{name}="?([^"\s>]*)', attributes)
    return found[1] if found else ""


FORMS = "unsaved-forms"


def is_typed(field):
    """Whether someone writes text into a field that is worth keeping."""
    tag, rest = field
    kind = attribute("type", rest) or "text"
    is_text = tag == "textarea" or kind in TYPED
    return is_text and "one-time-code" not in rest and "readonly" not in rest


def typed_forms(page):
    """The forms that change something and take text: attributes and fields."""
    for attributes, body in FORM.findall(page):
        fields = [field for field in FIELD.findall(body) if is_typed(field)]
        changes = 'method="post"' in attributes or "hx-post" in attributes
        if fields and changes and "data-reveal" not in body:
            yield attributes, fields


def keeper_of(attributes, page):
    """Which script keeps the text of a form; "" for none."""
    scripts = set(re.findall(r"/js/([\w-]+)\.", page))
    if "data-q=" in attributes and "data-alone" not in page:
        return "outbox" if {"outbox", "contribute"} & scripts else ""
    if 'class="talk"' in attributes:
        return "talk" if "outbox" in scripts else ""
    if "data-at=" in attributes:
        is_whole = all(f"data-{name}=" in attributes for name in ("keep", "name"))
        return FORMS if is_whole and FORMS in scripts else ""
    if "data-unkept" in attributes:
        return "none" if attribute("data-unkept", attributes) in UNKEPT else ""
    return FORMS if 'method="post"' in attributes and "ui" in scripts else ""


@pytest.fixture
def keys(cast):
    return make_keys(cast)


@pytest.fixture
def pages(keys, cast, enter):  # noqa: F811
    """Each whole page of someone who is signed in: name, and the page."""
    draft = make_draft(checklist=make_checklist("own", cast.acme))

    def walked():
        for person in (cast.ada, cast.con, cast.aud):
            client = enter(person)
            for door in doors():
                if "GET" not in methods_of(door):
                    continue
                others = {"edition_id": draft.pk} if "edition_id" in door.params else {}
                if "other_id" in door.params or ":upgrade" in door.name:
                    others = {}
                reply = knock(client, "GET", address(door, keys, **others))
                if reply.status_code == 200 and b"<body" in reply.body:
                    yield f"{door.name} as {person}", reply.body.decode()

    return walked


def test_every_form_that_takes_text_has_a_keeper(pages):
    found, lost, loose = set(), [], set()
    for name, page in pages():
        for attributes, fields in typed_forms(page):
            keeper = keeper_of(attributes, page)
            found.add((name.split(" ")[0], keeper))
            unnamed = [rest for _, rest in fields if not attribute("name", rest)]
            if not keeper or unnamed:
                lost.append((name, attributes, unnamed))
        outside = re.sub(r"<template.*?</template>", "", FORM.sub("", page), flags=re.S)
        for tag, rest in FIELD.findall(outside):
            if tag == "textarea" and "form=" not in rest:
                loose.add(name)  # no submit sends it, so no keeper sees it
    assert (lost, loose) == ([], set())
    assert {keeper for _, keeper in found} >= {FORMS, "outbox"}
    assert len({name for name, _ in found}) >= 25, sorted(found)


def test_saved_form_is_named_to_the_next_page_and_a_refused_one_is_not(
    cast,
    sign_in,
    keys,
):
    ada = sign_in(cast.ada)
    draft = make_draft(checklist=make_checklist("own", cast.acme))
    add = url("part_add", draft)
    new = {"section": draft.sections.first().key, "text": "New?"}
    done = ada.post(add, new | {"sending": "17-4"})
    assert done.cookies["kept"].value == "17-4"
    assert done.cookies["kept"]["samesite"] == "Strict"
    for nameless in ({}, {"sending": ""}, {"sending": "x;path=/"}):
        assert "kept" not in ada.post(add, new | nameless).cookies
    refused = ada.post(add, {"section": "s1", "text": "", "sending": "17-5"})
    assert (refused.status_code, "kept" in refused.cookies) == (302, False)
    handed_back = ada.post(url("question_save", draft), {"key": "Q1", "sending": "17-6"})
    assert (handed_back.status_code, "kept" in handed_back.cookies) == (422, False)
    assert "kept" not in ada.get(url("edit", draft)).cookies
    ada.logout()
    assert "kept" not in ada.post(add, new | {"sending": "17-7"}).cookies


ONCE = {
    "tokens/new/": {"name": "Export", "whose": "own", "days": "30"},
    "webhooks/new/": {"address": "https://example.com/a", "topics": "comment"},
    "invitations/": {"email": "new@example.org", "name": "New", "role": "reader"},
}
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize("place", ONCE)
def test_page_that_shows_a_secret_once_says_that_its_form_is_saved(cast, sign_in, settings, place):
    settings.MAILERS = {"default": {"BACKEND": CONSOLE}}
    ada = sign_in(cast.ada)
    sent = ONCE[place] | {"sending": "17-8"}
    asked = ada.post(f"/o/acme/{place}", sent)
    assert "kept" not in asked.cookies
    assert 'name="sending" value="17-8"' in asked.text  # goes on with what was typed
    done = ada.post(f"/o/acme/{place}", sent | {"password": PASSWORD})
    assert (done.status_code, done.cookies["kept"].value) == (200, "17-8")
