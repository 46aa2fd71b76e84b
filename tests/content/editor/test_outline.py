"""The outline of a draft: parts are added, moved and removed, and keys stay taken."""

import pytest
from django.urls import reverse

from compliance.content.checklists import content
from compliance.content.editor import actions as editor_actions
from compliance.content.publishing import actions as publishing
from compliance.models import Section
from compliance.proof.audit import verification
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError
from tests.support.editor_forms import key_of, url
from tests.support.factories import make_checklist, make_draft, make_edition, publish


@pytest.fixture
def draft(cast):
    """Q1 and Q2 in section s1, Q3 and Q4 in s2."""
    return make_draft(questions=4, sections=2, checklist=make_checklist("own", cast.acme))


@pytest.fixture
def given(cast, draft):
    return {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}


def tree(edition):
    found = content.document(edition)
    return [" ".join([s["key"], *(q["key"] for q in s["questions"])]) for s in found["sections"]]


def positions(edition):
    return list(edition.questions.values_list("position", flat=True))


@pytest.mark.parametrize(
    ("key", "to", "after"),
    [
        ("Q2", -1, ["s1 Q2 Q1", "s2 Q3 Q4"]),
        ("Q1", 1, ["s1 Q2 Q1", "s2 Q3 Q4"]),
        ("Q2", 1, ["s1 Q1", "s2 Q2 Q3 Q4"]),
        ("Q3", -1, ["s1 Q1 Q2 Q3", "s2 Q4"]),
        ("Q1", -1, ["s1 Q1 Q2", "s2 Q3 Q4"]),
        ("Q4", 1, ["s1 Q1 Q2", "s2 Q3 Q4"]),
        ("Q4", ("s1", "Q1"), ["s1 Q1 Q4 Q2", "s2 Q3"]),
        ("Q1", ("s2", ""), ["s1 Q2", "s2 Q1 Q3 Q4"]),
        ("Q1", ("s1", "Q2"), ["s1 Q2 Q1", "s2 Q3 Q4"]),
    ],
)
def test_question_moves(given, draft, key, to, after):
    before = tree(draft)
    assert (editor_actions.move_question(**given, key=key, to=to) is not None) == (before != after)
    assert tree(draft) == after
    assert positions(draft) == [1, 2, 3, 4]
    assert Event.objects.count() == (before != after)


@pytest.mark.parametrize("to", [("s9", ""), ("s2", "Q1"), ("s1", "Q9")])
def test_place_that_is_gone_is_refused(given, draft, to):
    with pytest.raises(RefusedError, match="Reload the page"):
        editor_actions.move_question(**given, key="Q1", to=to)
    assert tree(draft) == ["s1 Q1 Q2", "s2 Q3 Q4"]


def test_section_moves_with_its_questions(given, draft):
    assert editor_actions.move_section(**given, key="s2", to=-1)
    assert tree(draft) == ["s2 Q3 Q4", "s1 Q1 Q2"]
    assert list(draft.questions.values_list("key", flat=True)) == [
        "Q3",
        "Q4",
        "Q1",
        "Q2",
    ]
    assert not editor_actions.move_section(**given, key="s2", to=-1)


def test_section_goes_behind_another_one_or_to_the_start(given, draft):
    event = editor_actions.move_section(**given, key="s1", to="s2")
    assert tree(draft) == ["s2 Q3 Q4", "s1 Q1 Q2"]
    assert not editor_actions.move_section(**given, key="s1", to="s2")
    assert editor_actions.move_section(**given, key="s1", to="")
    assert tree(draft) == ["s1 Q1 Q2", "s2 Q3 Q4"]
    with pytest.raises(RefusedError, match="changed the outline"):
        editor_actions.move_section(**given, key="s1", to="gone")
    with pytest.raises(RefusedError):
        editor_actions.undo(**given, seq=event.seq)


def test_added_question_stands_at_the_end_of_its_section(given, draft):
    event = editor_actions.add_question(**given, section="s1", text="Is it new?")
    assert key_of(event) == "Q5"
    assert tree(draft) == ["s1 Q1 Q2 Q5", "s2 Q3 Q4"]
    assert positions(draft) == [1, 2, 3, 4, 5]


def test_key_of_a_removed_question_is_never_used_again(given, draft):
    first = key_of(editor_actions.add_question(**given, section="s2", text="One?"))
    editor_actions.remove_question(**given, key=first)
    event = editor_actions.add_question(**given, section="s2", text="Two?")
    assert key_of(event) == "Q6"
    assert positions(draft) == [1, 2, 3, 4, 5]


def test_key_of_an_older_edition_is_never_used_again(given, draft):
    make_edition(9, checklist=draft.checklist, number="2025.1")
    event = editor_actions.add_question(**given, section="s1", text="New?")
    assert key_of(event) == "Q10"


def test_own_questions_of_a_clone_have_keys_that_no_original_uses(cast):
    source = make_edition(questions=2)
    draft = publishing.clone(by=cast.ada, organisation=cast.acme, edition_id=source.pk)
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    made = [editor_actions.add_question(**given, section="s1", text=f"{n}?") for n in "ab"]
    assert [key_of(event) for event in made] == ["OWN-1", "OWN-2"]


def test_section_is_added_named_and_removed_when_empty(given, draft):
    event = editor_actions.add_section(**given, title="Section 1")
    assert key_of(event) == "section-1"
    editor_actions.save_section(
        **given, key="section-1", version=0, values={"title": "Law", "intro": "Read."}
    )
    with pytest.raises(StaleError):
        editor_actions.save_section(**given, key="section-1", version=0, values={"title": "X"})
    editor_actions.remove_section(**given, key="section-1")
    with pytest.raises(RefusedError, match="still has questions"):
        editor_actions.remove_section(**given, key="s1")
    assert Section.objects.filter(edition=draft).count() == 2
    assert verification.verify(draft.checklist.organisation_id) is None


def test_nothing_moves_in_a_published_edition(given, draft):
    publish(draft)
    with pytest.raises(RefusedError, match="can no longer change"):
        editor_actions.move_question(**given, key="Q1", to=1)


@pytest.mark.slow
def test_buttons_move_add_and_remove(cast, draft, sign_in):
    ada = sign_in(cast.ada)

    def post(name, **data):
        path = url(name, draft)
        return ada.post(path, data, follow=True)

    post("part_move", part="question", key="Q2", step="-1")
    post("part_move", part="question", key="Q1", section="s2")
    post("part_move", part="section", key="s2", step="-1")
    post("part_move", part="section", key="s2", behind="s1")
    post("part_move", part="section", key="s2", behind="")
    assert tree(draft) == ["s2 Q1 Q3 Q4", "s1 Q2"]
    assert "Q5 is added" in post("part_add", section="s1", text="Is it new?").text
    assert "“Law” is added" in post("part_add", title="Law").text
    assert "“Law” is removed" in post("part_remove", part="section", key="law").text
    assert "Undo" in post("part_remove", part="question", key="Q5").text
    assert "Write something" in post("part_add", title="").text
    gone = {"part": "question", "key": "Q5"}
    theirs = sign_in(cast.otto).post(url("part_remove", draft), gone, follow=True)
    assert "has removed that" in theirs.text
    assert "has removed that" in post("part_add", section="x", text="Why?").text
    assert tree(draft) == ["s2 Q1 Q3 Q4", "s1 Q2"]


def test_refused_move_gives_the_outline_as_it_stands(cast, draft, sign_in):
    path = reverse("editor:part_move", args=["acme", draft.pk])
    response = sign_in(cast.ada).post(
        path,
        {"part": "question", "key": "Q1", "section": "s2", "behind": "Q9"},
        headers={"HX-Request": "true"},
    )
    assert response.status_code == 409
    assert 'id="outline"' in response.text


@pytest.mark.parametrize("questions", [20, 600])
def test_move_costs_the_same_in_a_long_list(questions, cast, django_assert_max_num_queries):
    own = make_checklist("long", cast.acme)
    draft = make_draft(questions, 2, checklist=own)
    with django_assert_max_num_queries(17):
        editor_actions.move_question(
            by=cast.ada,
            organisation=cast.acme,
            edition_id=draft.pk,
            key="Q1",
            to=("s2", f"Q{questions}"),
        )
