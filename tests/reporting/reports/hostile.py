"""Reports in which every text tries to leave the paper."""

from dataclasses import replace
from datetime import UTC, date, datetime

from compliance.assurance.reviews.signatures import Signature
from compliance.ground.web.own_languages import OwnLanguage
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.edition_changes import changes
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.paper import Entry
from compliance.work.snapshots.changes import Changed
from compliance.work.snapshots.content import PreviousAnswer, Remark, Section, Task
from tests.reporting.reports.papers import (
    make_content,
    make_line,
    make_paper,
    make_proof,
    make_work,
)
from tests.support.documents import document, question

AT = datetime(2026, 12, 22, 10, 5, tzinfo=UTC)
NAME = 120
"""Characters that a name may have."""

FORMS = {
    "unbroken": "W" * 400,
    "glued": "\xa0".join(["Wort"] * 80),
    "narrowly glued": "\u202f".join(["Wort", "\u2060", "mot\u2011clef"] * 50),
    "Arabic": "\xa0".join(["مرحبا"] * 60),
    "Hebrew": "שלום" * 80,
    "joined people": "\u200d".join("👩" * 120),
    "joined letters": "\u200d".join("abc" * 80),
    "marks": "e" + "\u0301" * 200,
    "rare marks": "e" + "\u1ab0\u20dd" * 100,
    "private": "\uf0b7 point \ue000\U000f0000 " * 12,
    "unassigned": "\u0378\ufdd0\U0001ffff\U000e0fff" * 40,
    "emoji": "☑ ⚖ 😀🏳️‍🌈1️⃣🇩🇪" * 20,
    "wide": "﷽⸻" * 40,
    "unseen": "\ufeffa\u00adb\u200bc\u2028d\u2060 \u180e" * 20,
    "scripts": "漢字かな한국어ไทยአማርኛहिन्दीবাংলাதமிழ்བོད་ខ្មែရမြန်" * 8,
}
WORDS = list(FORMS.values())


def hostile(kind=ReportKind.FULL, language=OwnLanguage.ENGLISH, *, signed=True):
    """A report of the kind, each of whose texts is one of the forms."""
    at = list(ReportKind.values).index(kind) * 3
    names = [WORDS[(at + i) % len(WORDS)][:NAME].strip() for i in range(3)]
    organisation, subject, checklist = names
    proofs = tuple(_proof(n, text) for n, text in enumerate(WORDS, 1))
    tasks = tuple(_task(n, text) for n, text in enumerate(WORDS, 1))
    lines = [_line(n, text, proofs, tasks) for n, text in enumerate(WORDS, 1)]
    kept = lines[0::3], lines[1::3], lines[2::3]
    sections = tuple(Section(n, WORDS[n][:NAME], tuple(part)) for n, part in enumerate(kept, 1))
    content = replace(
        make_content(facts=tuple((text[:NAME], text[:NAME]) for text in WORDS)),
        organisation=organisation,
        subject=subject,
        checklist=checklist,
        edition="W" * 30,
        sections=sections,
        proofs=proofs,
        tasks=tasks,
        carried_from=organisation,
        archived=(lines[0],),
    )
    first = document([question(f"H{i}") for i, _ in enumerate(WORDS)], number="1", facts=[])
    newer = document([question(f"H{i}", text=t) for i, t in enumerate(WORDS)], number="2")
    one = _signature(WORDS[at % len(WORDS)])
    return make_paper(
        content,
        wanted=ReportOptions(kind, language),
        trail=tuple(Entry(n, AT, text[:NAME], text, "ab" * 32) for n, text in enumerate(WORDS, 1)),
        zone="W" * 40,
        edition_changes=changes(first, newer, is_carried=True),
        signature=one if signed else None,
        signatures=(one, replace(one, revision=1, reopened_why=WORDS[1])),
        brought_at=AT,
        since=tuple(Changed(text[:NAME], "answer, note") for text in WORDS),
        since_signed=one,
        moved=frozenset({"K1"}),
        work=make_work(WORDS, [line.key for line in lines]),
    )


def _line(n, text, proofs, tasks):
    fates = ("met", "partly", "not_met", "na", "unanswered", "later", "dont_know")
    return make_line(
        f"K{n}" + "W" * 28,
        title=text[:NAME],
        text=text,
        cites=f"{text[:NAME]}; Art. 5",
        applies=n % 4 != 0,
        applicability=text,
        verdict=fates[n % len(fates)],
        value=text[:200],
        note=text,
        reason=text,
        owner=text[:NAME],
        changed_by=text[:NAME],
        changed_at=AT,
        due_on=date(2027, 1, 15),
        proofs=(proofs[n - 1],),
        remarks=(Remark(text[:NAME], AT, text),),
        later_until=date(2027, 2, 1),
        na_by=text[:NAME],
        na_confirmed_by=text[:NAME],
        na_confirmed_at=AT,
        again="carried" if n % 2 else "action",
        taken_from=text[:NAME],
        then=PreviousAnswer("partly", ("answer", "note")),
        tasks=(tasks[n - 1],),
    )


def _proof(n, text):
    return make_proof(
        n,
        title=text[:NAME],
        file_name=text[:NAME] if n % 2 else "",
        url="" if n % 2 else f"https://example.org/{text}",
        used_in=(f"K{n}" + "W" * 28,),
    )


def _task(n, text):
    return Task(
        number=n,
        title=text[:NAME],
        text=text,
        owner=text[:NAME],
        due_on=date(2026, 1, 15),
        priority="High",
        status="Open",
        effort_days="12",
        is_open=bool(n % 2),
        closed_at=AT,
        about=(f"K{n}" + "W" * 28,),
    )


def _signature(text):
    return Signature(
        revision=2,
        edition="1",
        content_hash="ab" * 32,
        statement=text,
        reservations=text,
        role=text[:NAME],
        signer=text[:NAME],
        signed_by_id=1,
        signed_at=AT,
        stood_at=AT,
        method="password",
        chain="",
        there=text[:NAME],
        trail_seq=7,
        trail_hash="cd" * 32,
        sender=text[:NAME],
        sent_at=AT,
        reopened_at=AT,
        reopened_why=text,
        reopened_asked=text[:NAME],
        reopened_by=text[:NAME],
        void=tuple(other[:NAME] for other in WORDS),
        void_since=AT,
    )
