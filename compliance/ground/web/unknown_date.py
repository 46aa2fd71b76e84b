"""The placeholder for an unstated date. Pure."""

NO_DAY = "2000-01-01"
"""The "law as of" day of a file without a date. A file that is imported twice has to
be the same twice, so it is not the day of either; the screen says "not stated".
"""
