"""The statement that somebody signs. Pure."""

from datetime import datetime

from compliance.reviews.content import Content

_NUMBERS = (
    "No", "One", "Two", "Three", "Four", "Five", "Six",
    "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
)  # fmt: skip


def statement(content: Content, stood_at: datetime) -> str:
    """The signed statement, with the moment in its own zone and the number of "not met"."""
    count = sum(line.verdict == "not_met" for line in content.applying)
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    unmet = "One requirement is" if count == 1 else f"{number} requirements are"
    when = f"{stood_at.day} {stood_at:%B %Y} at {stood_at:%H:%M %Z}".rstrip()
    elsewhere = f" {_elsewhere(content)}" if content.resting else ""
    return (
        "I have reviewed the answers, reasons and evidence of this assessment as they"
        f" stood on {when}. To the best of my knowledge they are complete and correct."
        f" {unmet} stated as not met.{elsewhere}"
    )


def _elsewhere(content: Content) -> str:
    """What the signature does not cover: answers that another assessment gives."""
    other, count = content.rests_on, len(content.resting)
    assert other is not None  # noqa: S101 - lines rest on it
    one = "One question was" if count == 1 else f"{count} questions were"
    state = "signed" if other.is_signed else "not signed"
    return (
        f"{one} answered for the organisation in the assessment “{other.subject}”, revision"
        f" {other.revision}, {state}: I state what stands there and did not review it here."
    )
