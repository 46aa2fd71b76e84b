"""Reports whose file is made without WeasyPrint, where the file does not matter."""

import pytest

from compliance.proof.press.api import Made
from compliance.reporting.reports import actions

FILE = b"%PDF-1.7 a report"
SEAL = "5ea1" * 16


@pytest.fixture
def quick_files(monkeypatch):
    """Makes a file at once, as the processes outside would."""

    def render(pieces, css, path, listen, attachments, **_):
        listen("Laying out pages", 10)
        path.write_bytes(FILE)
        return Made(12, {})

    monkeypatch.setattr(actions, "render", render)
    monkeypatch.setattr(actions, "seal", lambda path: SEAL)
