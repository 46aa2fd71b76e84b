"""The shape of every seed file. What spans files is in ``checks.py``."""

from compliance.interchange.bundle.about import About
from compliance.interchange.bundle.crosswalk import Crosswalk, Pair
from compliance.interchange.bundle.head import FactPart, Head
from compliance.interchange.bundle.law import Law, Themes
from compliance.interchange.bundle.question import QuestionPart, SectionPart
from compliance.interchange.bundle.words import Part

__all__ = [
    "About",
    "Crosswalk",
    "FactPart",
    "Head",
    "Law",
    "Pair",
    "Part",
    "QuestionPart",
    "SectionPart",
    "Themes",
]
