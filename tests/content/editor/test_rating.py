"""Ratings of answers in the editor: read, written, kept and refused."""

import pytest

from tests.support.editor_forms import question_of, save, typed

RATING = {"level": 2, "points": 41.67}


@pytest.fixture
def draft(draft):
    """Q1 offers two answers, the first of them rated."""
    question = draft.questions.get(key="Q1")
    question.kind = "choice"
    question.save()
    question.choices.create(key="a", label="Old", position=1, rating=RATING)
    question.choices.create(key="b", label="Other", position=2)
    return draft


def choices_of(draft):
    return {c["key"]: c.get("rating") for c in question_of(draft)["choices"]}


def test_rating_survives_an_edit_of_its_label(ada, draft):
    assert save(ada, draft, **{"choice-0-label": "New"}).status_code == 302
    assert choices_of(draft) == {"a": RATING, "b": None}


def test_rating_is_written_changed_and_taken_away(ada, draft):
    new = {
        "choice-0-level": "",
        "choice-0-points": "",
        "choice-1-level": "4",
        "choice-1-points": "100",
        "choice-1-contested": "Two tables differ.",
        "choice-1-higher": "5",
    }
    save(ada, draft, **new)
    said = {"contested": "Two tables differ.", "higher": 5}
    rated = {"level": 4, "points": 100} | said
    assert choices_of(draft) == {"a": None, "b": rated}
    assert isinstance(choices_of(draft)["b"]["points"], int)
    assert typed(ada, draft)["choice-1-contested"] == "Two tables differ."


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"choice-0-points": ""}, "id_choice-0-points", "A rating has a level and points."),
        ({"choice-1-points": "3"}, "id_choice-1-level", "A rating has a level and points."),
        ({"choice-0-level": "1.5"}, "id_choice-0-level", "A level is a whole number."),
        ({"choice-0-level": "10"}, "id_choice-0-level", "less than or equal to 9"),
        ({"choice-0-points": "-1"}, "id_choice-0-points", "greater than or equal to 0"),
        ({"choice-0-points": "nan"}, "id_choice-0-points", "“nan” is not a number."),
        ({"choice-0-points": "1.200"}, "id_choice-0-points", "Write 1200 or 1.2."),
        ({"choice-0-higher": "4"}, "id_choice-0-higher", "and where sources differ"),
        ({"choice-0-contested": "Why.", "choice-0-higher": "2"}, "id_choice-0-higher", "above the one that counts"),
        ({"choice-1-contested": "Why."}, "id_choice-1-contested", "Write level and points, too."),
    ],
)  # fmt: skip
def test_half_a_rating_is_refused_at_its_place(ada, draft, changes, place, words):
    reply = save(ada, draft, **changes)
    assert reply.status_code == 422
    assert (place, True) in [(at, words in said) for at, said in reply.context["editor"].faults]
    assert choices_of(draft) == {"a": RATING, "b": None}


def test_two_choices_in_the_same_words_are_refused_at_the_second(ada, draft):
    reply = save(ada, draft, **{"choice-0-label": " Other"})
    assert reply.status_code == 422
    fault = ("id_choice-1-label", "Another choice reads the same.")
    assert reply.context["editor"].faults == [fault]
    assert typed(ada, draft)["choice-0-label"] == "Old"


def test_kind_without_choices_minds_no_words_of_those_it_had(ada, draft):
    reply = save(ada, draft, kind="verdict", **{"choice-0-label": "Other"})
    assert reply.status_code == 302
