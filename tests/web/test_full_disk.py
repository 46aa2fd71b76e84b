"""A disk that is full: a save is 507 with its text, pages are read, and it goes on after."""

import errno
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from compliance.models import Event
from compliance.web import full_disk
from tests import factories

pytestmark = pytest.mark.django_db
NOTE = "A <b>long</b> note. " + "Kept since May. " * 5000


@contextmanager
def full():
    """The database has no page left, which SQLite calls a full disk."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite can be told how large it may be")
    with connection.cursor() as cursor:

        def pragma(name):
            return cursor.execute(f"PRAGMA {name}").fetchone()[0]

        free = pragma("freelist_count") * pragma("page_size")
        cursor.execute(f"CREATE TABLE filler AS SELECT zeroblob({free})")
        pragma(f"max_page_count = {pragma('page_count')}")
        try:
            yield
        finally:
            pragma("max_page_count = 1073741823")


@pytest.fixture
def answer(cast):
    return factories.make_assessment(cast.acme, cast.ada).answers.first()


@pytest.fixture
def save(answer, cast, sign_in):
    """``save(**headers)``: the reply to a save of the note."""
    client = sign_in(cast.con)
    client.raise_request_exception = False
    at = reverse(
        "assessments:answer_save", args=["acme", answer.assessment_id, answer.pk]
    )
    return lambda **headers: client.post(
        at, {"base": answer.version, "note": NOTE}, headers=headers
    )


def test_save_on_a_full_disk_keeps_the_text_and_works_when_there_is_room(save, answer):
    with full():
        page = save()
        assert page.status_code == 507
        assert "everything saved before is safe" in page.text
        assert "A &lt;b&gt;long&lt;/b&gt; note." in page.text
        assert page.text.count("Kept since May.") == 5000
        told = save(**{"HX-Request": "true"})
        assert (told.status_code, "<" in told.text) == (507, False)
        answer.refresh_from_db()
        assert (answer.note, Event.objects.count()) == ("", 0)
    assert save().status_code == 302
    answer.refresh_from_db()
    assert answer.note == NOTE.rstrip() or answer.note == NOTE


def test_pages_are_read_on_a_full_disk(answer, cast, sign_in):
    client, here = sign_in(cast.ada), answer.assessment.get_absolute_url()
    pages = [here, f"{here}review/", "/o/acme/assessments/", "/o/acme/evidence/"]
    with full():
        assert [client.get(page).status_code for page in pages] == [200] * 4


def fault(state):
    """What Django makes of a fault that PostgreSQL names by a state."""
    error = OperationalError("could not extend file")
    error.__cause__ = psycopg.errors.lookup(state)()
    return error


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.ENOSPC, "no space"), True),
        (OSError(errno.EDQUOT, "quota"), True),
        (OSError(errno.EIO, "broken"), False),
        (fault("53100"), True),
        (fault("57014"), False),
        (OperationalError("database or disk is full"), True),
        (OperationalError("database is locked"), False),
        (ValueError("disk is full"), False),
    ],
)
def test_only_want_of_space_is_a_full_disk(error, is_full):
    assert full_disk.is_full(error) is is_full


def test_page_has_no_token_and_nothing_secret(rf):
    typed = {"password": "geheim", "code": "hidden", "version": "3", "said": "Why?"}
    request = rf.post("/", typed | {"csrfmiddlewaretoken": "token"})
    request.sensitive_post_parameters = ("code",)
    page = full_disk.reply(request).content.decode()
    assert "<pre>Why?</pre>" in page
    assert page.count("<pre>") == 1
