"""Checklists out as files and in again: recognised, read in a process of its own, previewed,
kept as a draft.
"""
