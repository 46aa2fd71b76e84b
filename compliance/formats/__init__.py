"""The formats of Attest for checklists (YAML, JSON, CSV, XLSX, a plain list), all of them pure.

A reader turns bytes into a ``Found``; a writer turns a ``Sheet`` into bytes. The parts
that formats of others need as well are here: ``found``, ``shape``, ``checking``.
"""

__all__ = [
    "checking",
    "csv_file",
    "escapes",
    "found",
    "limits",
    "naming",
    "own",
    "pending_imports",
    "plain",
    "records",
    "table",
    "uploads",
    "workbook",
    "workbooks",
    "xlsx",
]
