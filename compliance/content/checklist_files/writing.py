"""The formats that a checklist can be written in."""

from collections.abc import Callable
from dataclasses import dataclass

from compliance.content.foreign_formats.oscal import building
from compliance.content.formats import csv_file, own
from compliance.content.formats.findings import Sheet
from compliance.content.formats.records import rows_of


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what it is called, the end of its file names, its type, its writer."""

    label: str
    suffix: str
    media_type: str
    write: Callable[[Sheet], bytes]


def _csv(sheet: Sheet) -> bytes:
    return csv_file.written(rows_of(sheet))


def _xlsx(sheet: Sheet) -> bytes:
    from compliance.content.formats import xlsx  # noqa: PLC0415 - large

    return xlsx.write(sheet)


FORMATS = {
    "yaml": Format("Attest YAML", ".yaml", "application/yaml", own.write_yaml),
    "json": Format("Attest JSON", ".json", "application/json", own.write_json),
    "xlsx": Format(
        "Excel",
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _xlsx,
    ),
    "csv": Format("CSV", ".csv", "text/csv; charset=utf-8", _csv),
    "oscal-json": Format("OSCAL catalog, JSON", ".oscal.json", "application/json", building.write_json),
    "oscal-yaml": Format("OSCAL catalog, YAML", ".oscal.yaml", "application/yaml", building.write_yaml),
    "oscal-xml": Format("OSCAL catalog, XML", ".oscal.xml", "application/xml", building.write_xml),
}
"""Name of a format, as the command and the page take it."""
