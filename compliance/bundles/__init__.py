"""An assessment as one file that moves to another installation, and the data inside a report."""
