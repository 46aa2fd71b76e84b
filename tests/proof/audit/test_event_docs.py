"""The list of event types for readers: written from the registry.

``DOCS=write pytest tests/proof/audit/test_event_docs.py`` writes it again.
"""

import os
import re
from pathlib import Path

from compliance.proof.audit import event_types
from compliance.proof.audit.event_types import Prepares, Topic
from compliance.proof.audit.payloads import erasable
from tests.proof.audit.test_event_types import declared

PAGE = Path(__file__).parents[3] / "docs" / "events.md"
INTRODUCTION = """\
# Events of the trail

Each change is an event of one of these types. A room declares its types in its module
`events.py`, with what such an event says before and after the change (`payloads.py`
has the leaves); an event of another name, or with other content, is refused. Each event holds
the version of its type; one in a version that the program does not know is not read, and
`verify_trail` names it. This page is written from those modules: see
`tests/proof/audit/test_event_docs.py`.

“Changes a row of” names a table: `verify_trail` names an event that no row of it follows, or
that says another value than its row.

The words stand on the page of the trail, in histories and in reports, there in the
language of the report. “May be erased” names the texts that may hold words, names or
addresses of people.
"""
FLAGS = {
    "changes_answer": "changes an answer",
    "changes_action": "changes an action",
    "undoable": "can be undone",
    "undo_words": "can be undone in the draft",
    "voids": "may void a signature",
    "keeps_checks": "keeps a reviewer's look",
    "is_news": "is shown to others as new",
    "stays_inside": "is not shown to auditors",
}


def page():
    """The whole page, in Markdown."""
    return "\n".join([INTRODUCTION, *(_part(topic) for topic in Topic)])


def _part(topic):
    types = [one for one in declared().values() if one.topic == topic]
    rows = [
        f"| `{one}` | {one.sentence} | {one.subject} | {_flags(one)} | {_texts(one)} |"
        for one in sorted(types)
    ]
    head = "| event | words | about | follows from it | may be erased |"
    return "\n".join([f"## {topic.label}\n", head, "|---|---|---|---|---|", *rows, ""])


def _flags(one):
    said = [words for name, words in FLAGS.items() if getattr(one, name)]
    if one.writes:
        said.append(f"changes a row of {one.writes}")
    if one.prepares != Prepares.NOTHING:
        said.append(f"prepares {one.prepares}")
    return "; ".join(said)


def _texts(one):
    texts = {*erasable(one.before), *erasable(one.after)}
    names = {re.sub(r"/[*#]+(?=/|$)", "", text)[1:].replace("/", ".") for text in texts}
    return ", ".join(sorted(names))


def test_page_of_events_is_what_the_rooms_declare():
    if os.environ.get("DOCS") == "write":
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


def test_page_has_every_type():
    assert {*declared().values()} <= {*event_types.every()}
    assert all(f"| `{one}` |" in page() for one in declared().values())
