"""The statement that someone signs. Pure."""

from collections.abc import Collection
from datetime import datetime

from compliance.work.assessments.choices import OPEN
from compliance.work.snapshots.content import Content

_NUMBERS = (
    "No", "One", "Two", "Three", "Four", "Five", "Six",
    "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
)  # fmt: skip


def statement(
    content: Content,
    stood_at: datetime,
    rated: Collection[str] = (),
    *,
    is_earlier: bool = False,
) -> str:
    """The signed statement, with the moment in its own zone, and its exceptions counted.

    They are what is not met, has no answer, or is met without evidence. ``rated`` are the
    keys of questions whose answers rate and find no breach: those that are not met are
    named apart. ``is_earlier`` gives the words of before December 2026, which counted only
    what is not met: signatures of then keep them.
    """
    unmet = [line.key for line in content.applying if line.verdict == "not_met"]
    below = sum(key in rated for key in unmet)
    said = _counted(len(unmet) - below, "requirement")
    apart = f" {_counted(below, 'rating')} below what is asked." if below else ""
    open_ones = "" if is_earlier else _lacking(content)
    when = f"{stood_at.day} {stood_at:%B %Y} at {stood_at:%H:%M %Z}".rstrip()
    elsewhere = f" {_elsewhere(content)}" if content.resting else ""
    return (
        "I have reviewed the answers, reasons and evidence of this assessment as they"
        f" stood on {when}. To the best of my knowledge they are complete and correct."
        f" {said} stated as not met.{apart}{open_ones}{elsewhere}"
    )


def lacking(content: Content) -> tuple[int, int]:
    """Questions without an answer, and answers "met" or "partly" without evidence."""
    applying = content.applying
    return (
        sum(line.verdict in OPEN for line in applying),
        sum(line.lacks_evidence for line in applying),
    )


def _lacking(content: Content) -> str:
    unanswered, unproved = lacking(content)
    parts = []
    if unanswered:
        verb = "has" if unanswered == 1 else "have"
        parts.append(f" {_number(unanswered, 'question')} {verb} no answer yet.")
    if unproved:
        verb = "names" if unproved == 1 else "name"
        parts.append(f" {_number(unproved, 'answer')} “Met” or “Partly” {verb} no evidence.")
    return "".join(parts)


def _elsewhere(content: Content) -> str:
    """The part that the signature does not cover: answers that another assessment gives."""
    other, count = content.rests_on, len(content.resting)
    assert other is not None  # noqa: S101 - lines rest on it
    one = "One question was" if count == 1 else f"{count} questions were"
    state = "signed" if other.is_signed else "not signed"
    return (
        f"{one} answered for the organisation in the assessment “{other.subject}”, revision"
        f" {other.revision}, {state}: I state what stands there and did not review it here."
    )


def _counted(count: int, noun: str) -> str:
    return f"{_number(count, noun)} {'is' if count == 1 else 'are'}"


def _number(count: int, noun: str) -> str:
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} {noun}" if count == 1 else f"{number} {noun}s"
