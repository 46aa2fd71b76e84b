"""The cost of a catalogue of a thousand controls: ``python3 bench/catalogue.py``."""
# ruff: noqa: E402, T201 - a script: Django is set up first, and it prints

import json
import resource
import time

from floor import ROUNDS, application

application()

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.content.checklist_files import actions as checklist_files
from compliance.content.checklist_files.actions import Wish
from compliance.content.checklist_files.writing import FORMATS
from compliance.content.checklists import actions
from compliance.work.assessments import actions as assessments
from tests.content.foreign_formats.catalogs import make_catalog
from tests.support import factories

AROUND = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
"""Statements that go round others, and are none themselves."""


def cpu():
    """Seconds of this process and of those it has waited for."""
    uses = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return [sum(resource.getrusage(who)[:2]) for who in uses]


def measured(work):
    """Middle of a few rounds: CPU here, CPU in children, statements."""
    rounds = []
    for _ in range(ROUNDS):
        before = cpu()
        with CaptureQueriesContext(connection) as queries:
            work()
        after = cpu()
        asked = [q for q in queries if not q["sql"].startswith(AROUND)]
        rounds.append((after[0] - before[0], after[1] - before[1], len(asked)))
    return sorted(rounds)[ROUNDS // 2]


def print_cost(name, work):
    here, beside, statements = measured(work)
    print(f"{name:44}{here * 1000:8.0f}{beside * 1000:10.0f}{statements:12}")


def undone(work):
    """The work in a transaction that is taken back."""

    def whole():
        with transaction.atomic():
            work()
            transaction.set_rollback(True)

    return whole


def main():
    call_command("migrate", interactive=False, verbosity=0)
    factories.make_checklist()  # and its theme
    cast = factories.make_cast()
    content = json.dumps(make_catalog()).encode()
    found = checklist_files.read([content], "catalog.json")
    asked = sum(len(part["questions"]) for part in found.document["sections"])
    wish = Wish("privacy")
    print(f"{asked:,} questions, {len(content) / 10**6:.1f} MB of OSCAL JSON")
    print(f"{'':44}{'CPU ms':>8}{'in child':>10}{'statements':>12}")

    def take():
        return checklist_files.take_in(by=None, found=found, wish=wish)

    print_cost("read", lambda: checklist_files.read([content], "catalog.json"))
    print_cost("dry run", lambda: checklist_files.preview(found, wish))
    print_cost("bring in", undone(take))
    edition = take().edition
    print_cost("the same again", take)
    print_cost("publish", undone(lambda: actions.publish(by=None, edition=edition)))
    edition = actions.publish(by=None, edition=edition)
    sheet = checklist_files.sheet_of(edition)
    for name, form in FORMATS.items():
        print_cost(f"write {name}", lambda form=form: form.write(sheet))
    day = timezone.localdate()
    checklist_files.write(by=cast.ada, organisation=cast.acme, edition=edition, form="json")
    print_cost(
        "start an assessment",
        undone(
            lambda: assessments.start(
                by=cast.ada,
                organisation=cast.acme,
                edition=edition,
                subject="Acme",
                period_from=day,
                period_to=day,
                facts={},
            )
        ),
    )


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s in all")
