"""The legal index: instruments, their provisions, how the law changed, and citations looked up in it."""
