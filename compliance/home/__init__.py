"""Home: what needs the person, and where the organisation stands."""
