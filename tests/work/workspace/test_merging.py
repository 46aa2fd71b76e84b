"""Two people in one row, through the page: it sends every field, stale ones too."""

import re

import pytest

from compliance.models import Answer
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import Event
from compliance.work.assessments.versions import Known, read_known
from compliance.work.assessments.writing import old_values
from tests.support.factories import make_assessment
from tests.support.page_text import flat

HTMX = {"HX-Request": "true"}
EMPTY = {"verdict": "unanswered", "reason": "", "note": "", "owner": "", "due_on": ""}


class Screen:
    """One person's row, with the version that its replies put into it."""

    def __init__(self, client, answer):
        self.client, self.fields, self.base = client, dict(EMPTY), "0"
        self.url = f"{answer.assessment.get_absolute_url()}answers/{answer.pk}/save/"

    def type(self, **fields):
        """Change some fields and send the row; the status."""
        self.fields |= fields
        sent = self.fields | {"base": self.base}
        reply = self.client.post(self.url, sent, headers=HTMX)
        self.html = reply.content.decode()
        if reply.status_code == 200:
            self.base = re.search(r'name="base" value="([^"]*)"', flat(self.html))[1]
        return reply.status_code

    def press(self, button):
        """Send the form behind "Keep mine" or "Keep theirs"."""
        form = re.search(rf'<form id="{button}-.*?</form>', flat(self.html))[0]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        return self.client.post(self.url, fields, headers=HTMX).status_code


@pytest.fixture
def answer(cast):
    return make_assessment(cast.acme, cast.ada).answers.first()


@pytest.fixture
def con(cast, sign_in, answer):
    return Screen(sign_in(cast.con), answer)


@pytest.fixture
def ada(cast, sign_in, answer):
    return Screen(sign_in(cast.ada), answer)


def kept(answer):
    now = Answer.objects.get(pk=answer.pk)
    return now.verdict, now.note


def test_merged_save_does_not_take_back_what_its_page_never_showed(answer, con, ada):
    con.type(verdict="met")
    assert ada.type(note="Ada writes") == 200
    assert ada.type(note="Ada writes more") == 200
    assert kept(answer) == ("met", "Ada writes more")


def test_field_that_a_merge_left_stale_is_refused_when_it_is_changed(answer, con, ada):
    con.type(verdict="met")
    ada.type(note="Ada writes")
    assert ada.type(verdict="partly") == 409
    assert kept(answer) == ("met", "Ada writes")


def test_keeping_mine_keeps_what_others_did_elsewhere(answer, con, ada):
    con.type(verdict="met", note="Con writes")
    assert ada.type(note="Ada writes") == 409
    assert ada.press("mine") == 200
    assert kept(answer) == ("met", "Ada writes")


def test_keeping_theirs_changes_nothing(answer, con, ada):
    con.type(verdict="met", note="Con writes")
    ada.type(note="Ada writes")
    assert ada.press("theirs") == 200
    assert kept(answer) == ("met", "Con writes")


def test_save_whose_reply_was_lost_is_no_conflict_with_itself(answer, con):
    con.type(note="First")
    con.base = "0"
    assert con.type() == 200
    assert con.type(note="Second") == 200
    assert kept(answer) == ("unanswered", "Second")


def test_day_that_a_lost_save_emptied_is_no_conflict_with_itself(answer, con):
    """ "N/A" took the day of "Later" with it; the page sends it once more, then "Later"."""
    con.type(verdict="later", later_until="2030-08-18")
    before = con.base
    con.type(verdict="na", reason="No such data.")
    con.base = before
    assert con.type() == 200
    assert con.type(verdict="later", later_until="2030-02-15") == 200
    assert kept(answer) == ("later", "")


def test_page_of_faults_goes_on_from_what_was_typed_over(answer, con, ada):
    """Without JavaScript: a fault must not lift a stale row to the newest version."""
    con.type(note="Con writes")
    sent = EMPTY | {"base": "0", "verdict": "na"}
    page = ada.client.post(ada.url, sent)
    base = re.search(r'name="base" value="([^"]*)"', flat(page.text))[1]
    assert (page.status_code, base) == (422, "0")
    ada.client.post(ada.url, sent | {"base": base, "reason": "No such data."})
    assert kept(answer) == ("na", "Con writes")


def test_what_a_page_cannot_show_is_not_written_by_its_row(cast, answer, con, ada):
    """An owner who may not answer any more, and line ends that a browser changes."""
    text = "\rOur words\r\n "
    Answer.objects.filter(pk=answer.pk).update(owner=cast.zoe, reason=text, verdict="na", na_by=cast.ada)
    page = con.client.get(con.url.removesuffix("save/")).text
    assert f'value="{cast.zoe.pk}"' in flat(page)
    con.fields |= {"owner": str(cast.zoe.pk), "verdict": "na"}
    con.fields["reason"] = text.replace("\r\n", "\n").replace("\r", "\r\n")
    assert con.type(note="Con writes") == 200
    (event,) = Event.objects.filter(action="answer.saved")
    assert old_values(trail.changes(event)[1]) == {"note": "Con writes"}


def test_page_of_faults_keeps_an_owner_who_may_not_answer_any_more(cast, answer, con):
    Answer.objects.filter(pk=answer.pk).update(owner=cast.zoe)
    sent = EMPTY | {"base": "0", "verdict": "na", "owner": str(cast.zoe.pk)}
    page = con.client.post(con.url, sent)
    assert page.status_code == 422
    assert re.search(rf'value="{cast.zoe.pk}"[^>]* selected', flat(page.text))


def test_five_copies_of_a_save_are_one_event(answer, con):
    for _ in range(5):
        con.base = "0"
        assert con.type(note="Once") == 200
    assert Event.objects.filter(action="answer.saved").count() == 1
    assert verification.verify(answer.assessment.organisation_id) is None


@pytest.mark.parametrize("known", [Known(0), Known(3, {"note": 5, "owner_id": 4})])
def test_known_versions_are_read_back(known):
    assert read_known(str(known)) == known


@pytest.mark.parametrize("text", ["", "-1", "3 note", "3  note=1", "٣", "3 note=x"])
def test_what_is_no_version_is_refused(answer, con, text):
    con.base = text
    assert con.type(note="Lost?") == 422
    assert kept(answer) == ("unanswered", "")
