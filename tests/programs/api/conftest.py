"""Fixtures of tests that call the API."""

from uuid import UUID

import pytest
from django.core.cache import cache

from compliance.content.evidence.actions import begin_upload
from compliance.models import Comment
from tests.support import factories
from tests.test_doors import Key, make_proof, make_report


@pytest.fixture(autouse=True)
def no_calls_before():
    """Calls are counted in the cache, by the id of the token."""
    cache.clear()


@pytest.fixture
def keys(cast):
    """For each id in an address: one that opens, one that is not there, another tenant's."""
    zoe, other = cast.zoe, cast.other
    own = factories.make_assessment(cast.acme, cast.ada)
    theirs = factories.make_assessment(other, zoe)
    answers = [one.answers.first() for one in (own, theirs)]
    comments = [
        Comment.objects.create(answer=answer, author=by, text="Where is it?")
        for answer, by in zip(answers, (cast.ada, zoe), strict=True)
    ]
    proposals = [
        factories.make_proposal(answer, by) for answer, by in zip(answers, (cast.ada, zoe), strict=True)
    ]
    proofs = make_proof(cast.acme, cast.ada), make_proof(other, zoe)
    uploads = [
        begin_upload(by=by, organisation=where, length=10)
        for by, where in ((cast.ada, cast.acme), (zoe, other))
    ]
    reports = make_report(own, cast.ada), make_report(theirs, zoe)
    tasks = [
        factories.make_action(cast.acme, cast.ada, answers[0]),
        factories.make_action(other, zoe, answers[1], number=7),
    ]
    their_list = factories.make_checklist("theirs", other)
    their_edition = factories.make_edition(checklist=their_list)
    nobody = UUID(int=1)
    return {
        "assessment_id": Key(own.pk, nobody, theirs.pk),
        "answer_id": Key(answers[0].pk, 999_999, answers[1].pk),
        "comment_id": Key(comments[0].pk, 999_999, comments[1].pk),
        "proposal_id": Key(proposals[0].pk, 999_999, proposals[1].pk),
        "upload_id": Key(uploads[0].pk, nobody, uploads[1].pk),
        "evidence_id": Key(proofs[0].pk, nobody, proofs[1].pk),
        "report_id": Key(reports[0].pk, nobody, reports[1].pk),
        "number": Key(tasks[0].number, 999_999, tasks[1].number),
        "edition_id": Key(own.edition_id, 999_999, their_edition.pk),
    }
