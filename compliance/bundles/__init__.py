"""An assessment as one file that moves to another installation, and the data inside a report."""

__all__ = [
    "answers",
    "download_store",
    "erasing",
    "incoming",
    "layout",
    "models",
    "origins",
    "oscal_results",
    "outgoing",
    "packing",
    "planning",
    "process",
    "report_data",
    "taking_out",
]
