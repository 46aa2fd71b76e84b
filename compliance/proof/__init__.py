"""Why a stranger may believe it."""
