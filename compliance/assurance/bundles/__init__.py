"""An assessment as one file that moves to another installation, and the data inside a report."""

__all__ = [
    "answers",
    "bundle_export",
    "bundle_import",
    "download",
    "download_store",
    "erasing",
    "import_plan",
    "layout",
    "models",
    "origins",
    "oscal_results",
    "process",
    "report_data",
    "zip_writer",
]
