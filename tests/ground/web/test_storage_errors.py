"""A disk that is full, a database that is only read: a save keeps its text, pages are read,
and it goes on after."""

import errno
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from compliance.ground.web import storage_errors
from compliance.models import Event
from tests.support import factories

pytestmark = pytest.mark.django_db
NOTE = "A <b>long</b> note. " + "Kept since May. " * 5000


@contextmanager
def full():
    """The database has no page left, which SQLite calls a full disk."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite takes a limit of its size")
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
    at = reverse("workspace:answer_save", args=["acme", answer.assessment_id, answer.pk])
    return lambda **headers: client.post(at, {"base": answer.version, "note": NOTE}, headers=headers)


def test_save_on_a_full_disk_keeps_the_text_and_works_when_there_is_room(save, answer):
    with full():
        page = save()
        assert page.status_code == 507
        assert "everything saved before is safe" in page.text
        assert "A &lt;b&gt;long&lt;/b&gt; note." in page.text
        assert page.text.count("Kept since May.") == 5000
        reply = save(**{"HX-Request": "true"})
        assert (reply.status_code, "<" in reply.text) == (507, False)
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


@contextmanager
def read_only():
    """The database refuses every write, as one that is being moved does."""
    on, off = "PRAGMA query_only = on", "PRAGMA query_only = off"
    if connection.vendor == "postgresql":
        on, off = "SET TRANSACTION READ ONLY", "ROLLBACK TO SAVEPOINT writing"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SAVEPOINT writing")
        cursor.execute(on)
        try:
            yield
        finally:
            cursor.execute(off)


def test_save_in_a_database_that_is_only_read_keeps_the_text(save, answer):
    with read_only():
        page = save()
        assert page.status_code == 503
        assert "The database can only be read" in page.text
        assert page.text.count("Kept since May.") == 5000
        assert save(**{"HX-Request": "true"}).status_code == 503
    assert save().status_code == 302


def test_pages_of_a_database_that_is_only_read(answer, cast, sign_in, client):
    here = answer.assessment.get_absolute_url()
    ada = sign_in(cast.ada)
    pages = [here, f"{here}review/", "/o/acme/assessments/", "/o/acme/evidence/"]
    with read_only():
        assert [ada.get(page).status_code for page in pages] == [200] * 4
        given = {"login": cast.con.email, "password": factories.PASSWORD}
        page = client.post("/accounts/login/", given)
        assert page.status_code == 503
        assert "Nothing can be saved at the moment" in page.text
        assert factories.PASSWORD not in page.text


def fault(state):
    """The error that Django makes of a fault that PostgreSQL names by a state."""
    error = OperationalError("could not extend file")
    error.__cause__ = psycopg.errors.lookup(state)()
    return error


@pytest.mark.parametrize(
    ("error", "is_full", "is_read_only"),
    [
        (OSError(errno.ENOSPC, "no space"), True, False),
        (OSError(errno.EDQUOT, "quota"), True, False),
        (OSError(errno.EIO, "broken"), False, False),
        (fault("53100"), True, False),
        (fault("57014"), False, False),
        (OperationalError("database or disk is full"), True, False),
        (OperationalError("database is locked"), False, False),
        (OSError(errno.EROFS, "read-only"), False, True),
        (fault("25006"), False, True),
        (OperationalError("attempt to write a readonly database"), False, True),
        (ValueError("disk is full"), False, False),
    ],
)
def test_each_is_known_by_its_fault(error, is_full, is_read_only):
    assert storage_errors.is_full(error) is is_full
    assert storage_errors.is_read_only(error) is is_read_only


def test_page_has_no_token_and_nothing_secret(rf):
    typed = {"password": "geheim", "code": "hidden", "version": "3", "said": "Why?"}
    request = rf.post("/", typed | {"csrfmiddlewaretoken": "token"})
    request.sensitive_post_parameters = ("code",)
    page = storage_errors.reply(request, OSError(errno.ENOSPC, "")).content.decode()
    assert "<pre>Why?</pre>" in page
    assert page.count("<pre>") == 1
