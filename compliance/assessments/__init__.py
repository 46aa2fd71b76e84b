"""Assessments and answers: models, fields, events, and the actions that change them. No pages."""
