"""How much a file may hold. ``docs/running.md`` lists the same figures.

Limits of one question are in ``checklists/limits.py``: the editor keeps to them, too.
"""

MOST_BYTES = 12_000_000
MOST_YAML_BYTES = 6_000_000
SECONDS = 10
MEMORY_BYTES = 256 * 1024 * 1024
MOST_DEPTH = 60
MOST_ROWS = 100_000
MOST_SECTIONS = 1_000
MOST_QUESTIONS = 5_000
MOST_EXTRA = 1_000_000
"""Characters of the extra data of one question."""
MOST_BESIDE = 5_000_000
"""The same of an edition: groups, chapters and back matter of a whole catalog."""
MOST_ALIASED = 100_000
"""Values that the aliases of a YAML file may stand for."""
MOST_FAULTS = 50
MOST_WORDS = 500
MOST_NAMED = 200
"""Questions that a note on a rule of the file names one by one."""
