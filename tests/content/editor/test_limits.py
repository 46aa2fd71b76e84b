"""One limit for what a file brings in and what the editor changes."""

import pytest
from pydantic import ValidationError

from compliance.content.checklists import content, limits
from compliance.content.formats import checking
from compliance.content.formats.findings import Notes
from compliance.content.formats.shape import FactShape, QuestionShape
from compliance.models import Choice
from tests.support.editor_forms import question_of, save, typed, url
from tests.support.factories import make_checklist, make_draft

ROWS = {"any": [{"data": "health"}, {"data": "children"}] * 30}


@pytest.fixture
def draft(cast):
    return make_draft(checklist=make_checklist("own", cast.acme))


@pytest.fixture
def ada(cast, sign_in):
    return sign_in(cast.ada)


def choose(question, count):
    type(question).objects.filter(pk=question.pk).update(kind="choice")
    Choice.objects.bulk_create(
        Choice(question=question, key=f"c{at}", label=f"Choice {at}", position=at)
        for at in range(1, count + 1)
    )


@pytest.mark.parametrize("count", [150, limits.MOST_CHOICES])
@pytest.mark.slow
def test_as_many_choices_as_a_file_may_bring_are_shown_and_saved(ada, draft, count):
    choose(draft.questions.first(), count)
    page = ada.get(f"{url('edit', draft)}?question=Q1")
    assert page.content.decode().count(f'value="Choice {count}"') == 1
    saved = save(ada, draft, **{f"choice-{count - 1}-label": "The last one"})
    assert saved.status_code == 302
    choices = question_of(draft)["choices"]
    assert len(choices) == count
    assert choices[-1] == {
        "key": f"c{count}",
        "label": "The last one",
        "help": "",
        "verdict": "",
    }


@pytest.mark.slow
def test_one_choice_too_many_is_refused_in_words_of_the_house(ada, draft):
    choose(draft.questions.first(), 200)
    more = {"choice-TOTAL_FORMS": 201, "choice-200-label": "One too many"}
    page = save(ada, draft, **more)
    assert page.status_code == 422
    text = page.content.decode()
    assert "A question has at most 200 choices. Take some out to save it." in text
    assert "Please submit" not in text


def test_lists_are_as_long_as_a_file_may_bring_them(ada, draft):
    lines = [f"Evidence {at} {'x' * 2000}" for at in range(limits.MOST_LINES)]
    assert save(ada, draft, evidence_hints="\n".join(lines)).status_code == 302
    assert question_of(draft)["evidence_hints"] == lines
    page = save(ada, draft, evidence_hints="\n".join([*lines, "One more"]))
    assert "501 lines; at most 500 fit." in page.content.decode()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("date-rows", "A question has at most 20 days."),
        ("if-rows", "A rule has at most 60 conditions and groups."),
    ],
)
def test_rows_past_the_limit_are_refused_in_words_of_the_house(ada, draft, name, words):
    assert words in save(ada, draft, **{name: 99}).content.decode()


@pytest.mark.slow
def test_rule_of_as_many_rows_as_fit_is_saved_as_it_stands(ada, draft):
    draft.questions.filter(key="Q1").update(rule=ROWS)
    assert typed(ada, draft)["if-rows"] == 60
    assert save(ada, draft, text="Is it long?").status_code == 302
    assert question_of(draft)["rule"] == ROWS


def question(**more):
    return {"key": "Q1", "title": "One", "text": "Is it?"} | more


@pytest.mark.parametrize(
    ("name", "row", "most"),
    [
        ("choices", {"key": "a", "label": "A"}, limits.MOST_CHOICES),
        ("applies_from", {"date": "2027-01-01"}, limits.MOST_DATES),
        ("evidence_hints", "Log", limits.MOST_LINES),
        ("cites", "Art. 5", limits.MOST_LINES),
        ("related", "Q2", limits.MOST_LINES),
    ],
)
def test_file_keeps_to_what_the_editor_can_change(name, row, most):
    QuestionShape.model_validate(question(**{name: [row] * most}))
    with pytest.raises(ValidationError, match=f"at most {most} items"):
        QuestionShape.model_validate(question(**{name: [row] * (most + 1)}))


def test_choices_of_a_fact_in_a_file_keep_to_what_the_editor_can_change():
    fact = {"key": "data", "label": "Data", "text": "Which?", "kind": "one"}
    options = [{"key": f"c{at}", "label": f"C {at}"} for at in range(201)]
    FactShape.model_validate(fact | {"choices": options[:200]})
    with pytest.raises(ValidationError, match="at most 200 items"):
        FactShape.model_validate(fact | {"choices": options})


@pytest.mark.parametrize(("count", "faults"), [(60, []), (61, ["it has 61 conditions"])])
def test_rule_in_a_file_keeps_to_what_the_editor_can_change(draft, count, faults):
    document = content.document(draft)
    rule = {"any": [{"data": "health"}] * count}
    document["sections"][0]["questions"][0]["rule"] = rule
    head = {"title": "Own", "summary": "", "theme": ""}
    found = checking.found_in("attest", head, document, Notes(), str)
    assert [fault.words[:20] for fault in found.faults] == faults
