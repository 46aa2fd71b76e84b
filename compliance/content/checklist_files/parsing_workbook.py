"""A workbook to a ``Found``, in a process of its own, as ``parsing`` does with others."""

from compliance.content.checklist_files import parsing
from compliance.content.formats import workbook


def main(arguments: list[str]) -> None:
    """Read a workbook."""
    parsing.write_result(workbook.read, arguments)
