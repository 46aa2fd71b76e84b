"""Building rules: conditions as fact, is and answers, tables of rows that carry rules, and their sentences."""

__all__ = ["rule", "sentences", "tables"]
