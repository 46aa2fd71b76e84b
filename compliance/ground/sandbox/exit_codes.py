"""How a process that reads a file ends: statuses that the interpreter has no use for."""

DONE = 0
OVER_MEMORY = 70
FAILED = 71
