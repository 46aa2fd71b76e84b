"""JSON Schema of the seed files, for editors that complete and check YAML."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from compliance.interchange.bundle.about import About
from compliance.interchange.bundle.applicability import Organisations
from compliance.interchange.bundle.crosswalk import Crosswalk
from compliance.interchange.bundle.framework import FrameworkPart
from compliance.interchange.bundle.head import Head
from compliance.interchange.bundle.law import Law, Themes
from compliance.interchange.bundle.question import SectionPart
from compliance.interchange.bundle.words import Part

SHAPES: dict[str, type[Part]] = {
    "themes": Themes,
    "law": Law,
    "checklist": Head,
    "section": SectionPart,
    "organisations": Organisations,
    "crosswalk": Crosswalk,
    "about": About,
    "framework": FrameworkPart,
}


def schemas() -> dict[str, dict[str, Any]]:
    """Name of each kind of file to its schema (draft 2020-12)."""
    dialect = {"$schema": GenerateJsonSchema.schema_dialect}
    return {name: dialect | shape.model_json_schema() for name, shape in SHAPES.items()}
