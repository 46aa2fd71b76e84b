from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from compliance.content.evidence import actions
from compliance.content.evidence.versions import chain_of
from compliance.models import Event, Evidence
from compliance.proof.audit import trail, verification
from tests.content.evidence.samples import PDF, flat
from tests.support.factories import attach, make_assessment, make_cast, make_link

NEW = PDF + b"% second\n"


def url(evidence, route="replace/"):
    return f"/o/acme/assessments/evidence/{evidence.pk}/{route}"


def page_of(evidence):
    return f"/o/acme/evidence/{evidence.pk}/"


@pytest.fixture
def make_version(cast):
    """``make_version(old)``: a new version beside it."""

    def add(old, content=NEW):
        return actions.add_file(
            by=cast.con,
            organisation=cast.acme,
            upload=SimpleUploadedFile("policy.pdf", content),
            replaces=old,
        )

    return add


@pytest.mark.parametrize(
    ("one", "links", "chain"),
    [
        (1, [], [1]),
        (1, [(2, 1)], [1, 2]),
        (2, [(2, 1)], [1, 2]),
        (2, [(3, 2), (9, 8), (2, 1)], [1, 2, 3]),
    ],
)
def test_chain_is_listed_oldest_first(one, links, chain):
    assert chain_of(one, links) == chain


def test_long_chain_is_walked_in_one_go():
    links = [(number + 1, number) for number in range(5000)]
    assert chain_of(2500, links) == list(range(5001))


def test_new_version_stands_beside_the_old_which_stays(cast, sign_in, make_file, make_version, place):
    old = make_file(title="Policy")
    new = make_version(old)
    assert (new.replaces, place(old).read_bytes()) == (old, PDF)
    event = trail.events_of(cast.acme.pk).first()
    assert trail.changes(event)[1]["replaces"] == str(old.pk)
    rob = sign_in(cast.rob)
    text = flat(rob.get(page_of(old)))
    assert "This is an older version, kept for signed reports." in text
    assert "v1, " in text
    reply = rob.get(f"{page_of(old)}file/")
    assert (reply.getvalue(), reply["Content-Security-Policy"]) == (
        PDF,
        "sandbox; default-src 'none'",
    )
    assert "older version" not in flat(rob.get(page_of(new)))
    titles = [row.pk for row, _, _ in rob.get("/o/acme/evidence/").context["rows"]]
    assert titles == [new.pk]
    older = rob.get("/o/acme/evidence/?show=older").context["rows"]
    assert [row.pk for row, _, _ in older] == [old.pk]


def test_page_of_a_new_version_belongs_to_the_library(cast, sign_in, make_file):
    page = flat(sign_in(cast.con).get(url(make_file())))
    assert '<a href="/o/acme/evidence/" aria-current="page">Evidence</a>' in page
    assert page.count('aria-current="page"') == 3  # above, in the menu, and below on a phone


def test_second_new_version_is_refused_with_words(cast, sign_in, make_file, make_version, stored):
    old = make_file()
    make_version(old)
    form = {"upload": SimpleUploadedFile("other.pdf", PDF + b"!"), "title": "Mine"}
    page = sign_in(cast.ada).post(url(old), form)
    assert page.status_code == 422
    assert "Con Tributor has added a newer version of it already" in flat(page)
    assert 'value="Mine"' in page.text
    assert Evidence.objects.count() == 2


def test_version_of_foreign_evidence_is_refused(cast, make_file, make_version):
    theirs = make_file(organisation=cast.other)
    with pytest.raises(ValidationError, match="another organisation"):
        make_version(theirs)
    assert Evidence.objects.count() == 1


@pytest.mark.slow
def test_of_eight_new_versions_at_once_one_is_kept(shared):
    cast = make_cast()
    old = make_link(cast.acme, cast.ada)

    def add(number):
        try:
            actions.add_link(
                by=cast.con,
                organisation=cast.acme,
                url=f"https://e.eu/{number}",
                title="New",
                replaces=old,
            )
        except ValidationError as error:
            return error.messages[0][:12]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(add, range(8)))
    assert sorted(outcomes, key=str) == ["Con Tributor"] * 7 + [None]
    assert Evidence.objects.count() == 2


def test_answers_that_stay_ticked_use_the_new_version(cast, sign_in, make_file):
    old = make_file(title="Policy")
    assessment = make_assessment(cast.acme, cast.ada)
    one, two, three = assessment.answers.all()
    for answer in (one, two):
        attach(answer, old)
    con = sign_in(cast.con)
    page = con.get(url(old))
    assert page.text.count('name="answer"') == page.text.count("checked") == 2
    upload = SimpleUploadedFile("b.pdf", NEW)
    reply = con.post(url(old), {"upload": upload, "title": "Policy", "answer": one.pk})
    new = Evidence.objects.get(replaces=old)
    assert [a.evidence for a in one.attachments.all()] == [new]
    assert [a.evidence for a in two.attachments.all()] == [old]
    assert three.attachments.count() == 0
    done = con.get(reply.url)
    assert (done.status_code, "/bulk/" in reply.url) == (200, True)
    actions_in_trail = [e.action for e in Event.objects.order_by("-seq")[:2]]
    assert actions_in_trail == ["evidence.attached", "evidence.detached"]
    undo = con.post(f"{reply.url}undo/")
    assert undo.status_code == 302
    assert [a.evidence for a in one.attachments.all()] == [old]
    assert verification.verify(cast.acme.pk) is None


def test_closed_assessment_keeps_the_old_version(cast, sign_in, make_file, make_version):
    old = make_file()
    closed = make_assessment(cast.acme, cast.ada, status="archived")
    answer = closed.answers.first()
    attach(answer, old)
    new = make_version(old)
    con = sign_in(cast.con)
    assert "No answer of a running assessment" in flat(con.get(url(new, "swap/")))
    page = con.post(url(new, "swap/"), {"answer": answer.pk}, follow=True)
    assert "is closed: its evidence stays as it is." in flat(page)
    assert [a.evidence for a in answer.attachments.all()] == [old]


def test_old_version_can_be_put_back(cast, sign_in, make_file, make_version):
    old = make_file()
    new = make_version(old)
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    other = make_assessment(cast.acme, cast.ada, subject="B").answers.first()
    for one in (answer, other):
        attach(one, new)
    con = sign_in(cast.con)
    page = con.get(url(old, "swap/"))
    assert page.text.count('name="answer"') == 2
    form = {"answer": [answer.pk, other.pk]}
    page = con.post(url(old, "swap/"), form, follow=True)
    assert "2 answers of 2 assessments use it now." in flat(page)
    for one in (answer, other):
        assert [a.evidence for a in one.attachments.all()] == [old]


def test_foreign_answers_are_as_unknown_as_none(cast, sign_in, make_file):
    old = make_file()
    theirs = make_assessment(cast.other, cast.zoe).answers.first()
    con = sign_in(cast.con)
    for answer in (theirs.pk, 999_999, "x", "1" * 30):
        for route in ("swap/", "use/"):
            make_assessment(cast.acme, cast.ada)
            reply = con.post(url(old, route), {"answer": answer})
            assert reply.status_code == 404
    assert con.get(url(old, f"use/?assessment={uuid4()}")).status_code == 404
    assert theirs.attachments.count() == 0


def test_new_version_for_a_foreign_answer_is_not_kept(cast, sign_in, make_file):
    old = make_file()
    theirs = make_assessment(cast.other, cast.zoe).answers.first()
    new = {"url": "https://example.org/new", "title": "New", "answer": theirs.pk}
    assert sign_in(cast.con).post(url(old), new).status_code == 404
    assert Evidence.objects.get() == old


@pytest.mark.parametrize("name", ["rob", "rev", "aud"])
def test_who_may_not_answer_may_not_replace(cast, sign_in, make_file, name):
    old, client = make_file(), sign_in(getattr(cast, name))
    for route in ("replace/", "swap/", "use/"):
        assert client.post(url(old, route)).status_code == 403
    assert "New version" not in client.get(page_of(old)).text


def test_refused_version_keeps_what_was_typed_and_ticked(cast, sign_in, make_file):
    old = make_file()
    one, two, _ = make_assessment(cast.acme, cast.ada).answers.all()
    for answer in (one, two):
        attach(answer, old)
    form = {
        "upload": SimpleUploadedFile("a.exe", b"MZ"),
        "title": "Typed & kept",
        "answer": two.pk,
    }
    page = sign_in(cast.con).post(url(old), form)
    assert page.status_code == 422
    assert 'value="Typed &amp; kept"' in page.text
    assert page.text.count("checked") == 1
    assert [a.evidence for a in two.attachments.all()] == [old]


def test_new_version_that_is_sent_twice_is_ones_own(cast, sign_in):
    old = make_link(cast.acme, cast.con)
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    attach(answer, old)
    form = {"url": "https://wiki/new", "title": "New", "answer": answer.pk}
    con = sign_in(cast.con)
    for said in ("", "“New” is in the library. The answers use it already."):
        reply = con.post(url(old), form | {"sending": "17-1"}, follow=True)
        assert (reply.status_code, said in reply.text) == (200, True)
    assert Evidence.objects.count() == 2
    assert con.post(url(old), form | {"sending": "17-2"}).status_code == 422
