"""All that people type is text on every page: it adds no element and no attribute.

Every text column of the models is filled twice, with plain words and with an attack, and
every page of every room is fetched with both. Only text may differ (safety.md, P1).
"""

import random
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, models

from tests.test_doors import DOORS, address, all_doors, cast, enter, keys, world  # noqa: F401

pytestmark = pytest.mark.slow

ATTACKS = (
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "</textarea></title></style><svg onload=alert(1)>",
    "<!--<b>-->",
    "{{ 7|add:'7' }}{% include 'base.html' %}${7*7}#{7}",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1)) ![y](http://127.0.0.1:9/z.png)",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=//127.0.0.1:9><input name=q>",
    "&lt;script&gt; &#60;b&#62; &amp;amp;",
    "]]><x:script xmlns:x='http://www.w3.org/1999/xhtml'>",
    '=HYPERLINK("http://127.0.0.1:9";"x")',
    "\u202egnp.exe \u2066x\u2069 \u200b",
    "` onmouseover=alert(1) a=`",
    "hx-on:click=alert(1) hx-get=/ data-hx-vals='js:{}'",
)
FIRSTS = range(0, len(ATTACKS), 3)
"""The place of the one that comes first in each walk."""
PLAIN = "Plain words of somebody."
KEPT = {
    "Event": None,  # the trail is a log: its hashes cover it
    "ChainHead": None,
    "Snapshot": None,  # canonical JSON under its hash
    "User": {"password", "email"},
    "Report": {"sha256", "content_hash", "step", "sealed_with"},
    "Evidence": {"sha256", "url", "content_type", "kind"},
    "Membership": {"role"},
    "Invitation": {"token_hash", "email"},
    "Organisation": {"slug"},
}
"""Columns that are no words of a person; None for all of a model."""
NO_WORDS = {"key", "kind", "hash", "content_hash", "number", "tone", "status", "method"}


def word_columns():
    """Every column that holds words, by model."""
    for model in apps.get_app_config("compliance").get_models():
        kept = KEPT.get(model.__name__, set())
        if kept is None:
            continue
        names = [
            field
            for field in model._meta.concrete_fields
            if type(field) in {models.CharField, models.TextField}
            and not (field.choices or field.unique or field.primary_key)
            and field.name not in NO_WORDS | kept
        ]
        if names:
            yield model, names


def unguard():
    """No trigger stands in the way, until the test is rolled back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # none waits for its end
            for model, _ in word_columns():
                table = model._meta.db_table
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def fill(text):
    """Put the text into every column of words; how many columns had a row to take it."""
    filled = 0
    for model, fields in word_columns():
        for field in fields:
            rows = model._base_manager.exclude(**{field.name: ""})
            filled += bool(rows.update(**{field.name: text[: field.max_length]}))
    cache.clear()
    return filled


class Bones(HTMLParser):
    """The elements and attribute names of a page, in order; texts and values left out."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag):
        self.found.append((f"/{tag}", ()))

    def handle_comment(self, data):
        self.found.append(("comment", ()))


def bones(body):
    parser = Bones()
    parser.feed(body.decode())
    return parser.found


def pages(client, keys):  # noqa: F811
    """Name and reply of every page that shows itself."""
    for door in all_doors():
        _, methods = DOORS[door.name]
        if "GET" not in methods or door.name.startswith("account_"):
            continue
        cache.clear()
        response = client.get(address(door, keys))
        body = response.getvalue()  # which closes a file
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code == 200 and is_page:
            yield door.name, bones(body)


def test_every_column_of_words_is_known():
    names = {model.__name__ for model, _ in word_columns()}
    assert {"Answer", "Comment", "Action", "Question", "Evidence"} <= names
    assert set(KEPT) <= {m.__name__ for m in apps.get_app_config("compliance").get_models()}


@pytest.mark.parametrize("walks", [1, pytest.param(len(FIRSTS), marks=pytest.mark.long)])
def test_attack_is_text_on_every_page(walks, cast, enter, keys):  # noqa: F811
    """Each time another attack comes first: short columns hold no more than one."""
    unguard()
    client = enter(cast.ada)
    assert fill(PLAIN) > 20
    dict(pages(client, keys))  # pictures of a file are drawn, or said to be none, once
    expected = dict(pages(client, keys))
    assert len(expected) > 40
    for first in random.sample(FIRSTS, walks):
        fill(" ".join(ATTACKS[first:] + ATTACKS[:first]))
        found = dict(pages(client, keys))
        assert sorted(found) == sorted(expected), ATTACKS[first]
        changed = [name for name in found if found[name] != expected[name]]
        assert changed == [], ATTACKS[first]
