"""A module of a child process that says how much memory its work took at most."""

from importlib import import_module
from pathlib import Path

from tests.support.memory import most_kilobytes


def main(arguments):
    """Do the work of a module, and write the most kilobytes that were resident."""
    module, path, *rest = arguments
    status = import_module(module).main(rest)
    Path(path).write_text(str(most_kilobytes()))
    return status
