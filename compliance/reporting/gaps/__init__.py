"""Gaps: duties not met and levels below target, in the order in which to mend them."""
