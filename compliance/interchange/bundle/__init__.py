"""The shape of every seed file, a module for each. Checks across files are in ``checks.py``."""
