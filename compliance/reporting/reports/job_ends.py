"""The words for a job that was to make a file and did not; ``thing`` names the file."""

from compliance.ground.web.storage_errors import is_full, words_of
from compliance.ground.web.time_limits import TOO_LONG, is_time_up
from compliance.proof.press.api import NO_ROOM


def failed(thing: str, error: Exception) -> str:
    """An error ended it: its cause where it is known, else that the log has it."""
    if is_full(error):
        return NO_ROOM
    if is_time_up(error):
        return TOO_LONG
    return words_of(error) or (
        f"The {thing} could not be made: a fault of the program, recorded in its log."
        " Nothing else is affected. Ask for it again."
    )


def stopped(thing: str) -> str:
    """The worker had to end at once."""
    return f"The program was stopped while the {thing} was made. Nothing else is affected. Ask for it again."


def killed(thing: str) -> str:
    """Its makers were killed, as often as a job is tried."""
    return (
        f"The program was killed each time it made this {thing}: it ran out of memory,"
        f" or someone ended it by force. No {thing} was stored. Ask for it again."
    )


def over(thing: str) -> str:
    """It cannot be cancelled any more."""
    return f"This {thing} has already ended and cannot be cancelled."
