"""Checklists as files: a reader and a writer for each format, all of them pure.

A reader turns bytes into a ``Found``; a writer turns a ``Sheet`` into bytes. Reading
happens in a process of its own (``parsing.py``), with the limits of ``limits.py``.
"""
