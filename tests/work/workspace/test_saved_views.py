"""Views that people keep: a filter, an owner, a search and a section under a name."""

import re
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from django.core.exceptions import ValidationError

from compliance.models import Event, Membership, SavedView
from compliance.work.workspace import actions
from tests.support import factories


@pytest.fixture
def one(cast):
    return factories.make_assessment(cast.acme, cast.ada, factories.make_edition(6, sections=2))


@pytest.fixture
def con(cast, sign_in):
    return sign_in(cast.con)


def url(one, view=None, end=""):
    tail = f"{view.pk}/{end}" if view else ""
    return f"{one.get_absolute_url()}views/{tail}"


def keep(one, by, name="Gaps", address="?show=not-met", **more):
    return actions.keep_view(
        by=by,
        assessment=one,
        name=name,
        address=address,
        **({"is_shared": False} | more),
    )


def menu_of(client, one, address=""):
    """Name and address of every view in the menu beside the filters."""
    page = client.get(f"{one.get_absolute_url()}{address}").content.decode()
    menu = re.search(r'class="[^"]*morefilters.*?</details>', page, re.S).group()
    links = re.findall(r'<a\s[^>]*?href="([^"]*)"[^>]*><bdi\s*>([^<]*)</bdi', menu)
    return {name: unquote(href).replace("&amp;", "&") for href, name in links}


def test_view_is_kept_with_filter_owner_search_and_section(one, cast, con):
    address = f"?show=not-met&owner={cast.con.pk}&q=Pr%C3%BCfung+%26+log&from=4"
    asked = con.get(f"{url(one)}{address}&open=1&panel=law").content.decode()
    assert "Not met, owner Con Tributor, with “Prüfung &amp; log”, from 2 " in asked
    reply = con.post(f"{url(one)}{address}&open=1", {"name": "Gaps"})
    assert reply.status_code == 302
    assert reply.url == one.get_absolute_url() + address
    view = SavedView.objects.get()
    assert (view.user, view.name, view.is_shared) == (cast.con, "Gaps", False)
    assert menu_of(con, one) == {"Gaps": one.get_absolute_url() + unquote(address)}


def test_view_shows_what_it_was_kept_for(one, con):
    one.answers.filter(question__key__in=["Q2", "Q5"]).update(verdict="not_met")
    con.post(f"{url(one)}?show=not-met&q=duty", {"name": "Gaps"})
    address = SavedView.objects.get().address
    page = con.get(one.get_absolute_url() + address).content.decode()
    assert len(re.findall(r'data-q="\d+"', page)) == 2


def test_keeping_leaves_no_event(one, cast):
    keep(one, cast.con)
    assert Event.objects.filter(scope_id=one.pk).count() == 0


def test_views_are_ones_own(one, cast, sign_in):
    keep(one, cast.con)
    keep(one, cast.rob, address="?show=mine")
    for person, shown in ((cast.con, ["Gaps"]), (cast.rob, ["Gaps"]), (cast.ada, [])):
        assert list(menu_of(sign_in(person), one)) == shown


def test_shared_view_is_seen_by_all_and_changed_by_its_owner(one, cast, sign_in):
    view = keep(one, cast.otto, is_shared=True)
    rob = sign_in(cast.rob)
    assert list(menu_of(rob, one)) == ["Gaps"]
    page = rob.get(url(one)).content.decode()
    assert "Shared" in page
    assert f'action="{url(one, view)}"' not in page
    for end in ("", "remove/"):
        assert rob.post(url(one, view, end), {"name": "Mine"}).status_code == 404


@pytest.mark.parametrize(("who", "is_shared"), [("otto", True), ("con", False)])
def test_only_those_who_run_assessments_share(who, is_shared, one, cast, sign_in):
    client = sign_in(getattr(cast, who))
    sent = {"name": "Gaps", "is_shared": "on"}
    assert client.post(url(one), sent).status_code == 302
    assert SavedView.objects.get().is_shared is is_shared


def test_view_is_renamed_and_removed(one, cast, con):
    view = keep(one, cast.con)
    assert con.post(url(one, view), {"name": "Open"}).url == url(one)
    view.refresh_from_db()
    assert (view.name, view.address) == ("Open", "?show=not-met")
    assert con.post(url(one, view, "remove/")).url == url(one)
    assert SavedView.objects.count() == 0
    assert con.post(url(one, view, "remove/")).status_code == 404


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Give the view a name."),
        ("x" * 61, "at most 60 characters"),
        ("a\u202eb", "turns the writing direction"),
        ("\u200b", "at least one visible character"),
        ("Taken", "You have a view of this name already."),
    ],
)
def test_wrong_name_is_refused_and_stays_in_the_field(name, said, one, cast, con):
    keep(one, cast.con, name="Taken", address="?show=mine")
    view = keep(one, cast.con)
    for path in (f"{url(one)}?show=overdue", url(one, view)):
        reply = con.post(path, {"name": name})
        page = reply.content.decode()
        assert (reply.status_code, said in page) == (422, True)
        assert f'value="{name}"' in page or not name
    assert set(SavedView.objects.values_list("name", flat=True)) == {"Taken", "Gaps"}


def test_same_view_sent_twice_is_kept_once(one, con):
    for _ in range(2):
        sent = con.post(f"{url(one)}?show=mine", {"name": "Mine"})
        assert sent.status_code == 302
    assert SavedView.objects.count() == 1


def test_search_that_does_not_fit_is_refused(one, con):
    reply = con.post(url(one) + "?q=" + "%25" * 200, {"name": "Signs"})
    assert reply.status_code == 422
    assert "too long to save" in reply.content.decode()
    long = "ü" * 200
    assert con.post(f"{url(one)}?q={long}", {"name": "Long"}).status_code == 302
    assert long in SavedView.objects.get().address


def test_forty_views_are_kept_at_most(one, cast):
    for number in range(40):
        keep(one, cast.con, name=str(number))
    with pytest.raises(ValidationError, match="40 views can be saved at most"):
        keep(one, cast.con, name="more")
    keep(one, cast.rob, name="another person's")


def test_others_cannot_be_changed_by_the_action(one, cast):
    view = keep(one, cast.con)
    with pytest.raises(ValidationError, match="someone else"):
        actions.change_view(by=cast.ada, view=view, name="x", is_shared=False)
    with pytest.raises(ValidationError, match="someone else"):
        actions.remove_view(by=cast.ada, view=view)
    view.refresh_from_db()
    assert view.name == "Gaps"


def test_view_of_another_assessment_is_not_there(one, cast, con):
    view = keep(factories.make_assessment(cast.acme, cast.ada), cast.con)
    assert con.post(url(one, view), {"name": "x"}).status_code == 404
    theirs = factories.make_assessment(cast.other, cast.zoe)
    path = url(theirs).replace("/o/other/", "/o/acme/")
    assert con.post(path, {"name": "x"}).status_code == 404


def test_reader_keeps_views_of_an_archived_assessment(one, cast, sign_in):
    one.status = "archived"
    one.save()
    assert sign_in(cast.rob).post(url(one), {"name": "All"}).status_code == 302


def test_owner_who_left_and_section_that_is_gone_are_said(one, cast, con):
    keep(one, cast.con, address="?owner=999999&from=777")
    page = con.get(url(one)).content.decode()
    assert "All, owner someone who left<" in page
    address = f"{one.get_absolute_url()}?owner=999999"
    assert "A former member" in con.get(address).content.decode()


def test_address_in_the_database_is_read_as_leniently_as_any(one, cast, con):
    keep(one, cast.con, address="?show=<b>&owner=x&q=%00a&from=-1&next=//evil.example")
    assert menu_of(con, one) == {"Gaps": f"{one.get_absolute_url()}?q=a"}


def test_current_view_is_marked(one, cast, con):
    keep(one, cast.con)
    look = SimpleNamespace(on="?show=not-met&open=1", off="?show=mine")
    for address, marks in ((look.on, 1), (look.off, 0)):
        page = con.get(one.get_absolute_url() + address).content.decode()
        menu = re.search(r'class="[^"]*morefilters.*?</details>', page, re.S).group()
        assert menu.count("aria-current") == marks


def test_shared_view_goes_with_the_member_who_keeps_it(one, cast, con):
    keep(one, cast.otto, is_shared=True)
    assert list(menu_of(con, one)) == ["Gaps"]
    Membership.objects.filter(user=cast.otto).delete()
    assert menu_of(con, one) == {}
