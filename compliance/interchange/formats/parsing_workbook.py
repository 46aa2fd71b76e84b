"""A workbook to a ``Found``, in a process of its own, as ``parsing`` does with others."""

from compliance.interchange.formats import parsing, workbook


def main(arguments: list[str]) -> int:
    """Read a workbook; the exit status."""
    return parsing.tell(workbook.read, arguments)
