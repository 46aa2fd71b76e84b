"""The trail: append-only, hash-chained events. Nouns: event, chain head. Looks down on nothing."""
