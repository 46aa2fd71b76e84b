"""The editor of a draft: outline, questions, facts, rules, gates, examples, and undo."""

__all__ = ["actions", "marks", "pages", "rule_sentences"]
