"""How much one question may hold, imported from a file or typed in the editor. Pure.

``docs/running.md`` lists the same figures.
"""

MOST_NUMBER = 20
"""Characters of the number of an edition."""
MOST_TEXT = 20_000
"""Characters of one text."""
MOST_CHOICES = 200
MOST_LINES = 500
"""Points of a list: of a good answer, kinds of evidence, citations, related questions."""
MOST_FACTS = 50
"""Facts of an edition."""
MOST_ORGANISATIONS = 60
"""Examples of an edition."""
MOST_GATES = 20
MOST_GATE_ROWS = 40
MOST_IMPLIED = 40
"""Facts that follow from one fact."""
MOST_SENTENCE = 1_000
"""Characters of a reason: of a gate, a row of it, or of what follows from a fact."""
MOST_DATES = 20
MOST_OF_TABLE = {
    "date": (MOST_DATES, f"A question has at most {MOST_DATES} days"),
    "until": (MOST_DATES, f"A question has at most {MOST_DATES} last days"),
    "row": (MOST_GATE_ROWS, f"A gate has at most {MOST_GATE_ROWS} rows"),
    "follows": (MOST_IMPLIED, f"At most {MOST_IMPLIED} facts follow from one"),
}
"""By area of a form: rows of its table, and the words where one more is too many."""
MOST_ROWS = 60
"""Conditions and groups of one rule."""
