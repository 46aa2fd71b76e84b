"""Every field of an answer: a stale save is refused with both texts, an equal one not."""

import re
from datetime import date

import pytest

from compliance.models import Answer, Choice
from compliance.proof.audit import verification
from compliance.proof.audit.models import Event
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many
from tests.support.factories import make_assessment, make_draft, make_question, publish
from tests.support.page_text import flat

HTMX = {"HX-Request": "true"}
CHOICES = [("daily", "Every day", "met"), ("yearly", "Every year", "partly")]
KINDS = {
    "verdict": {},
    "number": {"number": {"unit": "days", "at_most": 31}},
    "date": {},
    "text": {},
    "choice": {},
    "choices": {},
}
FIELDS = [
    ("verdict", "verdict", "met", "partly", "Met", "Partly"),
    ("number", "value", "28", "14", "28 days", "14 days"),
    ("date", "value", "2026-03-01", "2026-05-01", "2026-03-01", "2026-05-01"),
    ("text", "value", "In the wiki.", "On paper.", "In the wiki.", "On paper."),
    ("choice", "value", "daily", "yearly", "Every day", "Every year"),
    ("choices", "value", ["daily"], ["yearly"], "Every day", "Every year"),
    ("verdict", "note", "March", "May", "March", "May"),
    ("verdict", "reason", "No data.", "No staff.", "No data.", "No staff."),
    ("verdict", "owner", "con", "otto", "Con Tributor", "Otto Weber"),
    ("verdict", "due_on", "2027-03-01", "2027-05-01", "1 Mar 2027", "1 May 2027"),
    ("verdict", "later_until", "2027-03-01", "2027-05-01", "1 Mar 2027", "1 May 2027"),
]
"""Kind of question, input, what Ada and what Con send, and how each is shown."""
each_field = pytest.mark.parametrize("case", FIELDS, ids=[f"{kind}-{name}" for kind, name, *_ in FIELDS])


@pytest.fixture
def answers(cast):
    """An unanswered question of each kind."""
    edition = make_draft(questions=0)
    section = edition.sections.get()
    for position, (kind, fields) in enumerate(KINDS.items(), 1):
        question = make_question(edition, section, position, kind=kind, **fields)
        question.save()
        if kind.startswith("choice"):
            for place, (key, label, verdict) in enumerate(CHOICES, 1):
                Choice.objects.create(
                    question=question,
                    key=key,
                    label=label,
                    verdict=verdict,
                    position=place,
                )
    assessment = make_assessment(cast.acme, cast.ada, publish(edition))
    rows = assessment.answers.select_related("question", "assessment")
    return {answer.question.kind: answer for answer in rows}


@pytest.fixture
def send(cast, sign_in):
    """``send(person, answer, name, value)``: one field, typed over the first version."""

    def save(person, answer, name, value, base="0", **more):
        if name == "owner":
            value = getattr(cast, value).pk if value else ""
        sent = {name: value, "base": base} | more
        url = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/save/"
        return sign_in(person).post(url, sent, headers=HTMX)

    return save


def beside(name):
    """The other fields without which a field cannot be sent."""
    return {"reason": {"verdict": "na"}, "later_until": {"verdict": "later"}}.get(name, {})


def texts(reply):
    """The texts that the conflict shows of each field: mine, theirs."""
    blocks = re.findall(r'<p dir="auto">(.*?)</p>', reply.text, re.DOTALL)
    return [re.sub("<[^>]*>", "", block).strip() for block in blocks]


@each_field
def test_stale_save_is_refused_with_both_texts(cast, answers, send, case):
    kind, name, first, second, shown, shown_second = case
    answer, more = answers[kind], beside(name)
    assert send(cast.ada, answer, name, first, **more).status_code == 200
    before = Answer.objects.filter(pk=answer.pk).values().get()
    reply = send(cast.con, answer, name, second, **more)
    assert reply.status_code == 409
    assert [shown_second, shown] == texts(reply)[-2:]
    assert "Saved by <bdi>Ada Lindqvist</bdi>" in reply.text
    assert Answer.objects.filter(pk=answer.pk).values().get() == before
    refused = Event.objects.latest("seq")
    assert (refused.action, refused.actor) == ("answer.refused", cast.con)
    assert verification.verify(cast.acme.pk) is None


@each_field
def test_same_value_from_both_is_no_conflict(cast, answers, send, case):
    kind, name, first, *_ = case
    answer, more = answers[kind], beside(name)
    for person in (cast.ada, cast.con):
        assert send(person, answer, name, first, **more).status_code == 200
    assert Event.objects.count() == 1
    assert Answer.objects.get(pk=answer.pk).version == 1


@pytest.mark.parametrize(
    "case",
    [
        ("verdict", "met", "partly"),
        ("reason", "No data.", "No staff."),
        ("owner", "con", "otto"),
        ("due_on", "2027-03-01", date(2027, 5, 1)),
        ("later_until", "2027-03-01", date(2027, 5, 1)),
    ],
)
def test_stale_answer_stops_a_bulk_set_in_any_field(cast, answers, send, case):
    name, first, value = case
    answer, other = answers["verdict"], answers["text"]
    send(cast.ada, answer, name, first, **beside(name))
    changes = {"owner_id": cast.otto.pk} if name == "owner" else {name: value}
    done = set_many(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        targets={answer.pk: Known(0), other.pk: Known(0)},
        bulk=Bulk(changes | beside(name)),
    )
    assert (done.seq, done.plan.stale) == (None, ["Q1"])
    assert Answer.objects.get(pk=other.pk).version == 0


def test_refused_save_names_who_changed_that_field_and_not_who_came_last(cast, answers, send):
    answer = answers["verdict"]
    send(cast.ada, answer, "note", "March")
    send(cast.otto, answer, "verdict", "met", base="1")
    page = send(cast.con, answer, "note", "May").text
    assert "<bdi>Ada Lindqvist</bdi> changed the note" in page
    assert "Otto Weber" not in page


def test_refused_save_names_both_where_two_people_changed_two_fields(cast, answers, send):
    answer = answers["verdict"]
    send(cast.ada, answer, "note", "March")
    send(cast.otto, answer, "verdict", "met", base="1")
    reply = send(cast.con, answer, "note", "May", verdict="partly")
    heading = reply.text.split("<h4>")[1].split("</h4>")[0]
    assert "Otto Weber" in heading
    assert "Ada Lindqvist" in heading
    assert "changed the answer and note" in heading
    assert texts(reply) == ["Partly", "Met", "May", "March"]


def test_owner_is_shown_by_name_or_as_nobody_but_never_from_elsewhere(cast, answers, send):
    answer = answers["verdict"]
    send(cast.ada, answer, "owner", "con")
    send(cast.ada, answer, "owner", "otto", base="1")
    assert texts(send(cast.rev, answer, "owner", "", base="1")) == []
    sides = [texts(send(cast.con, answer, "owner", who, base="1")) for who in ("", "zoe")]
    assert sides == [["nobody", "Otto Weber"], ["an unknown person", "Otto Weber"]]


def test_owner_that_no_id_can_be_is_refused_beside_a_conflict(cast, answers, sign_in):
    answer = answers["verdict"]
    address = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/save/"
    con = sign_in(cast.con)
    con.post(address, {"base": "0", "owner": str(cast.con.pk)})
    reply = con.post(address, {"base": "0", "owner": "1" * 30})
    assert reply.status_code == 422
    assert "Choose a member of this organisation who may answer." in reply.text


@pytest.mark.parametrize(
    "case",
    [
        ("number", {"value": "abc"}, 'value="abc"'),
        ("number", {"value": "28", "due_on": "x"}, 'value="28"'),
        ("choice", {"value": "daily", "due_on": "x"}, 'value="daily" checked'),
        ("choices", {"value": ["yearly"], "due_on": "x"}, 'value="yearly" checked'),
        ("text", {"value": "Half a", "due_on": "x"}, ">Half a</textarea>"),
        ("verdict", {"verdict": "na", "due_on": "2027-03-01"}, 'value="2027-03-01"'),
        (
            "verdict",
            {"verdict": "na", "later_until": "x", "note": "N"},
            ">N</textarea>",
        ),
    ],
)
def test_page_of_faults_still_shows_everything_that_was_typed(cast, sign_in, answers, case):
    """Without JavaScript the page is the only place where it is."""
    kind, typed, shown = case
    answer = answers[kind]
    url = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/save/"
    sent = {"base": "0", "owner": cast.otto.pk} | typed
    reply = sign_in(cast.con).post(url, sent)
    page = re.sub(r' aria-keyshortcuts="\d"', "", flat(reply.text))
    assert reply.status_code == 422
    assert shown in page
    assert re.search(rf'value="{cast.otto.pk}"[^>]* selected', page)
    assert Answer.objects.get(pk=answer.pk).version == 0
