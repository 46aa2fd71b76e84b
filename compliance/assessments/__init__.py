"""The answering room: assessments, answers, comments. Looks down on checklists and evidence."""
