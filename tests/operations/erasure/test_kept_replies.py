"""Erasing a person and the replies that are kept for programs: none names them, all count."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from compliance.content.evidence.actions import adding
from compliance.models import Action, Comment
from compliance.operations.erasure.actions import erase_person
from compliance.programs.api.models import Call
from compliance.programs.api.repeating import ABANDONED
from tests.support import factories
from tests.support.api_programs import Program

NAME, EMAIL = 'Zoé "Z" O\'Neill', "zoe.o@example.org"


@pytest.fixture
def leaving(cast):
    return factories.make_member(cast.acme, "contributor", NAME, EMAIL)


@pytest.fixture
def answer(cast):
    return factories.make_assessment(cast.acme, cast.ada).answers.first()


def kept():
    return " ".join(f"{call.key} {call.headers} {call.body}" for call in Call.objects.all())


def test_key_of_another_organisation_is_known_after_it(cast):
    zoe, body = Program(cast.zoe, cast.other), {"title": "Order the locks"}
    first = zoe.post("/actions", body, Idempotency_Key="k")
    erase_person(by=None, person=cast.rob)
    again = zoe.post("/actions", body, Idempotency_Key="k")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Action.objects.count() == 1


@pytest.mark.parametrize("text", [NAME, NAME.upper(), f"Ask {EMAIL.upper()}."])
def test_reply_that_names_the_person_is_forgotten_and_the_call_is_not_done_again(cast, leaving, answer, text):
    con, path = Program(cast.con, cast.acme), f"/answers/{answer.pk}/comments"
    naming = {"text": text}
    assert con.post(path, naming, Idempotency_Key="a").status_code == 201
    other = con.post(path, {"text": "Other."}, Idempotency_Key="b")
    erase_person(by=None, person=leaving)
    assert text not in kept()
    for _ in range(2):
        again = con.post(path, naming, Idempotency_Key="a")
        assert again.status_code == 410
        assert again.json()["type"] == "urn:attest:problem:reply-gone"
        assert "does not do it twice" in again.json()["detail"]
    assert con.post(path, {"text": "x"}, Idempotency_Key="a").status_code == 422
    assert con.post(path, {"text": "Other."}, Idempotency_Key="b").content == (other.content)
    assert Comment.objects.count() == 2


def test_forgotten_reply_still_leads_to_what_was_made(cast, leaving):
    con, body = Program(cast.con, cast.acme), {"title": f"Ask {NAME}"}
    made = con.post("/actions", body, Idempotency_Key="a")
    erase_person(by=None, person=leaving)
    again = con.post("/actions", body, Idempotency_Key="a")
    assert again.status_code == 410
    assert again.headers["Location"] == made.headers["Location"]
    assert NAME not in con.get(made.headers["Location"].removeprefix("/api/v1")).text


def test_key_that_names_the_person_is_kept_as_a_digest(cast, leaving):
    con, body = Program(cast.con, cast.acme), {"title": "Order the locks"}
    con.post("/actions", body, Idempotency_Key=f"for {EMAIL}")
    erase_person(by=None, person=leaving)
    erase_person(by=None, person=cast.rob)  # what is forgotten stays as it is
    assert EMAIL not in kept()
    again = con.post("/actions", body, Idempotency_Key=f"for {EMAIL}")
    assert again.status_code == 410
    assert Action.objects.count() == 1


def test_author_of_a_shared_name_stands_in_no_kept_reply(cast, leaving, answer):
    """In texts the name stays, since it may mean the other person."""
    factories.make_member(cast.acme, "reader", NAME, "namesake@example.org")
    own, con = Program(leaving, cast.acme), Program(cast.con, cast.acme)
    said = own.post(f"/answers/{answer.pk}/comments", {"text": "Where?"}, Idempotency_Key="a").json()
    path = f"/answers/{answer.pk}/comments/{said['id']}/resolve"
    con.post(path, Idempotency_Key="b")
    assert NAME in said["author"]["name"]
    erase_person(by=None, person=leaving)
    assert "Neill" not in kept()


def upload(program):
    file = SimpleUploadedFile("p.txt", b"Some words.")
    fields = {"title": "P", "file": file}
    return program.send("/evidence/files", fields, Idempotency_Key="u")


def meanwhile(monkeypatch, happens):
    """``happens`` once, before a file is written: its call has a row and no reply yet."""
    write = adding._write

    def written(*args, **kwargs):
        monkeypatch.setattr(adding, "_write", write)
        happens()
        return write(*args, **kwargs)

    monkeypatch.setattr(adding, "_write", written)


def test_upload_under_way_is_done_once_and_its_reply_is_not_kept(cast, leaving, monkeypatch):
    own = Program(cast.con, cast.acme)
    meanwhile(monkeypatch, lambda: erase_person(by=None, person=leaving))
    replies = [upload(own) for _ in range(2)]
    assert [one.status_code for one in replies] == [201, 410]
    assert cast.acme.evidence.count() == 1


def test_upload_whose_row_went_meanwhile_says_that_it_is_done(cast, monkeypatch):
    meanwhile(monkeypatch, Call.objects.all().delete)
    assert upload(Program(cast.zoe, cast.other)).status_code == 201
    assert cast.other.evidence.count() == 1


def test_upload_that_fails_after_it_leaves_its_key_free(cast, leaving, monkeypatch):
    con = Program(cast.con, cast.acme)

    def fails():
        erase_person(by=None, person=leaving)
        raise OSError

    meanwhile(monkeypatch, fails)
    assert upload(con).status_code >= 500
    assert upload(con).status_code == 201
    assert cast.acme.evidence.count() == 1


def test_upload_that_was_cut_off_before_it_begins_anew(cast, leaving, monkeypatch):
    con, left = Program(cast.con, cast.acme), []

    def cut_off():
        erase_person(by=None, person=leaving)
        left.append(Call.objects.get())
        raise OSError

    meanwhile(monkeypatch, cut_off)
    assert upload(con).status_code >= 500
    left[0].save(force_insert=True)  # a process that is killed leaves its row
    assert upload(con).status_code == 409
    Call.objects.update(made_at=F("made_at") - ABANDONED)
    replies = [upload(con) for _ in range(2)]
    assert [one.status_code for one in replies] == [201, 201]
    assert replies[1].headers["Idempotency-Replayed"] == "true"
    assert cast.acme.evidence.count() == 1
