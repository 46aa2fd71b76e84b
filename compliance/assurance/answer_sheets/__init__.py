"""Answers as a spreadsheet: written, filled in elsewhere, read back and compared."""
