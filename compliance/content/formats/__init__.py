"""The formats of Attest for checklists (YAML, JSON, CSV, XLSX, a plain list), all of them pure.

A reader turns bytes into a ``Found``; a writer turns a ``Sheet`` into bytes. The parts
that formats of others need as well are here: ``findings``, ``shape``, ``checking``.
"""

__all__ = [
    "checking",
    "csv_file",
    "escapes",
    "findings",
    "limits",
    "own",
    "pending_imports",
    "plain",
    "records",
    "short_names",
    "table",
    "uploads",
    "workbook",
    "workbooks",
    "xlsx",
]
