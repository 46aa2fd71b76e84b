"""Exports: the bundle and the audit pack of an assessment, asked for, made, taken away."""

__all__ = ["progress"]
