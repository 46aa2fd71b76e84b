"""Whether a question applies: facts, what follows from them, rules, gates, and the reasons. Pure."""
