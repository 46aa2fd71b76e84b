"""Other eyes: reviewers, auditors, other installations."""
