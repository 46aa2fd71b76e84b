"""The console: figures and names of organisations, to administrators with a second factor."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from compliance.ground.web import redis_cache
from compliance.identity.organisations.actions import make_administrator
from compliance.identity.tokens.actions import make_token
from compliance.models import Event, User
from compliance.operations.console import state
from compliance.proof.audit.models import PEOPLE
from tests.support import auditor_seats, factories
from tests.support.mail_queue import send_queued
from tests.support.page_text import flat
from tests.support.provider_sign_in import protect

URL = "/console/"


@pytest.fixture
def admin(cast):
    """Someone who runs the installation, and is a member of nothing."""
    user = factories.make_user("Una Admin", "una@example.org")
    make_administrator(email=user.email)
    protect(user)
    send_queued()
    return User.objects.get(pk=user.pk)


def test_nobody_else_finds_it(cast, sign_in_freshly, client):
    assert client.get(URL).status_code == 302
    for person in (cast.ada, cast.otto, cast.zoe):
        protect(person)
        assert sign_in_freshly(person).get(URL).status_code == 404
        assert "Console" not in sign_in_freshly(person).get("/security/").text


def test_it_asks_for_a_second_factor_and_says_nothing_before(cast, sign_in_freshly):
    make_administrator(email=cast.ada.email)
    reply = sign_in_freshly(cast.ada).get(URL)
    assert reply.status_code == 403
    assert "Set up a second factor first" in reply.text
    assert "Checks" not in reply.text


def test_it_asks_again_who_they_are(admin, sign_in, sign_in_freshly):
    asked = sign_in(admin).get(URL)
    assert "Organisations" not in asked.text
    assert sign_in_freshly(admin).get(URL).status_code == 200


def test_it_shows_names_and_figures_of_organisations(admin, cast, sign_in_freshly):
    factories.make_assessment(cast.acme, cast.ada)
    page = flat(strip_tags(sign_in_freshly(admin).get(URL).text))
    assert "Acme" in page
    assert "Other" in page
    assert "SQLite" in page or "PostgreSQL" in page
    for word in (
        "Database: answers",
        "Migrations: 0 missing",
        "free",
        "Backup: none yet",
    ):
        assert word in page


def test_redis_that_is_gone_is_not_called_unused(admin, sign_in_freshly, settings, monkeypatch):
    monkeypatch.setattr(redis_cache, "answers", lambda: False)
    for url, says in (("", "not used here"), ("redis://gone", "does not answer")):
        settings.REDIS_URL, state.checks._kept = url, None
        page = flat(strip_tags(sign_in_freshly(admin).get(URL).text))
        assert f"Redis: {says}" in page


def test_it_shows_nothing_that_organisations_keep(admin, cast, sign_in_freshly):
    here = factories.make_assessment(cast.acme, cast.ada, subject="Secret subject")
    factories.make_link(cast.acme, cast.ada, title="Secret evidence")
    factories.make_action(cast.acme, cast.ada, here.answers.first(), title="Secret action")
    here.answers.update(note="Secret note")
    make_token(by=cast.ada, organisation=cast.acme, name="Secret token", scopes=[], days=1)
    auditor_seats.give(cast, here, "secret@audit.example")
    page = sign_in_freshly(admin).get(URL).text
    main = page[page.index("<main") : page.index("</main")]
    assert "ecret" not in main
    assert "@" not in main
    for person in User.objects.exclude(pk=admin.pk):
        assert person.name not in main
        assert person.email not in main
    for path in ("/o/acme/", here.get_absolute_url(), "/o/acme/trail/"):
        assert sign_in_freshly(admin).get(path).status_code == 404


def test_unsafe_settings_are_named(admin, sign_in_freshly, settings):
    settings.SECURE_HSTS_SECONDS = 0
    settings.SESSION_COOKIE_SECURE = False
    page = sign_in_freshly(admin).get(URL).text
    assert "security.W004" in page
    assert settings.SECRET_KEY not in page
    settings.SILENCED_SYSTEM_CHECKS = ["security.W004"]
    assert "security.W004" not in sign_in_freshly(admin).get(URL).text


def test_fault_of_a_check_is_shown(admin, sign_in_freshly, settings):
    settings.BACKUP_HOURS, settings.DISK_FREE_BYTES = 24, 10**18
    page = sign_in_freshly(admin).get(URL).text
    assert page.count("Look into it") == 2


def test_hostile_name_is_shown_as_it_is(admin, sign_in_freshly):
    factories.make_organisation("<script>alert(1)</script>", "hostile")
    page = sign_in_freshly(admin).get(URL).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_queries_do_not_grow_with_organisations(admin):
    def asked():
        state.checks._kept = None
        with CaptureQueriesContext(connection) as queries:
            state.context()
        return len(queries)

    before = asked()
    for number in range(5):
        of = factories.make_organisation(f"O {number}", f"o-{number}")
        person = factories.make_member(of, "owner", email=f"o{number}@example.org")
        factories.make_assessment(of, person)
    assert asked() == before


def test_jobs_are_counted_and_never_what_they_are_about(admin, cast):
    make_administrator(email=cast.ada.email)
    [mails] = [one for one in state.jobs() if one["name"] == "send"]
    assert mails["ready"] == 2
    assert cast.ada.email not in str(state.jobs())


def test_command_makes_and_ends_an_administrator_on_the_trail(cast):
    out = StringIO()
    call_command("make_administrator", cast.ada.email.upper(), stdout=out)
    assert "second factor" in out.getvalue()
    assert User.objects.get(pk=cast.ada.pk).is_administrator
    assert [one.to for one in send_queued()] == [[cast.ada.email]]
    call_command("make_administrator", cast.ada.email, stdout=out)
    call_command("make_administrator", cast.ada.email, "--end", stdout=out)
    assert not User.objects.get(pk=cast.ada.pk).is_administrator
    events = Event.objects.filter(organisation_id=PEOPLE).order_by("seq")
    assert list(events.values_list("action", "actor")) == [
        ("administrator.made", None),
        ("administrator.ended", None),
    ]
    assert [one.to for one in send_queued()] == [[cast.ada.email]]
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("make_administrator", "nobody@example.org")


def test_other_administrators_get_a_mail(admin, cast):
    make_administrator(email=cast.ada.email)
    assert {one.to[0] for one in send_queued()} == {admin.email, cast.ada.email}


def test_samples_count_nowhere(admin, cast):
    before, people = state.context()["count"], state.people()["open"]
    sample = factories.make_organisation("Lender (sample)", "sample-1")
    type(sample).objects.filter(pk=sample.pk).update(sample_of=cast.ada)
    factories.make_user("Bruno Maier", "bruno@sample.invalid")
    assert state.context()["count"] == before
    assert "Lender" not in str(state.context()["organisations"])
    assert state.people()["open"] == people
