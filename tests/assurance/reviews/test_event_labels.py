"""Events in words."""

import pytest

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.work.assessments.answer_fields import TYPED, Kind


@pytest.mark.parametrize(
    ("action", "before", "after", "sentence"),
    [
        (
            "answer.saved",
            {"verdict": "partly", "note": "a"},
            {"verdict": "not_met", "note": "b", "version": 2},
            "A1: Partly changed to Not met; note changed",
        ),
        ("answer.saved", {"note": ""}, {"note": "b"}, "A1: note written"),
        (
            "answer.saved",
            {"due_on": None},
            {"due_on": "2027-01-15"},
            "A1: due 15 Jan 2027",
        ),
        (
            "answer.saved",
            {"due_on": "2027-01-15"},
            {"due_on": None},
            "A1: no longer due",
        ),
        (
            "assessment.started",
            {},
            {"due_on": None, "subject": "Acme"},
            "A1: assessment started; “Acme”",
        ),
        ("answer.saved", {"reason": "x"}, {"reason": ""}, "A1: reason removed"),
        ("evidence.attached", {}, {"title": "Policy"}, "A1: evidence added; “Policy”"),
        ("comment.written", {}, {"text": "Why?"}, "A1: comment; “Why?”"),
        ("never.seen_before", {}, {}, "A1: never seen before"),
    ],
)
def test_event_is_one_sentence(action, before, after, sentence):
    assert event_in_words(action, before, after, "A1") == sentence


@pytest.mark.parametrize("field", TYPED, ids=lambda field: field.column)
def test_every_field_that_is_set_is_named(field):
    new = {Kind.VERDICT: "met", Kind.DAY: "2027-01-15"}.get(field.kind, "Words")
    before, after = {field.column: field.blank}, {field.column: new}
    assert event_in_words("answer.saved", before, after, "A1") != "A1: saved"
    if field.erasable:
        assert event_in_words("answer.saved", after, before, "A1") == f"A1: {field.label} removed"


def test_event_about_no_question_begins_like_a_sentence():
    assert event_in_words("edition.retired", {}, {"number": "2"}) == "Edition retired; number 2"


def test_long_text_is_cut_with_a_sign():
    sentence = event_in_words("comment.written", {}, {"text": "x" * 1000})
    assert sentence.endswith("…”")
    assert len(sentence) < 200
