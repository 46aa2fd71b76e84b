"""The box for evidence in a row: found as one types, used, taken out, refused in words."""

import json
from datetime import date

import pytest
from django.urls import reverse

from compliance.models import Attachment, Evidence
from compliance.work.assessments.actions import archive
from tests.support.factories import attach, make_assessment, make_draft, make_link, publish
from tests.support.page_text import flat
from tests.work.workspace.test_cost import queries

pytestmark = pytest.mark.slow


@pytest.fixture
def answer(cast):
    edition = make_draft(questions=3)
    edition.questions.update(evidence_hints=["Risk register", "Minutes"])
    return make_assessment(cast.acme, cast.ada, publish(edition)).answers.first()


@pytest.fixture
def con(cast, sign_in):
    return sign_in(cast.con)


def ask(client, answer, target="evbox-1", **query):
    headers = {"HX-Request": "true", "HX-Target": target}
    return client.get(url(answer), query, headers=headers)


def url(answer, *more):
    name = "proof_use" if more else "proof_add"
    args = ["acme", answer.assessment_id, answer.pk, *more]
    return reverse(f"workspace:{name}", args=args)


def post(client, address, **fields):
    headers = {"HX-Request": "true", "HX-Target": "undo"}
    return client.post(address, fields, headers=headers)


def text_of(reply):
    return flat(reply.content.decode())


def test_box_offers_what_is_typed_first_by_title(cast, con, answer):
    make_link(cast.acme, cast.ada, "Log of the firewall")
    policy = make_link(cast.acme, cast.ada, "Policy")
    Evidence.objects.filter(pk=policy.pk).update(url="https://example.org/log")
    make_link(cast.acme, cast.ada, "Notes of March")
    found = text_of(ask(con, answer, "ev-found-1", q="log"))
    assert found.index("<mark>Log</mark>of the firewall") < found.index("Policy")
    assert "of March" not in found
    assert "Drop a file" not in found
    assert "Drop a file" in text_of(ask(con, answer))


def test_box_says_whether_a_piece_fits_the_audit_period(cast, con, answer):
    year = {"covers_from": date(2026, 1, 1), "covers_to": date(2026, 12, 31)}
    make_link(cast.acme, cast.ada, "Whole", **year)
    make_link(cast.acme, cast.ada, "Part", **year | {"covers_to": date(2026, 3, 31)})
    whole, part = (text_of(ask(con, answer, "ev-found-1", q=name)) for name in ("Whole", "Part"))
    assert "fits the period" in whole
    assert "fits the period" not in part
    assert "does not cover the whole audit period" in part


def test_usual_evidence_is_ticked_offered_or_asked_for(cast, con, answer):
    other = make_link(cast.acme, cast.ada, "Register of processing")
    kept = make_link(cast.acme, cast.ada, "Register of risks 2026")
    usual = text_of(ask(con, answer)).partition("Usual evidence")[2]
    assert f"{kept.pk}/use/" in usual
    assert f"{other.pk}/use/" not in usual
    assert 'data-ev-name="Minutes"' in usual
    attach(answer, kept)
    usual = text_of(ask(con, answer)).partition("Usual evidence")[2]
    assert "badge-good" in usual
    assert f"{kept.pk}/use/" not in usual


def test_pasted_link_is_offered_and_kept_under_its_address(con, answer, cast):
    link = "https://www.example.org/policies/access/"
    assert "Add the link" in text_of(ask(con, answer, "ev-found-1", q=link))
    bad = text_of(ask(con, answer, "ev-found-1", q="https://user:pw@example.org/"))
    assert "Add the link" not in bad
    title = "example.org/policies/access"
    reply = post(con, url(answer), url=link, title=title)
    assert f"“{title}” is used in this answer." in text_of(reply)
    assert [row.evidence.url for row in answer.attachments.all()] == [link]
    refused = post(con, url(answer), url="javascript:alert(1)", title="x")
    assert refused.status_code == 422
    assert Evidence.objects.count() == 1


def test_use_and_its_undo_stay_in_the_row(cast, con, answer):
    kept = make_link(cast.acme, cast.ada)
    used = post(con, url(answer, kept.pk))
    shown = text_of(used)
    assert "“Policy” is used in this answer." in shown
    assert f'hx-post="{url(answer, kept.pk).replace("use/", "drop/")}"' in shown
    for part in (f"#proofs-{answer.pk}", f"#qev-{answer.pk}", f'"marks-{answer.pk}"'):
        assert part in shown
    assert len(used.content) < 4096
    back = post(con, url(answer, kept.pk).replace("use/", "drop/"))
    assert "taken out" in text_of(back)
    assert not Attachment.objects.exists()


def test_closed_assessment_refuses_in_words(cast, con, answer):
    kept = make_link(cast.acme, cast.ada)
    archive(by=cast.ada, assessment=answer.assessment)
    for address, fields in (
        (url(answer, kept.pk), {}),
        (url(answer), {"url": "https://example.org/", "title": "x"}),
    ):
        reply = post(con, address, **fields)
        assert reply.status_code == 422
        assert "its evidence stays as it is" in text_of(reply)
    assert not Attachment.objects.exists()


def test_other_organisations_evidence_is_neither_offered_nor_used(cast, con, answer, sign_in):
    theirs = make_link(cast.other, cast.zoe, "Risk register of others")
    assert "of others" not in text_of(ask(con, answer))
    assert "of others" not in text_of(ask(con, answer, "ev-found-1", q="Risk"))
    assert post(con, url(answer, theirs.pk)).status_code == 404
    assert sign_in(cast.zoe).get(url(answer)).status_code == 404
    assert sign_in(cast.rob).get(url(answer)).status_code == 403


def test_box_asks_as_often_for_a_library_of_500(cast, con, answer):
    def ask_all():
        return queries(lambda: ask(con, answer, q="pol"))

    make_link(cast.acme, cast.ada)
    ask_all()
    few = ask_all()
    for number in range(500):
        make_link(cast.acme, cast.ada, f"Policy {number}")
    many = ask_all()
    assert len(few) == len(many) <= 9, "\n".join(many)
    assert len(ask(con, answer, q="pol").content) < 12_000


def test_link_that_is_sent_twice_from_one_box_is_one(con, answer):
    box = ask(con, answer, "ev-found-1", q="https://wiki/policy").context
    for _ in range(2):
        reply = post(con, url(answer), **json.loads(box["link_vals"]))
        assert "is used in this answer" in text_of(reply)
    assert Evidence.objects.count() == 1
    other = ask(con, answer, "ev-found-1", q="https://wiki/policy").context
    post(con, url(answer), **json.loads(other["link_vals"]))
    assert Evidence.objects.count() == 2
