"""The cost of checking the trail: ``python3 bench/verify.py 10000 100000``."""
# ruff: noqa: S603, T201 - a script: it runs manage.py, and it prints

import os
import subprocess
import sys
import time

from floor import ROOT, seed

from compliance.models import Assessment
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments import actions
from compliance.work.assessments.events import ANSWER_SAVED
from compliance.work.assessments.writing import alter
from compliance.work.bulk.actions import store
from tests.support.factories import begin_chains

QUESTIONS = 150
SAVES = int(os.environ.get("SAVES", "1"))
"""Events for each answer beside the one that began it."""


PROGRAM = """
import atexit, re, runpy, sys
status = lambda: open("/proc/self/status").read()
atexit.register(lambda: print(re.search(r"VmHWM:.*", status())[0]))
sys.argv = [sys.argv[1], "verify_trail"]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Says the most memory that the process itself had: what its parent had by the time that
it began counts in ``ru_maxrss``, too."""


def fill(first, events):
    """Start assessments and save each of their answers, as the app does."""
    by, about = first.started_by, first
    while Event.objects.count() < events:
        made = actions.start(
            by=by,
            organisation=about.organisation,
            edition=about.edition,
            subject="Acme",
            period_from=about.period_from,
            period_to=about.period_to,
            facts={"data": ["health"]},
        )
        for number in range(SAVES):
            said = {
                "verdict": "met",
                "note": f"Kept in the wiki since {number + 2000}.",
            }
            save_all(by, made, lambda answer, said=said: said)


def save_all(by, assessment, typed):
    """Save each answer once, as the app does; ``typed(answer)`` has its fields."""
    with writing():
        answers = list(assessment.answers.select_related("question"))
        changes = {each.pk: alter(by, each, typed(each)) for each in answers}
        store(answers, changes)
        trail.record_together(
            by=by,
            organisation_id=assessment.organisation_id,
            scope_id=assessment.pk,
            entries=[
                trail.Entry(each, ANSWER_SAVED, one.before, one.after)
                for each in answers
                if (one := changes[each.pk])
            ],
        )


def verified():
    """CPU seconds and megabytes of ``verify_trail`` in a process of its own, and its words."""
    command = [sys.executable, "-c", PROGRAM, str(ROOT / "manage.py")]
    environment = os.environ | {"NO_BOOTSTRAP": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    said, _, kilobytes = process.stdout.read().rpartition("VmHWM:")
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(said)
    return used.ru_utime + used.ru_stime, int(kilobytes.split()[0]) / 1024, said


def main():
    sizes = [int(text) for text in sys.argv[1:]] or [1_000, 10_000]
    door = seed(QUESTIONS, 1, 1)
    first = Assessment.objects.select_related("organisation", "edition").get(pk=door["assessment"])
    begin_chains()
    print(f"Checking the trail, {SAVES} events an answer beside its beginning")
    print(f"{'events':>10}{'CPU s':>9}{'us each':>9}{'MB':>7}{'made in':>9}")
    nothing, _, _ = verified()
    for size in sizes:
        began = time.process_time()
        fill(first, size)
        made = time.process_time() - began
        count = Event.objects.count()
        spent, megabytes, _ = verified()
        each = (spent - nothing) * 1_000_000 / count
        print(f"{count:10,}{spent:9.1f}{each:9.0f}{megabytes:7.0f}{made:9.1f}")


if __name__ == "__main__":
    main()
