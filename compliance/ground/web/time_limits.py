"""The time limit of a job (``ATTEST_TASK_SECONDS``), by which Celery interrupts it."""

TOO_LONG = (
    "It took longer than the administrator of this installation allows, and was stopped."
    " Nothing else is affected."
)


def is_time_up(error: BaseException) -> bool:
    """Whether the limit ended a job. By the name of Celery's error, whose packages are optional."""
    return type(error).__name__ == "SoftTimeLimitExceeded"
