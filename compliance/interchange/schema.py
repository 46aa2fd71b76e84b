"""JSON Schema of the seed files, for editors that complete and check YAML."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from compliance.interchange.bundle import (
    About,
    Crosswalk,
    Head,
    Law,
    Part,
    SectionPart,
    Themes,
)

SHAPES: dict[str, type[Part]] = {
    "themes": Themes,
    "law": Law,
    "checklist": Head,
    "section": SectionPart,
    "crosswalk": Crosswalk,
    "about": About,
}


def schemas() -> dict[str, dict[str, Any]]:
    """Name of each kind of file to its schema (draft 2020-12)."""
    dialect = {"$schema": GenerateJsonSchema.schema_dialect}
    return {name: dialect | shape.model_json_schema() for name, shape in SHAPES.items()}
