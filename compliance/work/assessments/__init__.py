"""Assessments and answers: models, fields, events, and the actions that change them. No pages."""

__all__ = [
    "actions",
    "answer_fields",
    "applying",
    "choices",
    "coverage",
    "crediting",
    "earlier_assessments",
    "events",
    "following",
    "holding",
    "imported_answers",
    "models",
    "proposing",
    "resting",
    "scoring",
    "stand_ins",
    "values",
    "versions",
    "writing",
]
