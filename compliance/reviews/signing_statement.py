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
    return (
        "I have reviewed the answers, reasons and evidence of this assessment as they"
        f" stood on {when}. To the best of my knowledge they are complete and correct."
        f" {unmet} stated as not met."
    )
