"""The process that makes the file, with an engine that breaks and quotes what it met.

``python -m tests.reporting.reports.breaking``: where it breaks stands in the text of the first piece.
"""

import logging
import os
import signal
import sys
from pathlib import Path

from compliance.proof.press import pdf

SECRET = "what only the answer says"
KILLED = "killed in "
"""Before a step's name: the process is killed there, as by a machine without memory."""


def breaking(press, name):
    """A step of the press that fails as an engine with a bug does, where it is named."""
    step = getattr(press, name)

    def run(self, *given, **named):
        said = Path(self.paths[0]).read_text()
        if KILLED + name in said:
            os.kill(os.getpid(), signal.SIGKILL)
        if name in said:
            logging.getLogger("weasyprint").warning(SECRET)
            raise KeyError(SECRET)
        return step(self, *given, **named)

    return run


if __name__ == "__main__":
    for name in ("_prepare", "_lay_out"):
        setattr(pdf.Press, name, breaking(pdf.Press, name))
    sys.exit(pdf.main())
