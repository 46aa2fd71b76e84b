"""The pages of an assessment: its list of questions, a row, bulk, evidence, and who is there."""
