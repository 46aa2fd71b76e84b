"""Folding events into rows, and what is left of an erased text."""

from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.projection import RecordedEvent, erased, project, put_left

NOTE = ("answer", "12")


def wrote(seq, text):
    return RecordedEvent(seq, NOTE, {"rows": {"texts": {"answer": {"12": {"note": text}}}}})


def note_after(seq, *events, erasing=(9,)):
    """The note right after an event of a few, where those after it may have erased it."""
    rows = project(event for event in events if event.seq <= seq)
    put_left(rows, (event for event in events if event.seq > seq), set(erasing))
    return rows[NOTE].values["note"]


def test_row_is_as_the_newest_event_left_it():
    made = {"new": {"answer": [[["verdict", "version"], [12, "met", 1]]]}}
    later = {"said": [["version"]], "gone": {"comment": [[4]]}}
    comment = {"new": {"comment": [[["answer_id"], [4, 12]]]}}
    events = [
        RecordedEvent(1, NOTE, {"rows": made}),
        RecordedEvent(2, ("comment", "4"), {"rows": comment}),
        RecordedEvent(3, NOTE, {"after": {"version": 2}, "rows": later}),
    ]
    assert set(project(events[:2])) == {NOTE, ("comment", "4")}
    rows = project(events)
    assert set(rows) == {NOTE}
    assert rows[NOTE].values == {"verdict": "met", "version": 2}
    assert (rows[NOTE].is_whole, rows[NOTE].seq) == (True, 3)


def test_erased_text_reads_as_its_erasing_left_it():
    first, last = wrote(1, ERASED), wrote(9, "Erased person did it.")
    assert note_after(1, first, last) == "Erased person did it."
    assert note_after(9, first, last) == "Erased person did it."


def test_erased_text_that_was_replaced_before_stays_erased():
    events = wrote(1, ERASED), wrote(5, ERASED), wrote(9, "Erased person did it.")
    assert note_after(1, *events) is ERASED
    assert note_after(5, *events) == "Erased person did it."
    assert note_after(1, wrote(1, ERASED), wrote(9, "Else"), erasing=()) is ERASED


def test_text_that_nobody_erased_stays_as_it_was():
    events = wrote(1, "Kept"), wrote(9, "Erased person did it.")
    assert note_after(1, *events) == "Kept"


def test_erased_text_is_found_within_lists_and_objects():
    rows = project([wrote(1, "Kept"), wrote(2, {"a": ["b", ERASED]})])
    assert erased(rows) == {(NOTE, "note")}
    assert erased(project([wrote(1, {"a": ["b"]})])) == set()
