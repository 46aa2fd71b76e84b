"""An assessment as OSCAL assessment results (NIST OSCAL 1.1.3, JSON). Pure.

A question becomes a finding with an observation, a piece of evidence a resource. All
identifiers follow from the assessment and the key, so the same record gives the same
bytes.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from compliance.assurance.bundles.report_data import Record, moment
from compliance.content.foreign_formats.oscal.names import NAMESPACE, string, token
from compliance.work.assessments.stand_ins import NOT_APPLYING
from compliance.work.snapshots.content import Line, Proof

OSCAL = "1.1.3"
STATES = {"met": ("satisfied", "pass"), "na": ("satisfied", "other")}
FAILED = {"partly", "not_met"}
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~^&])")
"""Characters that OSCAL's Markdown could take for more than letters."""
KEPT = "/#%[]=:;$&()+,!?*@'~"
"""Characters that stay in a link; letters beyond ASCII are no part of an address."""


def written(record: Record) -> bytes:
    """The results; every text of people is literal."""
    root = {"assessment-results": _results(record)}
    text = json.dumps(root, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def _results(record: Record) -> dict[str, Any]:
    content = record.content
    checklist = f"{content.checklist}, edition {content.edition}"
    return {
        "uuid": _id(record, f"report {record.number}"),
        "metadata": {
            "title": literal(f"{content.checklist}, {content.subject}"),
            "last-modified": moment(record.read_at),
            "version": str(record.number),
            "oscal-version": OSCAL,
            "props": [
                _prop("content-hash", content.content_hash),
                _prop("trail-head", record.head_hash),
            ],
            "parties": [
                {
                    "uuid": _id(record, "organisation"),
                    "type": "organization",
                    "name": string(content.organisation),
                }
            ],
        },
        "import-ap": {"href": f"#{_id(record, 'checklist')}"},
        "results": [_result(record)],
        "back-matter": {
            "resources": [
                {"uuid": _id(record, "checklist"), "title": literal(checklist)},
                *(_resource(record, proof) for proof in content.proofs),
            ]
        },
    }


def _result(record: Record) -> dict[str, Any]:
    content, at = record.content, moment(record.read_at)
    period = f"{content.period_from} to {content.period_to}"
    return {
        "uuid": _id(record, "result"),
        "title": literal(f"{content.checklist}, {content.subject}"),
        "description": literal(f"Answers of {content.organisation} for {period}."),
        "start": at,
        "end": at,
        "reviewed-controls": {"control-selections": [{"include-all": {}}]},
        **_listed("observations", [_observation(record, it) for it in content.lines]),
        **_listed("findings", [_finding(record, line) for line in content.lines]),
    }


def _listed(name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    """A list under its name; OSCAL knows no empty list."""
    return {name: found} if found else {}


def _observation(record: Record, line: Line) -> dict[str, Any]:
    said = [line.value, line.note, line.reason]
    found = {
        "uuid": _id(record, f"observation {line.key}"),
        "title": literal(f"{line.key} {line.title}"),
        "description": literal("\n\n".join(filter(None, said)) or line.verdict_word),
        "props": list(_props(line)),
        "methods": [_method(line)],
        "collected": moment(line.answered_at or record.read_at),
    }
    proofs = [
        {
            "href": f"#{_id(record, f'evidence {proof.number}')}",
            "description": literal(proof.title),
        }
        for proof in line.proofs
    ]
    return found | _listed("relevant-evidence", proofs)


def _method(line: Line) -> str:
    if line.proofs:
        return "EXAMINE"
    is_open = line.verdict == "unanswered" or not line.applies
    return "UNKNOWN" if is_open else "INTERVIEW"


def _finding(record: Record, line: Line) -> dict[str, Any]:
    return {
        "uuid": _id(record, f"finding {line.key}"),
        "title": literal(f"{line.key} {line.title}"),
        "description": literal(line.text),
        "target": {
            "type": "objective-id",
            "target-id": token(line.key),
            "status": _status(line),
        },
        "related-observations": [{"observation-uuid": _id(record, f"observation {line.key}")}],
    }


def _status(line: Line) -> dict[str, str]:
    if found := line.stands_in:
        words = f"{line.applicability} {found.verdict_word}."
        if found.missing == NOT_APPLYING:
            return {"state": "satisfied", "reason": "other", "remarks": literal(words)}
        return _judged(found.verdict, words)
    if not line.applies:
        why = line.applicability or "Does not apply."
        return {"state": "satisfied", "reason": "other", "remarks": literal(why)}
    # One person alone takes no question out, as in the results.
    verdict = "unanswered" if line.na_waits else line.verdict
    return _judged(verdict, line.verdict_word)


def _judged(verdict: str, words: str) -> dict[str, str]:
    other = ("not-satisfied", "fail" if verdict in FAILED else "other")
    state, reason = STATES.get(verdict, other)
    return {"state": state, "reason": reason, "remarks": literal(words)}


def _props(line: Line) -> Iterator[dict[str, str]]:
    yield _prop("verdict", line.verdict)
    yield _prop("applies", "yes" if line.applies else "no")
    yield _prop("weight", str(line.weight))
    if line.binds_from:
        yield _prop("binds-from", line.binds_from.isoformat())


def _resource(record: Record, proof: Proof) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": _id(record, f"evidence {proof.number}"),
        "title": literal(proof.title),
    }
    if proof.url:
        found["rlinks"] = [{"href": quote(proof.url, safe=KEPT)}]
    elif proof.sha256:
        hashes = [{"algorithm": "SHA-256", "value": proof.sha256}]
        found["rlinks"] = [{"href": f"evidence/{proof.sha256}", "hashes": hashes}]
    return found


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": string(value)}


def _id(record: Record, name: str) -> str:
    return str(uuid5(UUID(str(record.assessment_id)), name))


def literal(text: str) -> str:
    """Text in which Markdown finds nothing but letters."""
    return MARKUP.sub(r"\\\1", text)
