"""Fields that a person changed, and their consequences in the saved answer."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from compliance.content.checklists.choices import QuestionKind
from compliance.content.checklists.models import Choice
from compliance.ground.web.numbers import number
from compliance.work.assessments.answer_fields import (
    BY_COLUMN,
    FIELDS,
    NEEDED,
    TEXTS,
    TYPED,
    Field,
)
from compliance.work.assessments.choices import OPEN, Verdict
from compliance.work.assessments.models import Answer
from compliance.work.assessments.scoring import BESIDE, verdict_of
from compliance.work.assessments.values import LONGEST_TEXT, line_ends, parse

Changes = dict[str, Any]


def values_of(answer: Answer) -> Changes:
    """Every field of ``FIELDS`` as saved now."""
    return {field: getattr(answer, field) for field in FIELDS}


def cleaned(answer: Answer, changes: Changes) -> Changes:
    """The changes to the saved answer, with all that follows from them."""
    standing = values_of(answer)
    touched = touched_of(answer, changes, standing)
    same = {f: standing[f] for f in changes if f not in touched}
    return same | settled(answer, touched)


def touched_of(answer: Answer, changes: Changes, known: Changes) -> Changes:
    """The fields that a person changed against what their page knew, parsed.

    ``changes`` holds fields as they were sent, ``value`` as the texts that were typed.
    A verdict that needs a reason or a day brings the one that its page showed, and such
    a reason or day brings its verdict. Where a value decides, the verdict "unanswered"
    stands for that. Raises ``ValidationError`` for a value that is none, and for a new
    text that is too long: one that stands may be longer, since a move adds to notes.
    """
    typed = dict(changes)
    if "value" in typed:
        typed["value"] = _value(answer, typed["value"], known["value"])
    touched = {f: v for f, v in typed.items() if not _is_same(v, known[f])}
    _refuse_long(touched)
    if answer.kind_is_derived:
        touched = _where_a_value_decides(answer, touched, known)
    for verdict, field in NEEDED.items():
        if touched.get("verdict") == verdict != answer.verdict:
            touched.setdefault(field.column, known[field.column])
        elif touched.get(field.column) and known["verdict"] == verdict:
            touched.setdefault("verdict", verdict)
    return touched


def settled(answer: Answer, touched: Changes) -> Changes:
    """The touched fields and what follows from them, on the saved answer."""
    merged = values_of(answer) | touched
    follows: Changes = {}
    if answer.kind_is_derived and touched.get("verdict", Verdict.NA) not in BESIDE:
        follows["verdict"] = value_verdict(answer, merged["value"])
        if follows["verdict"] == Verdict.NA:
            follows |= _chosen_reason(answer, merged)
    return untied(answer, touched | follows)


def untied(answer: Answer, changes: Changes) -> Changes:
    """The changes, with fields emptied that go with another verdict than there will be."""
    for field in tied_elsewhere(changes.get("verdict", answer.verdict)):
        changes = {f: v for f, v in changes.items() if f != field.column}
        if getattr(answer, field.column) != field.blank:
            changes[field.column] = field.blank
    return changes


def tied_elsewhere(verdict: str) -> list[Field]:
    """The fields that go with another verdict only, and are empty beside this one."""
    return [one for one in TYPED if one.is_tied and one.needed_by != verdict]


def is_chosen_na(answer: Answer, values: Changes | None = None) -> bool:
    """Whether a choice of the checklist itself says "not applicable"."""
    if not answer.kind_is_derived or answer.question.kind == QuestionKind.NUMBER:
        return False
    value = values["value"] if values else answer.value
    return value_verdict(answer, value) == Verdict.NA


def choice_lines_of(choices: Iterable[Choice]) -> str:
    """Choices as ``Answer.choice_lines`` has them, where the database did not write them."""
    return "\n".join(f"{one.key}={one.verdict}={one.label}" for one in choices)


def choices_of(answer: Answer) -> list[list[str]]:
    """Key, verdict and label of each choice, from ``choice_lines``."""
    return [line.split("=", 2) for line in answer.choice_lines.splitlines()]


def _is_same(sent: Any, known: Any) -> bool:
    """Whether a field comes back as its page showed it, whatever its line ends."""
    is_text = isinstance(sent, str) and isinstance(known, str)
    return line_ends(sent) == line_ends(known) if is_text else bool(sent == known)


def _refuse_long(touched: Changes) -> None:
    for column in touched.keys() & set(TEXTS):
        count = len(touched[column])
        if count > LONGEST_TEXT:
            label = BY_COLUMN[column].label
            msg = f"The {label} has {count} characters; {LONGEST_TEXT:,} fit."
            raise ValidationError({column: msg})


def _where_a_value_decides(answer: Answer, touched: Changes, known: Changes) -> Changes:
    """The verdict is touched where a person says one, takes it back or gives a value."""
    verdict = known["verdict"]
    was_own = verdict in BESIDE and not is_chosen_na(answer, known)
    if touched.get("verdict", Verdict.NA) not in BESIDE:
        back = {"verdict": Verdict.UNANSWERED.value} if was_own else {}
        touched = {f: v for f, v in touched.items() if f != "verdict"} | back
    if "value" in touched and "verdict" not in touched:
        is_given = touched["value"] is not None and verdict in OPEN
        if is_given or not was_own:
            return touched | {"verdict": Verdict.UNANSWERED.value}
    return touched


def _value(answer: Answer, typed: list[str], known: Any) -> Any:
    """The value that was typed; what stood in it before is not looked at again."""
    filled = [line_ends(text) for text in typed if text.strip()]
    shown = known if isinstance(known, list) else [line_ends(str(known or ""))]
    if filled and sorted(filled) == sorted(shown):
        return known
    try:
        keys = list(dict.fromkeys([*(key for key, _, _ in choices_of(answer)), *shown]))
        return parse(answer.question.kind, typed, keys)
    except ValueError as error:
        raise ValidationError({"value": str(error)}) from error


def value_verdict(answer: Answer, value: Any) -> str:
    """The verdict that a value means, where a value decides.

    A value that its question could not hold means none: old moves left some.
    """
    choices = {key: verdict for key, verdict, _ in choices_of(answer)}
    kind, bounds = answer.question.kind, answer.question.number
    try:
        return verdict_of(kind, value, bounds, choices)
    except ValueError:
        return Verdict.UNANSWERED.value


def takes(answer: Answer, changes: Changes) -> bool:
    """Whether the question, as it asks now, takes a value and a verdict that it took once.

    Another edition may offer a choice no more, or let it count otherwise.
    """
    merged = values_of(answer) | changes
    value, verdict = merged["value"], merged["verdict"]
    try:
        if "value" in changes:
            _refuse_unoffered(answer, value)
        follows = value_verdict(answer, value) if answer.kind_is_derived else verdict
    except ValueError:
        return False
    is_said = not changes.keys().isdisjoint({"value", "verdict"})
    return not is_said or verdict in BESIDE or verdict == follows


def _refuse_unoffered(answer: Answer, value: Any) -> None:
    """Raises ``ValueError`` for a value that nobody could give to this question."""
    kind, is_list = answer.question.kind, isinstance(value, list)
    if kind == QuestionKind.NUMBER and value and not is_list:
        number(value)  # one that was kept reads in one way, whatever people would ask
        return
    typed = value if is_list else [value] if value else []
    found = parse(kind, typed, [key for key, _, _ in choices_of(answer)])
    if isinstance(found, list) != is_list or (value and kind == QuestionKind.VERDICT):
        msg = "This value is of another kind of question."
        raise ValueError(msg)


def _chosen_reason(answer: Answer, merged: Changes) -> Changes:
    """A choice that means "not applicable" is its own reason, unless one was written."""
    is_written = merged["reason"].strip() and (merged["reason"] != _labels(answer, answer.value))
    return {} if is_written else {"reason": _labels(answer, merged["value"])}


def _labels(answer: Answer, value: Any) -> str:
    chosen = value if isinstance(value, list) else [value]
    return "; ".join(label for key, _, label in choices_of(answer) if key in chosen)
