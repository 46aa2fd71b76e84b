import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from compliance.content.evidence import actions
from compliance.content.evidence.safe_names import clean_name
from compliance.models import Event, Evidence
from tests.content.evidence.samples import KEPT, NAMES, PDF, flat
from tests.support.factories import make_link


def url(evidence, route=""):
    return f"/o/acme/evidence/{evidence.pk}/{route}"


def test_detail_shows_the_four_dates_the_file_and_its_whole_hash(cast, sign_in, make_file):
    evidence = make_file(
        document_on=date(2026, 1, 12),
        covers_from=date(2026, 1, 1),
        covers_to=date(2026, 11, 30),
        expires_on=date(2199, 12, 1),
    )
    page = re.sub(r"<[^>]+>", "", flat(sign_in(cast.rob).get(url(evidence))))
    for shown in (
        "12 Jan 2026",
        "1 Jan 2026 to 30 Nov 2026",
        "1 Dec 2199",
        "policy.pdf, PDF",
        evidence.sha256,
    ):
        assert shown in page
    assert "Edit title and dates" not in page


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "It ran out on"),
        (0, "It runs out today."),
        (1, "It runs out in 1 day."),
        (30, "It runs out in 30 days."),
    ],
)
def test_end_is_announced_ahead(cast, sign_in, make_file, days, words):
    evidence = make_file(expires_on=timezone.localdate() + timedelta(days=days))
    assert words in flat(sign_in(cast.rob).get(url(evidence)))


def test_link_is_shown_whole_and_sends_no_referrer(cast, sign_in):
    address = "https://e.eu/?a=1&b='x'"
    evidence = make_link(cast.acme, cast.ada)
    Evidence.objects.update(url=address)
    page = flat(sign_in(cast.rob).get(url(evidence)))
    shown = "https://e.eu/?a=1&amp;b=&#x27;x&#x27;"
    assert f'href="{shown}" rel="noopener noreferrer external"' in page
    assert f'<bdi class="whole">{shown}</bdi>' in page


@pytest.mark.parametrize("route", ["", "edit/", "file/"])
def test_id_of_another_organisation_is_as_unknown_as_none(cast, sign_in, make_file, route):
    theirs = make_file(organisation=cast.other)
    ada = sign_in(cast.ada)
    for pk in (theirs.pk, uuid4()):
        address = f"/o/acme/evidence/{pk}/{route}"
        assert ada.get(address).status_code == 404
        if route == "edit/":
            assert ada.post(address, {"title": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.title == "policy.pdf"


def test_edit_changes_title_and_dates(cast, sign_in, make_file):
    evidence = make_file(document_on=date(2026, 1, 12))
    con = sign_in(cast.con)
    page = con.get(url(evidence, "edit/")).text
    assert 'value="2026-01-12"' in page
    form = {"title": "New", "document_on": "", "expires_on": "2027-01-01"}
    assert con.post(url(evidence, "edit/"), form).url == url(evidence)
    evidence.refresh_from_db()
    fields = (evidence.title, evidence.document_on, evidence.expires_on)
    assert fields == ("New", None, date(2027, 1, 1))


def test_refused_edit_keeps_what_was_typed(cast, sign_in, make_file):
    evidence = make_file(title="Old")
    form = {"title": "", "document_on": "nonsense", "expires_on": "2027-01-01"}
    page = sign_in(cast.con).post(url(evidence, "edit/"), form)
    assert page.status_code == 422
    for words in ("Give it a title.", "Write the date as 2026-12-31.", "2027-01-01"):
        assert words in page.text
    evidence.refresh_from_db()
    assert (evidence.title, Event.objects.count()) == ("Old", 1)


@pytest.mark.parametrize("name", ["rob", "rev", "aud"])
def test_who_may_not_answer_may_not_edit(cast, sign_in, make_file, name):
    evidence = make_file()
    client = sign_in(getattr(cast, name))
    assert client.get(url(evidence, "edit/")).status_code == 403
    assert client.post(url(evidence, "edit/"), {"title": "X"}).status_code == 403


@pytest.mark.parametrize("sample", KEPT, ids=[k[0] for k in KEPT])
def test_download_gives_the_same_bytes_and_keeps_them_inert(cast, sign_in, make_file, sample):
    name, content, media_type = sample
    evidence = make_file(name, content)
    reply = sign_in(cast.rob).get(url(evidence, "file/"))
    assert (reply.status_code, reply.getvalue()) == (200, content)
    headers = {
        "Content-Type": media_type,
        "Content-Length": str(len(content)),
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    assert {header: reply[header] for header in headers} == headers


@pytest.mark.parametrize("raw", NAMES, ids=ascii)
@pytest.mark.slow
def test_hostile_name_is_shown_and_sent_harmless(cast, sign_in, make_file, raw):
    evidence = make_file(title="Named")
    Evidence.objects.update(file_name=clean_name(raw))
    rob = sign_in(cast.rob)
    reply = rob.get(url(evidence, "file/"))
    assert (reply.status_code, reply.getvalue()) == (200, PDF)
    assert re.fullmatch(
        r"attachment; filename(=\"[ !#-~]+\"|\*=utf-8''[%\w.~-]+)",
        reply["Content-Disposition"],
    )
    page = rob.get(url(evidence)).text
    assert "<script>alert" not in page
    assert page.count("<img") == 1  # the preview


def test_type_of_the_row_is_not_trusted(cast, sign_in, make_file):
    evidence = make_file()
    Evidence.objects.update(media_type="text/html")
    reply = sign_in(cast.rob).get(url(evidence, "file/"))
    assert reply["Content-Type"] == "application/octet-stream"
    assert reply.getvalue() == PDF


@pytest.mark.parametrize("harm", ["unlink", "shorten", "swap"])
def test_damaged_file_is_named_and_not_sent(cast, sign_in, make_file, place, harm):
    evidence = make_file()
    path = place(evidence)
    if harm == "unlink":
        path.unlink()
    else:
        path.write_bytes(PDF[:-1] + (b"!" if harm == "swap" else b""))
    page = sign_in(cast.rob).get(url(evidence, "file/"))
    assert page.status_code == 503
    assert "no longer has the bytes it was received with" in page.text
    assert Event.objects.count() == 1


def test_link_has_no_file_and_leads_back(cast, sign_in):
    evidence = make_link(cast.acme, cast.ada)
    reply = sign_in(cast.rob).get(url(evidence, "file/"))
    assert (reply.status_code, reply.url) == (302, url(evidence))


def test_detail_costs_the_same_with_one_twin_and_with_five(
    cast, sign_in, make_file, django_assert_num_queries
):
    evidence, rob = make_file(), sign_in(cast.rob)
    make_file(title="Twin")
    with django_assert_num_queries(5):
        rob.get(url(evidence))
    for number in range(4):
        make_file(title=f"Twin {number}")
    with django_assert_num_queries(5):
        assert "Twin 3" in rob.get(url(evidence)).text


def test_file_is_checked_against_its_hash_on_demand(cast, sign_in, make_file, place):
    evidence, rob = make_file(), sign_in(cast.rob)
    before = Event.objects.count()
    page = rob.post(url(evidence, "check/"))
    assert page.status_code == 200
    assert "Same as when received, checked" in flat(page)
    place(evidence).write_bytes(PDF[:-1] + b"!")
    page = rob.post(url(evidence, "check/"))
    assert page.status_code == 503
    assert "no longer has the bytes it was received with" in flat(page)
    part = rob.post(url(evidence, "check/"), headers={"HX-Request": "true"})
    assert (part.status_code, "<html" in part.text) == (200, False)
    assert "note-bad" in part.text
    assert Event.objects.count() == before


def test_link_has_nothing_to_check(cast, sign_in):
    evidence = make_link(cast.acme, cast.ada)
    assert sign_in(cast.rob).post(url(evidence, "check/")).url == url(evidence)


def edited(evidence, **typed):
    """The form of the edit page: the values shown, and those typed over them."""
    shown = {
        name: str(getattr(evidence, name) or "")
        for name in ("title", "document_on", "covers_from", "covers_to", "expires_on")
    }
    return shown | typed | {f"base_{name}": value for name, value in shown.items()}


def test_edit_of_what_somebody_else_changed_is_refused_with_both(cast, sign_in, make_file):
    evidence = make_file(title="Old", expires_on=date(2027, 1, 1))
    mine = edited(evidence, title="Mine", expires_on="2027-06-30")
    actions.describe(by=cast.ada, evidence=evidence, title="Theirs")
    con = sign_in(cast.con)
    page = con.post(url(evidence, "edit/"), mine)
    assert page.status_code == 409
    assert "Meanwhile it was changed to “Theirs”." in flat(page)
    assert 'value="Mine"' in page.text
    assert 'name="base_title" value="Theirs"' in flat(page)
    evidence.refresh_from_db()
    assert (evidence.title, evidence.expires_on) == ("Theirs", date(2027, 1, 1))
    assert con.post(url(evidence, "edit/"), mine | {"base_title": "Theirs"}).url
    evidence.refresh_from_db()
    assert (evidence.title, evidence.expires_on) == ("Mine", date(2027, 6, 30))


def test_edit_leaves_to_others_what_it_did_not_touch(cast, sign_in, make_file):
    evidence = make_file(title="Old")
    mine = edited(evidence, expires_on="2027-06-30")
    actions.describe(by=cast.ada, evidence=evidence, title="Theirs")
    sign_in(cast.con).post(url(evidence, "edit/"), mine)
    evidence.refresh_from_db()
    assert (evidence.title, evidence.expires_on) == ("Theirs", date(2027, 6, 30))


def test_edit_page_says_what_it_shows(cast, sign_in, make_file):
    evidence = make_file(title='"Old" & <b>', document_on=date(2026, 1, 12))
    page = flat(sign_in(cast.con).get(url(evidence, "edit/")))
    assert 'name="base_title" value="&quot;Old&quot; &amp; &lt;b&gt;"' in page
    assert 'name="base_document_on" value="2026-01-12"' in page
    assert 'name="base_expires_on" value=""' in page
