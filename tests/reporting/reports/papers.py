"""Reports as plain values, and the strings that try to break them."""

from datetime import UTC, date, datetime
from uuid import UUID

from compliance.reporting.reports.edition_changes import changes
from compliance.reporting.reports.paper import Entry, Paper
from compliance.reporting.reports.working_paper import Asked, Message, Tested, WorkingPaper
from compliance.work.snapshots.content import (
    Content,
    Line,
    PreviousAnswer,
    Proof,
    Remark,
    Section,
)
from tests.support.documents import document, question

AT = datetime(2026, 12, 22, 10, 5, tzinfo=UTC)

HOSTILE = [
    '<script>alert(1)</script><img src="http://127.0.0.1:9/x.png">',
    '{{ 7|add:"7" }} {% include "base.html" %} {# gone #}',
    "</article></section></body></html>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<style>@import url(http://127.0.0.1:9/)</style>",
    "&amp; &lt; &#65; \" ' ` \\",
    "مرحبا بالعالم",
    "שלום עולם",
    "Ünïcödé Ελληνικά ἀρχή Кириллица Ѣ Łódź ễ",
    "漢字かな한국어ไทย",
    "😀 👩🏽‍💻 🏳️‍🌈",
    "\ue000 \U00020000 ᚠᛇᚻ",
    "W" * 400,
    "https://example.org/" + "a-long/path_" * 40,
]


def make_proof(number=1, **fields):
    values = {
        "title": "Record of processing",
        "file_name": "record.pdf",
        "url": "",
        "size_bytes": 1200,
        "document_on": date(2026, 3, 1),
        "covers_from": date(2026, 1, 1),
        "covers_to": date(2026, 12, 31),
        "received_at": AT,
        "expires_on": date(2027, 3, 1),
        "sha256": "0123456789abcdef" * 4,
        "used_in": ("Q1",),
    }
    return Proof(number=number, **(values | fields))


def make_line(key="Q1", **fields):
    values = {
        "title": "Duty",
        "text": "Do you keep this duty?",
        "cites": "Law Art. 5(1)",
        "weight": 3,
        "applies": True,
        "applicability": "",
        "binds_from": date(2018, 5, 25),
        "verdict": "met",
        "value": "",
        "note": "A list is kept.",
        "reason": "",
        "owner": "Con Tributor",
        "due_on": None,
        "answered_by": "Con Tributor",
        "answered_at": AT,
        "changed_by": "Con Tributor",
        "changed_at": AT,
        "proofs": (),
        "remarks": (),
    }
    return Line(key=key, **(values | fields))


def make_content(lines=None, proofs=(), **fields):
    values = {
        "organisation": "Acme",
        "theme": "Privacy",
        "checklist": "Privacy",
        "edition": "2026.1",
        "edition_hash": "e" * 64,
        "law_as_of": date(2026, 11, 24),
        "subject": "The shop",
        "period_from": date(2026, 1, 1),
        "period_to": date(2026, 12, 31),
        "facts": (("Role", "“Controller”"),),
    }
    sections = (Section(1, "First section", tuple(lines or [make_line()])),)
    return Content(sections=sections, proofs=tuple(proofs), **(values | fields))


def make_paper(content=None, **fields):
    values = {
        "number": 3,
        "read_at": AT,
        "zone": "UTC",
        "trail": (Entry(7, AT, "Con Tributor", "Q1: Met", "ab" * 32),),
        "trail_count": 1,
        "head_seq": 9,
        "head_hash": "cd" * 32,
        "version": "1.0",
        "assessment_id": UUID(int=7),
        "organisation_id": UUID(int=8),
    }
    return Paper(content=content or make_content(), **(values | fields))


def make_work(texts=("Seen.",), keys=("Q3",)):
    """The work of an auditor: a flagged answer and a request for each text."""
    requests = tuple(
        Asked(
            code=f"R-{n}",
            title=text[:200],
            text=text,
            key=keys[n % len(keys)],
            asked_at=AT,
            due_on=date(2027, 1, 20),
            status="Answered",
            closed_at=None,
            messages=(
                Message(
                    text[:120],
                    AT,
                    text,
                    is_ours=True,
                    file=text[:120],
                    sha256="ab" * 32,
                ),
                Message("Aud", AT, text, is_ours=False),
            ),
        )
        for n, text in enumerate(texts, 1)
    )
    tests = tuple(
        Tested(
            key=keys[n % len(keys)],
            title=text[:200],
            how="At random",
            seed="5eed",
            result="Flagged",
            is_exception=True,
            note=text,
            said_at=AT,
            read_at=AT,
            taken=frozenset({"0123456789abcdef" * 4}),
        )
        for n, text in enumerate(texts)
    )
    return WorkingPaper(
        auditor=texts[0][:120],
        purpose=texts[0][:300],
        from_on=date(2026, 12, 1),
        until_on=date(2026, 12, 22),
        given_by=texts[0][:120],
        tests=tests,
        requests=requests,
    )


def make_full_paper():
    """A report with a question of every kind, and with every hostile text."""
    proof = make_proof()
    lines = [
        make_line("Q1", proofs=(proof,), remarks=(Remark("Ada", AT, "Seen."),)),
        make_line("Q2", verdict="partly", binds_from=date(2028, 8, 2)),
        make_line("Q3", verdict="not_met", weight=5, due_on=date(2027, 1, 15)),
        make_line("Q4", verdict="na", reason="No such system.", note=""),
        make_line(
            "Q5",
            verdict="unanswered",
            note="",
            answered_by="",
            answered_at=None,
            changed_by="",
            changed_at=None,
        ),
        make_line("Q6", applies=False, applicability="Applies only when Role is X."),
        make_line("Q7", verdict="later", later_until=date(2027, 2, 1), again="carried"),
        make_line("Q8", verdict="dont_know", note="", again="action"),
        make_line(
            "Q9",
            then=PreviousAnswer("partly", ("answer", "note")),
            taken_from="G079, DP",
        ),
        make_line(
            "Q10",
            verdict="na",
            reason="None.",
            na_by="Con",
            answered_by="Con",
            then=PreviousAnswer("", ("new",)),
        ),
        make_line(
            "Q11",
            verdict="na",
            reason="None.",
            na_by="Con",
            answered_by="Con",
            na_confirmed_by="Rev",
            na_confirmed_at=AT,
        ),
    ]
    lines += [
        make_line(f"H{i}", text=text, note=text, owner=text, value=text) for i, text in enumerate(HOSTILE)
    ]
    texts = dict(enumerate(HOSTILE))
    first = document([question(f"H{i}") for i in texts], number="1", facts=[])
    newer = document([question(f"H{i}", text=texts[i]) for i in texts], number="2")
    return make_paper(
        make_content(lines, [proof], subject=HOSTILE[0], carried_from=HOSTILE[0]),
        edition_changes=changes(first, newer, is_carried=True),
        work=make_work(HOSTILE, ("Q1", "Q3", "H2", "GONE")),
    )
