"""A workbook to a ``Found``, in a process of its own, as ``parsing`` does with others."""

import sys

from compliance.interchange.formats import workbook
from compliance.interchange.formats.parsing import main

if __name__ == "__main__":
    sys.exit(main(workbook.read))
