from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.utils import timezone

from compliance.content.evidence import actions
from compliance.models import Answer, Attachment, Event, Evidence
from compliance.work.assessments import actions as using
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import undo_many
from compliance.work.evidence_use.actions import use_instead
from compliance.work.workspace import actions as workspace
from tests.content.evidence.samples import PDF
from tests.content.evidence.test_killed import installed, run  # noqa: F401
from tests.support.factories import (
    make_assessment,
    make_cast,
    make_edition,
    make_link,
    make_relation,
)

URL = "/o/acme/evidence/add/"


def text(number):
    return f"{number:05}".encode()


def test_files_within_an_hour_are_limited_and_the_time_is_named(cast, make_file, settings, stored):
    settings.UPLOADS_PER_HOUR = 2
    first = make_file("a.txt", text(1))
    make_file("b.txt", text(2))
    again = timezone.localtime(first.added_at + timedelta(hours=1))
    with pytest.raises(ValidationError, match=f"Add the next at {again:%H:%M}"):
        make_file("c.txt", text(3))
    assert (len(stored()), Event.objects.count()) == (2, 2)
    Evidence.objects.filter(pk=first.pk).update(added_at=timezone.now() - timedelta(hours=1))
    make_file("c.txt", text(3))


def test_links_and_other_people_are_not_held_up(cast, make_file, settings):
    settings.UPLOADS_PER_HOUR = 1
    make_file()
    actions.add_link(by=cast.con, organisation=cast.acme, url="https://e.eu", title="A")
    upload = SimpleUploadedFile("a.txt", b"a")
    actions.add_file(by=cast.ada, organisation=cast.acme, upload=upload)


def test_hurry_is_429_and_keeps_what_was_typed(cast, sign_in, make_file, settings):
    settings.UPLOADS_PER_HOUR = 1
    make_file()
    form = {"upload": SimpleUploadedFile("b.txt", b"b"), "title": "Typed & kept"}
    page = sign_in(cast.con).post(URL, form)
    assert page.status_code == 429
    assert "You added 1 files within an hour" in page.text
    assert 'value="Typed &amp; kept"' in page.text


def test_room_of_an_organisation_counts_the_same_bytes_once(cast, make_file, settings, stored):
    settings.ORGANISATION_BYTES = 10
    make_file("a.txt", text(1))
    make_file("again.txt", text(1))
    make_file("b.txt", text(2))
    with pytest.raises(ValidationError, match="ask the administrator of this installation"):
        make_file("c.txt", text(3))
    make_file("b.txt", text(2))
    make_file("theirs.txt", text(3), organisation=cast.other)
    assert len(stored()) == 3


def test_files_of_an_assessment_are_limited_and_links_are_not(cast, make_file, settings):
    settings.FILES_PER_ASSESSMENT = 1
    one, two, _ = make_assessment(cast.acme, cast.ada).answers.all()
    first = make_file("a.txt", text(1))
    for answer in (one, two):
        using.attach(by=cast.con, answer=answer, evidence=first)
    before = Event.objects.count()
    with pytest.raises(ValidationError, match="1 files fit into one assessment"):
        using.attach(by=cast.con, answer=one, evidence=make_file("b.txt", text(2)))
    assert (Attachment.objects.count(), Event.objects.count()) == (2, before + 1)
    link = make_link(cast.acme, cast.ada)
    using.attach(by=cast.con, answer=one, evidence=link)


def at_once(count, task):
    """How many of the tasks were not refused, all begun together."""

    def run(number):
        try:
            task(number)
        except ValidationError:
            return 0
        else:
            return 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return sum(pool.map(run, range(count)))


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "limit"), [("UPLOADS_PER_HOUR", 3), ("ORGANISATION_BYTES", 15)])
def test_twenty_at_the_edge_never_go_over(shared, settings, setting, limit):
    setattr(settings, setting, limit)
    cast = make_cast()

    def upload(number):
        actions.add_file(
            by=cast.con,
            organisation=cast.acme,
            upload=SimpleUploadedFile("a.txt", text(number)),
        )

    assert at_once(20, upload) == 3
    assert Evidence.objects.count() == 3


@pytest.mark.slow
def test_twenty_attached_at_the_edge_never_go_over(shared, settings):
    settings.FILES_PER_ASSESSMENT = 3
    cast = make_cast()
    assessment = make_assessment(cast.acme, cast.ada, make_edition(20))
    files = [
        actions.add_file(
            by=cast.con,
            organisation=cast.acme,
            upload=SimpleUploadedFile("a.txt", text(number)),
        )
        for number in range(20)
    ]
    answers = list(assessment.answers.select_related("assessment"))

    def attach(number):
        using.attach(by=cast.con, answer=answers[number], evidence=files[number])

    assert at_once(20, attach) == 3
    assert Attachment.objects.count() == 3


TWENTY = """
import sys
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from compliance.content.evidence import actions
from compliance.models import Organisation, User
ada, acme = User.objects.get(), Organisation.objects.get()
def upload(number):
    file = SimpleUploadedFile("a.txt", f"{number:05}".encode())
    try:
        actions.add_file(by=ada, organisation=acme, upload=file)
    except ValidationError:
        return 0
    return 1
with ThreadPoolExecutor(20) as pool:
    print(sum(pool.map(upload, range(20))))
"""


@pytest.mark.slow
@pytest.mark.parametrize("limit", [{"ATTEST_UPLOADS_PER_HOUR": "3"}, {"ATTEST_ORGANISATION_BYTES": "15"}])
def test_twenty_at_the_edge_of_a_file_never_go_over(
    installed,  # noqa: F811
    monkeypatch,
    limit,
):
    """The same on SQLite, in a process with a database of its own."""
    for name, value in limit.items():
        monkeypatch.setenv(name, value)
    assert run(TWENTY, installed).split() == ["3"]


def test_refused_file_is_not_on_the_disk(cast, make_file, settings, stored):
    settings.ORGANISATION_BYTES = 0
    with pytest.raises(ValidationError):
        make_file(content=PDF)
    assert stored() == []


@pytest.fixture
def full(cast, make_file, settings):
    """An answer that lost a file to another one, in an assessment that takes one."""
    settings.FILES_PER_ASSESSMENT = 1
    answer = make_assessment(cast.acme, cast.ada).answers.first()
    old, new = make_file("a.txt", text(1)), make_file("b.txt", text(2))
    using.attach(by=cast.con, answer=answer, evidence=old)
    return answer, old, new


def test_undo_brings_no_file_over_the_limit(cast, full):
    answer, old, new = full
    changed = use_instead(
        by=cast.con,
        organisation=cast.acme,
        evidence=make_link(cast.acme, cast.ada),
        others=[old.pk],
        answer_ids=[answer.pk],
    )
    using.attach(by=cast.con, answer=answer, evidence=new)
    with pytest.raises(ValidationError, match="1 files fit into one assessment"):
        undo_many(by=cast.con, assessment=answer.assessment, seq=changed[0][1])
    assert {a.evidence.title for a in answer.attachments.all()} == {"Policy", "b.txt"}


def test_taking_over_brings_no_file_over_the_limit(cast, full):
    answer, old, new = full
    edition = make_edition()
    source = make_assessment(cast.acme, cast.ada, edition).answers.get(question__key="Q1")
    Answer.objects.filter(pk=source.pk).update(verdict="met")
    using.attach(by=cast.con, answer=source, evidence=new)
    make_relation(answer.question.edition, answer.question.key, edition, "Q1")
    with pytest.raises(ValidationError, match="1 files fit into one assessment"):
        workspace.take_over(
            by=cast.con,
            organisation=cast.acme,
            assessment_id=answer.assessment_id,
            answer_id=answer.pk,
            seen=Known(0),
            source_id=source.pk,
            source_version=0,
        )
    assert [a.evidence for a in answer.attachments.all()] == [old]
