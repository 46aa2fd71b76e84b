"""The asking room: themes, checklists, editions, sections, questions, facts, rules and
the legal index. Looks down on organisations.
"""
