"""The beginning of a file beside the answer that it proves."""

import pytest
from django.urls import reverse

from compliance.assurance.reviews.actions import send
from compliance.content.evidence.previews import LINES, MOST, previews_of
from compliance.ground.pictures import drawing
from compliance.models import Event
from compliance.proof.audit import trail
from tests.support import auditor_seats, factories, picture_files, signing

pytestmark = pytest.mark.django_db


def at(evidence, org="acme"):
    return reverse("evidence:preview", args=[org, evidence.pk])


def test_first_page_and_photo_are_pictures(cast, sign_in, make_file):
    client = sign_in(cast.rob)
    for name, content in (
        ("plan.pdf", picture_files.pdf("", "2", title="plan")),
        ("room.png", picture_files.photo(800, 400)),
    ):
        evidence = make_file(name, content)
        assert at(evidence) in client.get(evidence.get_absolute_url()).text
        reply = client.get(at(evidence))
        assert reply["Content-Type"] == "image/webp"
        assert reply["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert picture_files.opened(reply.content).width == 640


def test_picture_that_has_no_turn_yet_comes_later(cast, sign_in, make_file):
    client = sign_in(cast.rob)
    evidence = make_file("plan.pdf", picture_files.pdf(title="later"))
    with drawing.AT_ONCE, drawing.AT_ONCE:
        reply = client.get(at(evidence))
    assert (reply.status_code, reply["Retry-After"]) == (503, "2")
    assert client.get(at(evidence)).status_code == 200


def test_text_is_shown_as_its_first_lines(cast, sign_in, make_file):
    words = "\n".join(f"<b>line {number}</b>" for number in range(LINES + 9))
    evidence = make_file("log.txt", words.encode())
    text = sign_in(cast.rob).get(evidence.get_absolute_url()).text
    assert "&lt;b&gt;line 0&lt;/b&gt;" in text
    assert f"line {LINES - 1}" in text
    assert f"line {LINES}&lt;" not in text
    assert "its first" in text
    assert sign_in(cast.rob).get(at(evidence)).status_code == 404


@pytest.mark.parametrize(
    "content",
    ["Größe;5 €\n".encode("utf-8-sig"), "Größe;5 €\n".encode("windows-1252"),
     "Größe;5 €\n".encode("utf-16")],
    ids=["utf-8", "windows", "utf-16"],
)  # fmt: skip
def test_table_is_read_as_it_was_written(cast, make_file, content):
    [one] = previews_of([make_file("table.csv", content)])
    assert one.text == "Größe;5 €"


def test_other_files_links_and_lost_files_show_nothing(cast, make_file, place):
    link = factories.make_link(cast.acme, cast.con)
    lost = make_file("lost.txt", b"words that are lost")
    place(lost).unlink()
    assert previews_of([link, lost]) == []
    many = [make_file(f"{n}.txt", f"number {n}".encode()) for n in range(MOST + 2)]
    assert len(previews_of(many)) == MOST


def test_file_that_changed_on_the_disk_is_not_drawn(cast, sign_in, make_file, place):
    evidence = make_file("plan.pdf", picture_files.pdf(title="as it came"))
    place(evidence).chmod(0o600)
    place(evidence).write_bytes(picture_files.pdf(title="put in its place"))
    assert sign_in(cast.rob).get(at(evidence)).status_code == 404


def test_picture_of_another_organisation_is_not_found(cast, sign_in, make_file):
    evidence = make_file("plan.pdf", picture_files.pdf(title="ours"))
    assert sign_in(cast.zoe).get(at(evidence, "other")).status_code == 404
    assert sign_in(cast.zoe).get(at(evidence)).status_code == 404


def test_reviewer_sees_files_and_guidance_beside_the_answer(cast, sign_in, make_file):
    assessment = signing.make_ready(cast)
    answer = assessment.answers.order_by("question__position").first()
    pdf = make_file("plan.pdf", picture_files.pdf(title="beside"))
    note = make_file("note.txt", b"Looked at on Monday.")
    for proof in (pdf, note):
        signing.attach(by=cast.con, answer=answer, evidence=proof)
    send(by=cast.ada, assessment=assessment)
    address = reverse("reviews:check", args=["acme", assessment.pk])
    key = answer.question.key
    text = sign_in(cast.rev).get(f"{address}?why=all&at={key}").text
    assert at(pdf) in text
    assert "Looked at on Monday." in text
    assert "A good answer shows" in text


def test_auditor_sees_both_and_the_trail_says_so(cast, sign_in, make_file):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    answer = assessment.answers.order_by("question__position").first()
    pdf = make_file("plan.pdf", picture_files.pdf(title="seen"), title="Plan")
    note = make_file("note.txt", b"Looked at on Monday.", title="Note")
    apart = make_file("apart.pdf", picture_files.pdf(title="apart"), title="Apart")
    for proof in (pdf, note):
        factories.attach(answer, proof)
    seat = auditor_seats.give(cast, assessment)

    def picture(evidence):
        return reverse("seats:evidence_preview", args=["acme", seat.pk, evidence.pk])

    client = sign_in(cast.aud)
    page = client.get(reverse("seats:question", args=["acme", seat.pk, answer.pk])).text
    assert picture(pdf) in page
    assert "Looked at on Monday." in page
    assert "A good answer shows" in page
    assert client.get(picture(pdf)).status_code == 200
    assert client.get(picture(apart)).status_code == 404
    assert client.get(at(pdf)).status_code == 403
    viewed = Event.objects.filter(action="seat.viewed").order_by("seq")
    said = [trail.content_of(event)["after"]["about"] for event in viewed]
    assert said == [answer.question.key, "Preview of Note", "Preview of Plan"]
