"""Costs that grow with the number of organisations: ``python3 bench/growth.py 1 10 100``.

Fills an empty PostgreSQL (``DATABASE_URL``) with so many organisations of ``ASSESSMENTS`` times
150 answers, each saved ``SAVES`` times, one step after the other, and measures one from the
middle of those that came last. A later run goes on where the last one ended. ``FIGURES``
names a file that takes each step, a line of JSON each, and
``python3 bench/growth.py draw FILE.jsonl FILE.svg`` draws it.
"""
# ruff: noqa: I001, S311, S603, T201 - a script: it prints, and its dice need not be fair

import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date, timedelta
from math import log10
from pathlib import Path
from tempfile import TemporaryDirectory

from floor import FOLDER, ROOT, Caller, Saves, seed
from serve import SECONDS, Crowd
from verify import save_all

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from compliance.proof.audit import verification
from compliance.proof.audit.models import Event
from compliance.operations.backups import backup
from compliance.operations.closing.integrity import BEYOND
from compliance.models import Answer, Assessment, Comment, Organisation
from compliance.reporting.reports import actions as reports
from tests.support import factories
from tests.load.inside import enter
from tests.load.multiplied import multiply
from tests.load.serving import Site
from tests.support.plans import Plans

QUESTIONS = 150
ASSESSMENTS = int(os.environ.get("ASSESSMENTS", "20"))
SAVES = int(os.environ.get("SAVES", "5"))
BACKUP = int(os.environ.get("BACKUP", "100"))
"""Organisations up to which a backup is made: it takes minutes for each million events."""
FIGURES = os.environ.get("FIGURES", "")
ROUNDS = 5
MOULD = "load-0"
REPORTS = 8
COMMON, RARE = "policy", "zeppelin"
DICE = random.Random(7)
WORDS = ["".join(DICE.choices("aeioulnrstdm", k=7)) for _ in range(2000)]
VERDICTS = ("met", "met", "met", "partly", "not_met", "dont_know", "unanswered")


def make_mould():
    """The organisation that the others are copies of, made by the app's own actions."""
    door = seed(QUESTIONS, ASSESSMENTS, 5)
    organisation = Organisation.objects.get()
    by = organisation.memberships.order_by("pk").first().user
    today = date(2026, 11, 27)
    for number in range(2 * ASSESSMENTS):
        expires = today + timedelta(days=number - 20)
        proof = factories.make_link(organisation, by, f"{COMMON.title()} {number}", expires_on=expires)
        for answer in Answer.objects.order_by("?")[:10]:
            answer.attachments.get_or_create(evidence=proof)
    for number, answer in enumerate(Answer.objects.order_by("?")[: 10 * ASSESSMENTS]):
        Comment.objects.create(answer=answer, author=by, text=words())
        if number % 5 == 0:
            factories.make_action(organisation, by, answer, title=words()[:80], owner=by, due_on=today)
    factories.take_into_trail(organisation)
    marked = door["answers"][7]
    for _ in range(SAVES):
        for assessment in organisation.assessments.all():
            save_all(by, assessment, lambda answer: typed(answer, by, marked))
    return organisation


def words():
    chosen = DICE.choices(WORDS, k=18)
    return " ".join([*chosen, COMMON] if DICE.random() < 0.3 else chosen)


def typed(answer, by, marked):
    said = {"verdict": DICE.choice(VERDICTS), "note": words()}
    if answer.pk == marked:
        said["note"] += f" {RARE}"
    return said | ({"owner_id": by.pk} if DICE.random() < 0.1 else {})


def fill(organisations):
    """Copies of the mould up to so many; the number of those that were there before."""
    call_command("migrate", interactive=False, verbosity=0)
    mould = Organisation.objects.filter(slug=MOULD).first() or make_mould()
    there = Organisation.objects.exclude(pk=mould.pk).count()
    if there < organisations:
        multiply(mould.pk, there + 1, organisations)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return there


def works_of(door):
    """Name, function and times in a round of what people do in an organisation."""
    call, org = Caller(door), door["path"].split("/")[2]
    save, count = Saves(call, door), itertools.count(1)
    verdicts = itertools.cycle(["met", "partly", "not_met", "dont_know"])
    addresses = {
        "page of 150": door["path"],
        "an open row": f"{door['path']}?open={door['answers'][70]}",
        "home": reverse("home:home", args=[org]),
        "calendar": reverse("calendar:calendar", args=[org]),
        "actions": reverse("remediation:action_list", args=[org]),
        "evidence": reverse("evidence:list", args=[org]),
        "assessments": reverse("workspace:list", args=[org]),
        "search, a common word": f"{reverse('search:search', args=[org])}?q={COMMON}",
        "search, a rare word": f"{reverse('search:search', args=[org])}?q={RARE}",
        "result": reverse("results:result", args=[org, door["assessment"]]),
        "overview": reverse("results:overview", args=[org]),
        "gaps": reverse("gaps:list", args=[org]),
        "trail": reverse("history:trail", args=[org]),
    }
    return [
        ("floor", lambda: call("/bench/floor/"), 100),
        ("save of a verdict", lambda: save(verdict=next(verdicts), note=""), 20),
        ("save of a note", lambda: save(note=f"{next(count)} " * 400), 20),
        *((name, lambda at=at: call(at), 3) for name, at in addresses.items()),
    ]


def database_seconds():
    """Processor time of this connection's process of PostgreSQL, which is on this machine."""
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def measured(work, times):
    """Milliseconds of the app and of the database, statements, rows and pages of one call."""
    for _ in range(3):
        work()
    plans, costs = Plans(), []
    with connection.execute_wrapper(plans):
        work()
    for _ in range(ROUNDS):
        began = time.process_time(), database_seconds()
        for _ in range(times):
            work()
        ended = time.process_time(), database_seconds()
        costs.append([(b - a) * 1000 / times for a, b in zip(began, ended, strict=True)])
    app, database = (statistics.median(each) for each in zip(*costs, strict=True))
    return {
        "app": round(app, 2),
        "database": round(database, 2),
        "statements": len(plans.statements),
        "rows": plans.rows,
        "pages": plans.buffers,
    }, plans


def report_of(door):
    """Make a report of one assessment, as the worker does."""
    one = Assessment.objects.get(pk=door["assessment"])
    asked = reports.ask_report(by=one.started_by, assessment=one)
    reports.make_report(asked.pk)


def verified(organisation):
    """Check a chain and all that it explains; raises ``RuntimeError`` at a fault."""
    faults = [verification.verify(organisation)]
    faults += [fault for look in BEYOND for fault in look(organisation)]
    if any(faults):
        raise RuntimeError(next(filter(None, faults)))


def once(work):
    """Seconds of processor of a long work: this process, its children, the database."""

    def now():
        return sum(os.times()[:4]), database_seconds()

    began = now()
    work()
    return [round(b - a, 2) for a, b in zip(began, now(), strict=True)]


def step(organisations):
    """Fill up to so many, measure, and print; the figures."""
    began = time.monotonic()
    there = fill(organisations)
    print(f"\n{organisations:,} organisations, filled in {time.monotonic() - began:.0f} s")
    cache.clear()
    slug = f"{(there + organisations + 1) // 2}-{MOULD}"
    door = enter(slug)
    found = {"organisations": organisations, **size()}
    print(", ".join(f"{name} {value:,}" for name, value in found.items()))
    print(f"{'':24}{'app':>8}{'database':>10}{'floors':>8}{'stmts':>7}{'rows':>10}{'pages':>9}")
    for name, work, times in works_of(door):
        found[name], plans = measured(work, times)
        print_cost(name, found)
        if os.environ.get("PLANS"):
            print(*plans.costly(int(os.environ["PLANS"])), sep="\n")
    mould = Organisation.objects.get(slug=MOULD).pk
    events = Event.objects.filter(organisation_id=mould).count()
    found["report"] = once(lambda: report_of(door))
    found["verify"] = once(lambda: verified(mould))
    found["verify us"] = round(sum(found["verify"]) * 1e6 / events)
    names = ["report", "verify", "verify us"]
    if organisations <= BACKUP:
        with TemporaryDirectory(dir=FOLDER.name) as folder:
            path = Path(folder) / "backup.zip"
            found["backup"] = once(lambda: backup.make(path))
            found["backup MB"] = path.stat().st_size // 10**6
        names += ["backup", "backup MB"]
    print(", ".join(f"{name} {found[name]}" for name in names))
    return found


def print_cost(name, found):
    one, floor = found[name], found["floor"]
    cost = (one["app"] + one["database"]) / (floor["app"] + floor["database"])
    print(
        f"{name:24}{one['app']:8.1f}{one['database']:10.2f}{cost:8.0f}"
        f"{one['statements']:7}{one['rows']:10,}{one['pages']:9,}",
        flush=True,
    )


def size():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()) / 1000000,"
            " pg_total_relation_size('compliance_event') / 1000000"
        )
        whole, trail = cursor.fetchone()
    return {
        "answers": Answer.everything.count(),
        "events": Event.objects.count(),
        "MB": whole,
        "MB of events": trail,
    }


def served():
    """Requests in a second by the number of processes."""
    with TemporaryDirectory(prefix="attest-bench-") as folder:
        for processes in (1, 2, 4):
            site = Site(Path(folder), os.environ["DATABASE_URL"], processes)
            door = site.ask("enter", newest())
            site.start()
            for share, words in ((0, "reads alone"), (10, "one save in ten")):
                spent, database = site.cpu_seconds(), of_database()
                rate = Crowd(site, door, share).all_together(seconds=SECONDS)
                used = (site.cpu_seconds() - spent) / SECONDS
                beside = (of_database() - database) / SECONDS
                print(
                    f"{processes} processes, {words}: {rate:.1f} requests/s,"
                    f" {used:.2f} cores, database {beside:.2f}",
                    flush=True,
                )
            site.stop()


def carried():
    """Reports in a minute by the number of workers."""
    with TemporaryDirectory(prefix="attest-bench-") as folder:
        for workers in (1, 2, 4):
            site = Site(Path(folder), os.environ["DATABASE_URL"], 2)
            door = site.ask("enter", newest())
            for _ in range(REPORTS):
                site.ask("ask", door["assessment"], module="reporting")
            began = time.monotonic()
            command = [sys.executable, str(ROOT / "manage.py"), "db_worker", "--batch"]
            running = [subprocess.Popen(command, env=site.environment, cwd=ROOT) for _ in range(workers)]
            for one in running:
                if one.wait():
                    raise RuntimeError(one.args)
            took = time.monotonic() - began
            print(f"{workers} workers: {REPORTS * 60 / took:.1f} reports/min", flush=True)


def newest():
    """The slug of an organisation among those that came last."""
    there = Organisation.objects.exclude(slug=MOULD).count()
    return f"{there}-{MOULD}"


def of_database():
    """Processor time of PostgreSQL's processes for this database, while they are there."""
    ticks, name = 0, f" {connection.settings_dict['NAME']} ".encode()
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if name in (path / "cmdline").read_bytes():
                fields = (path / "stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


MODES = {"serve": served, "reports": carried}
DRAWN = {
    "home": "#1b2b45",
    "page of 150": "#12857b",
    "search, a common word": "#8f1a10",
    "result": "#b57b0c",
    "trail": "#5a6577",
    "save of a note": "#d9772b",
}
WIDE, HIGH, EDGE = 640, 320, 48


def drawn(steps):
    """An SVG of pages read by organisations, both as powers of ten."""
    sizes = [step["organisations"] for step in steps]

    def at(organisations, pages):
        x = log10(organisations) / (log10(max(sizes)) or 1) * (WIDE - 4 * EDGE) + EDGE
        return f"{x:.0f} {HIGH - EDGE - log10(max(pages, 1)) / 5 * (HIGH - 2 * EDGE):.0f}"

    parts = []
    for power in range(6):
        _, y = at(1, 10**power).split()
        parts.append(
            f'<path d="M{EDGE} {y}H{WIDE - 3 * EDGE}" stroke="#d5dae2"/>'
            f'<text x="{EDGE - 6}" y="{y}" text-anchor="end">{10**power:,}</text>'
        )
    for size in sizes:
        x, _ = at(size, 1).split()
        parts.append(f'<text x="{x}" y="{HIGH - EDGE + 18}" text-anchor="middle">{size:,}</text>')
    for name, colour in DRAWN.items():
        places = [at(step["organisations"], step[name]["pages"]) for step in steps]
        x, y = places[-1].split()
        parts.append(
            f'<path d="M{"L".join(places)}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{int(x) + 6}" y="{int(y) + 4}" fill="{colour}">{name}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}"'
        ' font-family="sans-serif" font-size="11" fill="#18202c">'
        "<title>Pages of the database read for one request, by organisations</title>"
        f'<rect width="{WIDE}" height="{HIGH}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def main():
    if sys.argv[1:2] == ["draw"]:
        lines = Path(sys.argv[2]).read_text().splitlines()
        steps = sorted(map(json.loads, lines), key=lambda one: one["organisations"])
        Path(sys.argv[3]).write_text(drawn(steps))
        return
    if connection.vendor != "postgresql":
        sys.exit("Set DATABASE_URL to an empty database of PostgreSQL.")
    steps = sys.argv[1:]
    for mode in filter(MODES.get, steps):
        MODES[mode]()
    for organisations in sorted(int(each) for each in steps if each not in MODES):
        found = step(organisations)
        if FIGURES:
            with open(FIGURES, "a") as file:
                file.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
