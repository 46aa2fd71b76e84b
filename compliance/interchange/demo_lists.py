"""The demo organisation's own checklist, in two editions."""

from typing import Any

from compliance.checklists.actions import store_checklist
from compliance.organisations.models import Organisation, User

_QUESTION: dict[str, Any] = {
    "kind": "verdict",
    "binds": [],
    "rule": None,
    "applies_from": [],
    "number": None,
    "how_to_check": "",
    "when_partly": "",
    "common_mistake": "",
    "remedy": "",
    "related": [],
    "choices": [],
    "cites": [],
}


def store_edition(
    organisation: Organisation,
    by: User,
    checklist: dict[str, Any],
    edition: dict[str, Any],
) -> None:
    """Publish an edition that a demo file tells in short; the one before retires."""
    document = {
        "checklist": checklist["key"],
        "edition": {
            "number": edition["number"],
            "law_as_of": edition["law_as_of"].isoformat(),
            "release_notes": edition["release_notes"],
            "subject_label": "Name of the supplier",
            "subject_help": "",
            "roles": {},
            "role_fact": "",
        },
        "facts": [],
        "sections": [
            section
            | {"intro": "", "questions": [_question(q) for q in section["questions"]]}
            for section in edition["sections"]
        ],
    }
    store_checklist(
        by=by,
        organisation=organisation,
        document=document,
        **{name: checklist[name] for name in ("theme", "title", "summary")},
    )


def _question(told: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in told.items() if name != "hints"}
    return _QUESTION | values | {"evidence_hints": told["hints"]}
