"""The demo as text: content, rows and reports of its assessments, and what pages show."""

import json
import re

from django.conf import settings
from django.test import Client
from django.urls import reverse

from compliance.assurance.bundles.answers import written
from compliance.assurance.reviews.rows import rows_of
from compliance.identity.organisations.models import Organisation, User
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import OF_ASSESSMENT, ReportOptions
from compliance.reporting.reports.queries import read
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.snapshots.snapshot import content_of, to_read
from tests.golden.files import digest_of, lines_of, seen_on

SMALL = "suppliers"
"""The checklist whose assessments are few enough to be told whole."""
TOLD = {"Nordhavn Credit running", "CreditLens running", "Core banking cloud running"}
TOLD |= {"Core banking cloud archived", "Platform and AI running"}
"""Of the large ones, subjects and states of those told by answer; of the others, hashes."""
BESIDE = ("title", "text", "cites", "weight", "applicability")
"""Of a line, what its question says: the edition's hash and the content hash cover it."""


def texts():
    """File name to what it holds."""
    found, others = {}, []
    for one in Assessment.objects.select_related("edition__checklist"):
        is_small = one.edition.checklist.key == SMALL
        name = f"{one.edition.checklist.key}-{one.subject}-{one.status}"
        name = name.lower().replace(" ", "-")
        texts = _of(to_read(one.pk), name, is_small)
        if is_small or f"{one.subject} {one.status}" in TOLD:
            found |= texts
        else:
            others += [f"{file}: {digest_of(text)}\n" for file, text in texts.items()]
    return found | {"others.txt": "".join(sorted(others))} | _pages()


def _of(assessment, name, is_small):
    content, rows = content_of(assessment), rows_of(assessment)
    said = json.loads(content.as_json)
    del said["proofs"], said["tasks"]  # they are on each line, too
    sections = said.pop("sections")
    said["lines"] = [line for one in sections for line in one["lines"]]
    for line in said["lines"]:
        line["proofs"] = [proof["number"] for proof in line["proofs"]]
        line["tasks"] = [task["number"] for task in line["tasks"]]
        if not is_small:
            for field in BESIDE:
                del line[field]
    for one in rows["signoffs"]:
        one["trail_hash"] = "made anew each time"
    if not is_small:
        said["lines"] = [line for line in said["lines"] if _is_used(line)]
        rows["answers"] = [row for row in rows["answers"] if _is_used(row)]
        del rows["earlier"]
    found = {"table": written(content).decode()} if is_small else {}
    found |= {
        "content": f"{content.content_hash}\n{lines_of(said)}",
        "rows": lines_of(rows),
        "report": _report(assessment, is_small),
    }
    return {f"{kind}-{name}.txt": text for kind, text in found.items()}


def _is_used(row):
    """Whether an answer says more than its question does."""
    return row["verdict"] != "unanswered" or row["note"] or row["owner"]


def _report(assessment, is_small):
    told = []
    for kind in OF_ASSESSMENT if is_small else [ReportKind.FULL]:
        paper = read(assessment.pk, 1, ReportOptions(kind))
        text = seen_on(html_of(paper))
        if not is_small:
            parts = re.split(r"(?m)^(?=(?:\d|Annex [AB]) [A-Z])", text)
            text = "".join(f"{part.partition(chr(10))[0]}: {digest_of(part)}\n" for part in parts)
        told.append(text)
    return "\n".join(told)


def _pages():
    """The pages of a small assessment, its answers and its organisation, as Ada sees them."""
    client = Client()
    client.force_login(
        User.objects.get(name="Ada Lindqvist"),
        backend=settings.AUTHENTICATION_BACKENDS[0],
    )
    organisation = Organisation.objects.get(slug="nordhavn")
    one = organisation.assessments.get(subject="Whitby Print")
    full = organisation.assessments.get(subject="Core banking cloud", status="running")
    answers = Answer.objects.filter(assessment=one).order_by("question__position")
    telling = _telling(full)
    addresses = {
        "work": _to(organisation, "home:work"),
        "mine": _to(organisation, "assignments:mine"),
        "na": _to(organisation, "workspace:na_queue"),
        "actions": _to(organisation, "remediation:action_list"),
        "detail": _to(organisation, "workspace:detail", one.pk),
        "review": _to(organisation, "reviews:review", one.pk),
        "applicability": _to(organisation, "scoping:applicability", one.pk),
        "row": _to(organisation, "workspace:row", one.pk, answers[0].pk),
        "sheet": _to(organisation, "answer_sheets:sheet", one.pk),
    }
    for key, pk in telling.items():
        for tab in ("history", "comments"):
            place = f"{tab}-{key}"
            addresses[place] = _to(organisation, "workspace:panel", full.pk, pk, tab)
        addresses[f"row-{key}"] = _to(organisation, "workspace:row", full.pk, pk)
    return {f"page-{name}.txt": _seen(client, path) for name, path in addresses.items()}


def _telling(assessment):
    """Answers of many kinds, by the key of their question."""
    rows = Answer.objects.filter(assessment=assessment).order_by("question__position")
    wanted = {
        "na": rows.filter(verdict="na"),
        "later": rows.filter(verdict="later"),
        "carried": rows.filter(again="carried"),
        "due": rows.exclude(due_on=None),
    }
    return {name: found[0].pk for name, found in wanted.items() if found}


def _to(organisation, name, *args):
    return reverse(name, args=[organisation.slug, *args])


def _seen(client, path):
    answer = client.get(path, headers={"hx-request": "true"} if "panel" in path else {})
    assert answer.status_code == 200, path
    return seen_on(answer.text)
