"""Tools from the OpenAPI document: each operation that reads is one. Pure.

So an assistant is offered what the programming interface has, in its words, and a new
operation needs no line here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

_READ = "application/json"
"""Files are left out: an assistant cannot read them as text."""


class UnfitError(ValueError):
    """Arguments that a tool does not take; the text says which."""


@dataclass(frozen=True, slots=True)
class Tool:
    """An operation: its name, its words, its arguments as JSON Schema, and its address."""

    name: str
    description: str
    arguments: Mapping[str, Any]
    path: str

    def address(self, given: Mapping[str, Any]) -> tuple[str, str]:
        """Path and query of a call. Raises ``UnfitError``."""
        known = self.arguments["properties"]
        if unknown := sorted(given.keys() - known.keys()):
            msg = f"{self.name} takes no {', '.join(unknown)}."
            raise UnfitError(msg)
        if missing := sorted(set(self.arguments["required"]) - given.keys()):
            msg = f"{self.name} needs {', '.join(missing)}."
            raise UnfitError(msg)
        path = self.path
        query = dict(given)
        for name in known:
            if f"{{{name}}}" in path:
                value = quote(str(query.pop(name)), safe="")
                path = path.replace(f"{{{name}}}", value)
        left = {name: value for name, value in query.items() if value is not None}
        return path, urlencode(left, doseq=True)


def tools_of(document: Mapping[str, Any]) -> dict[str, Tool]:
    """The tools by name, in the order of the document."""
    found = {}
    for path, methods in document["paths"].items():
        told = methods.get("get")
        if told and _READ in told["responses"]["200"].get("content", {}):
            name = told["operationId"]
            found[name] = Tool(name, _words(told), _arguments(told, document), path)
    return found


def _words(told: Mapping[str, Any]) -> str:
    return str(told.get("description") or told["summary"])


def _arguments(told: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    taken = [
        one for one in told.get("parameters", ()) if one["in"] in {"path", "query"}
    ]
    return {
        "type": "object",
        "properties": {
            one["name"]: _whole(one["schema"], document)
            | ({"description": one["description"]} if "description" in one else {})
            for one in taken
        },
        "required": [one["name"] for one in taken if one.get("required")],
        "additionalProperties": False,
    }


def _whole(schema: Any, document: Mapping[str, Any]) -> Any:
    """A schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [_whole(one, document) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _whole(document["components"]["schemas"][name], document)
    return {key: _whole(value, document) for key, value in schema.items()}
