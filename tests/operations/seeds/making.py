"""A small folder of seeds that is right in every way, for tests to spoil."""

import yaml


def make_question(key="T001", **fields):
    return {
        "key": key,
        "title": f"Duty {key}",
        "text": f"Do you keep the list that duty {key} asks for?",
        "kind": "verdict",
        "cites": ["Law Art. 1(1)"],
        "binds": ["keeper"],
        "weight": 3,
        "good": ["A list is kept by a named person and read by another one each month."],
        "check": "Ask for the list, pick three lines of it and follow each to its source.",
        "partly": "A list exists, but parts of it are older than a year.",
        "mistake": "Keeping the list in the head of the one person who made it.",
        "evidence": ["List", "Minutes", "Names"],
        "remedy": "Name one person and give them a day for it.",
    } | fields


def make_law():
    return {
        "instrument": {
            "key": "law",
            "name": "Law",
            "title": "The Law of Lists",
            "url": "https://example.org/law",
            "force": "law",
            "cite_as": "Law Art. {}",
            "link": "https://example.org/law#{}",
            "applies_from": "DAY:2018-05-25",
        },
        "provisions": [
            {"article": "1", "title": "Lists", "units": ["(1)", "(2)"]},
            {
                "article": "2",
                "title": "Old lists",
                "units": [
                    {"unit": "(1)", "status": "repealed", "successor": "Law Art. 1(2)"},
                    {"unit": "(2)", "status": "proposed"},
                ],
            },
        ],
    }


def make_head():
    return {
        "key": "lists",
        "theme": "order",
        "title": "Lists",
        "summary": "Whether lists are kept.",
        "edition": {
            "number": "2026.1",
            "law_as_of": "DAY:2026-11-24",
            "release_notes": "First edition.",
        },
        "subject": {"label": "Name of the organisation"},
        "roles": {"keeper": "Keeper", "reader": "Reader"},
        "role_fact": "role",
        "facts": [
            {
                "key": "role",
                "label": "Role",
                "text": "What is your part?",
                "kind": "several",
                "choices": [
                    {"key": "keeper", "label": "We keep lists"},
                    {"key": "reader", "label": "We read lists"},
                ],
            },
            {"key": "paper", "label": "Paper", "text": "On paper?", "kind": "yesno"},
        ],
    }


def make_seeds():
    """File name to content: plain values, or text as it stands."""
    questions = [
        make_question(),
        make_question(
            "T002",
            applies={"paper": "yes"},
            related=["T001"],
            kind="choice",
            choices=[
                {"key": "shelf", "label": "On a shelf", "verdict": "met"},
                {"key": "floor", "label": "On the floor", "verdict": "not_met"},
            ],
        ),
    ]
    section = {"key": "first", "title": "First", "questions": questions}
    return {
        "themes.yaml": {"themes": [{"key": "order", "name": "Order"}]},
        "law/law.yaml": make_law(),
        "lists/checklist.yaml": make_head(),
        "lists/01-first.yaml": section,
        "lists/coverage.txt": "Law Art. 1\n",
    }


def write(folder, files):
    """Write files as make_seeds has them; returns the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else as_text(content).encode())
    return folder


def as_text(content):
    if isinstance(content, str):
        return content
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    return text.replace("DAY:", "")
