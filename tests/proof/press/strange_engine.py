"""The process that makes the file, with a WeasyPrint of another version.

``python -m tests.proof.press.strange_engine``: the parts that the style sheet names are gone.
"""

import io
import json
import sys

import pydyf
import weasyprint
from weasyprint import pdf as engine_pdf

from compliance.proof.press import pdf

PARTS = {
    "weasyprint.pdf.resolve_links": (engine_pdf, "resolve_links"),
    "pydyf._to_bytes": (pydyf, "_to_bytes"),
}

if __name__ == "__main__":
    given = sys.stdin.read()
    sys.stdin = io.StringIO(given)
    weasyprint.__version__ = "70.9"
    for name, part in PARTS.items():
        if name in json.loads(given)["css"]:
            delattr(*part)
    sys.exit(pdf.main())
