"""The audit trail: append-only, hash-chained events, their check, and the fold of them into rows."""
