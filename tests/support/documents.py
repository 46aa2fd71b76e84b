"""Documents of editions for tests, in the shape of ``checklists/content.py``."""


def question(key, **fields):
    """A question of kind verdict; ``choices`` may be keys, each meaning "met"."""
    values = {
        "key": key,
        "title": f"Duty {key}",
        "text": f"Do you keep {key}?",
        "kind": "verdict",
        "weight": 3,
        "binds": [],
        "rule": None,
        "applies_from": [],
        "number": None,
        "good": ["A list is kept."],
        "how_to_check": "",
        "when_partly": "",
        "common_mistake": "",
        "background": "",
        "evidence_hints": ["List", "Log", "Minutes"],
        "remedy": "",
        "related": [],
        "choices": [],
        "cites": [],
    } | fields
    values["choices"] = [_choice(choice) for choice in values["choices"]]
    return values


def _choice(choice):
    if isinstance(choice, dict):
        return choice
    return {"key": choice, "label": choice.upper(), "help": "", "verdict": "met"}


def document(*sections, checklist="privacy", number="2026.1", facts=None):
    """An edition of those sections of questions; three questions by default."""
    sections = sections or ([question(f"Q{i}") for i in range(1, 4)],)
    fact = {
        "key": "data",
        "label": "Data",
        "text": "Which data do you handle?",
        "help": "",
        "kind": "several",
        "choices": [{"key": "health", "label": "Health data", "help": ""}],
    }
    return {
        "checklist": checklist,
        "edition": {
            "number": number,
            "law_as_of": "2026-11-24",
            "release_notes": f"Edition {number}.",
            "subject_label": "Name of the organisation",
            "subject_help": "",
            "roles": {},
            "role_fact": "",
        },
        "facts": [fact] if facts is None else facts,
        "sections": [
            {"key": f"s{at}", "title": f"Section {at}", "intro": "", "questions": asked}
            for at, asked in enumerate(sections, 1)
        ],
    }
