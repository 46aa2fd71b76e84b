"""How much one question may hold, brought in by a file or typed in the editor. Pure.

``docs/running.md`` lists the same figures.
"""

MOST_TEXT = 20_000
"""Characters of one text."""
MOST_CHOICES = 200
MOST_LINES = 500
"""Points of a list: of a good answer, kinds of evidence, citations, related questions."""
MOST_FACTS = 50
"""Facts of an edition."""
MOST_ORGANISATIONS = 60
"""Examples of an edition."""
MOST_DATES = 20
MOST_ROWS = 60
"""Conditions and groups of one rule."""
