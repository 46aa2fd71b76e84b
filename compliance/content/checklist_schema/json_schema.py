"""JSON Schema of the seed files, for editors that complete and check YAML."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from compliance.content.checklist_schema.about import About
from compliance.content.checklist_schema.applicability import Organisations
from compliance.content.checklist_schema.crosswalk import Crosswalk
from compliance.content.checklist_schema.framework import FrameworkPart
from compliance.content.checklist_schema.head import Head
from compliance.content.checklist_schema.law import Law, Themes
from compliance.content.checklist_schema.question import SectionPart
from compliance.content.checklist_schema.words import Part

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
