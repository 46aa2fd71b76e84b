"""Publishing while somebody starts: each assessment is bound to exactly one edition."""

import pytest

RACE = """
import json, random, sys, threading, time
import django
django.setup()
from datetime import date
from django.core.exceptions import ValidationError
from django.db import connection
from compliance.work.assessments.actions import start
from compliance.proof.audit import verification
from compliance.content.checklists import actions
from compliance.content.editor.actions import add_question
from compliance.models import Assessment, Edition
from compliance.content.publishing.actions import draft_next
from tests.support import factories

cast = factories.make_cast()
own = factories.make_checklist("race", cast.acme)
first = factories.make_draft(questions=4, checklist=own)
actions.publish(by=cast.ada, edition=first)
given = {"organisation": cast.acme}
result = {"started": 0, "refused": 0, "newer": 0, "faults": []}
barrier = threading.Barrier(3)

def race(act):
    barrier.wait()
    time.sleep(random.uniform(0, 0.05))
    try:
        act()
    except ValidationError as error:
        assert "is not open" in str(error), error
        result["refused"] += 1
    except Exception as error:
        result["faults"].append(repr(error))
    finally:
        connection.close()

def begin(edition):
    start(by=cast.otto, edition=edition, subject="Race", facts={},
          period_from=date(2026, 1, 1), period_to=date(2026, 12, 31), **given)
    result["started"] += 1

for number in range(int(sys.argv[1])):
    old = own.editions.get(status="published")
    draft = draft_next(by=cast.ada, edition_id=old.pk, **given)
    at = {"edition_id": draft.pk, **given}
    add_question(by=cast.ada, section="s1", text=f"Round {number}?", **at)
    acts = [
        lambda: actions.publish(by=cast.ada, edition=draft),
        lambda: begin(old),
        lambda: begin(own.editions.filter(status="published").first()),
    ]
    threads = [threading.Thread(target=race, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if own.editions.filter(status="published").count() != 1:
        result["faults"].append(f"round {number}: not one published edition")
    result["newer"] += Assessment.objects.filter(edition=draft).count()

for assessment in Assessment.objects.select_related("edition"):
    asked = set(assessment.edition.questions.values_list("pk", flat=True))
    answered = set(assessment.answers.values_list("question_id", flat=True))
    if asked != answered:
        result["faults"].append(f"{assessment.pk}: answers of another edition")
if fault := verification.verify(cast.acme.pk):
    result["faults"].append(str(fault))
print(json.dumps(result))
"""


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(5, marks=pytest.mark.slow),
        pytest.param(200, marks=pytest.mark.long),
    ],
)
def test_publish_beside_start_binds_each_assessment_to_one_edition(rounds, race):
    result = race(RACE, rounds)
    assert result["faults"] == []
    assert result["started"] + result["refused"] == 2 * rounds
    assert result["started"] > 0
