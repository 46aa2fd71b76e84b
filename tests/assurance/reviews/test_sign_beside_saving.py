"""Everything that is written while somebody sends and signs: in the snapshot, or refused."""

import pytest

RACE = """
import json, random, sys, threading, time
import django
django.setup()
from django.core.exceptions import ValidationError
from django.db import connection
from compliance.work.assessments.actions import attach, change_facts
from compliance.proof.audit import verification
from compliance.work.discussion.actions import comment
from compliance.assurance.reviews import actions
from compliance.assurance.reviews.signatures import content_at
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.support import factories, signing

cast = factories.make_cast()
assessment = signing.make_ready(cast)
result = {"saved": 0, "late": 0, "said": 0, "mute": 0, "moved": 0, "faults": []}
result |= {"proved": 0, "unproved": 0, "set": 0, "unset": 0}
barrier = threading.Barrier(5)

def race(act):
    barrier.wait()
    try:
        act()
    except Exception as error:
        result["faults"].append(repr(error))
    finally:
        connection.close()

def pause():
    time.sleep(random.uniform(0, 0.06))

def save(words):
    pause()
    try:
        signing.answer(cast.con, assessment, "Q3", note=words)
        result["saved"] += 1
        kept.add(words)
    except ValidationError as error:
        assert "its answers stay as they are" in str(error), error
        result["late"] += 1

def say(words):
    pause()
    try:
        comment(by=cast.ada, answer=assessment.answers.first(), text=words)
        result["said"] += 1
        kept.add(words)
    except ValidationError as error:
        assert "its comments stay as they are" in str(error), error
        result["mute"] += 1

def prove(words):
    proof = factories.make_link(cast.acme, cast.con, words)
    pause()
    try:
        attach(by=cast.con, answer=assessment.answers.first(), evidence=proof)
        result["proved"] += 1
        kept.add(words)
    except ValidationError as error:
        assert "stay" in str(error), error
        result["unproved"] += 1

def set_facts(number):
    pause()
    facts = {"data": [["health"], ["children"]][number % 2]}
    try:
        change_facts(by=cast.ada, assessment=assessment, facts=facts)
        result["set"] += 1
        facts_kept.append(facts)
    except ValidationError as error:
        assert "its facts stay as they are" in str(error), error
        result["unset"] += 1

def sign():
    pause()
    actions.send(by=cast.otto, assessment=assessment)
    while True:
        seen = signing.seen(assessment)
        pause()
        try:
            return signing.sign(cast.rev, assessment, seen=seen)
        except ValidationError as error:
            assert error.code == actions.MOVED, error
            result["moved"] += 1

for number in range(1, int(sys.argv[1]) + 1):
    kept, facts_kept = set(), []
    note, words, title = f"Note {number}.", f"Words {number}.", f"Proof {number}."
    acts = [lambda: save(note), lambda: say(words), lambda: prove(title), sign]
    acts.append(lambda: set_facts(number))
    threads = [threading.Thread(target=race, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if result["faults"]:
        break
    signed = content_at(assessment, number)
    if content_of(to_read(assessment.pk)).content_hash != signed.content_hash:
        result["faults"].append(f"round {number}: something came behind the signature")
    texts = (note, words, title)
    if kept != {text for text in texts if json.dumps(text) in signed.as_json}:
        result["faults"].append(f"round {number}: kept {kept}, but signed otherwise")
    assessment = signing.reopen(cast.otto, cast.ada, assessment)
    if facts_kept and assessment.facts != facts_kept[0]:
        result["faults"].append(f"round {number}: facts {facts_kept} were lost")
if fault := verification.verify(cast.acme.pk):
    result["faults"].append(str(fault))
print(json.dumps(result))
"""


@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(4, marks=pytest.mark.slow),
        pytest.param(200, marks=pytest.mark.long),
    ],
)
def test_what_is_saved_beside_signing_is_signed_or_refused(rounds, race):
    result = race(RACE, rounds)
    assert result["faults"] == []
    for went, refused in (
        ("saved", "late"),
        ("said", "mute"),
        ("proved", "unproved"),
        ("set", "unset"),
    ):
        assert result[went] + result[refused] == rounds
