"""The examples of an edition: organisations with what the law asks of them, run through its rules."""
