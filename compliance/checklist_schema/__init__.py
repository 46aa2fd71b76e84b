"""The shape of the seed files, a module for each kind, and the places of faults in them."""
