"""Values of fixed meaning with what they are called: ``TextChoices`` without its models.

Django's own comes with all of ``django.db.models``; a process that reads a file and
nothing else starts in half the time without it.
"""

from enum import EnumType, StrEnum, nonmember
from typing import Self, cast


class WordsType(EnumType):
    """The interface of such values that fields and forms expect as a whole."""

    @property
    def choices(cls) -> list[tuple[str, str]]:
        return [(word.value, word.label) for word in cast("type[LabelledStrEnum]", cls)]

    @property
    def labels(cls) -> list[str]:
        return [label for _, label in cls.choices]

    @property
    def values(cls) -> list[str]:
        return [value for value, _ in cls.choices]


class LabelledStrEnum(StrEnum, metaclass=WordsType):
    """Text of fixed meaning: ``MET = "met", "Met"``."""

    do_not_call_in_templates = nonmember(True)
    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word
