"""Results: answers read as findings of law, as levels and as stages, with targets."""
