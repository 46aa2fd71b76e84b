"""The shape of every seed file, a module for each. What spans files is in ``checks.py``."""
