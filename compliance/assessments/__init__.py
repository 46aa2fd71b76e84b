"""What is answered: assessments, answers, comments. Looks down on checklists and evidence."""
