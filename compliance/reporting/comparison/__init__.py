"""Comparison: two periods, days, subjects or organisations side by side, and each change."""
