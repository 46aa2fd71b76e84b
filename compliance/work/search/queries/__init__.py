"""Searching an organisation: one function, whatever the database.

The index of the database says what may fit, ``terms`` what does. Everything starts
from the rows of the organisation, and nothing is ranked by what others have.
"""

from compliance.work.search.queries.answers import answers_with
from compliance.work.search.queries.finding import find, suggested
from compliance.work.search.queries.hits import KINDS, Hit

__all__ = ["KINDS", "Hit", "answers_with", "find", "suggested"]
