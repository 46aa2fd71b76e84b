"""Checklists, editions, sections, questions, facts, rules, relations, and the legal index they cite."""
