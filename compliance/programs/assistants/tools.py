"""Tools from the OpenAPI document: each operation that reads or proposes is one. Pure.

So an assistant is offered what the programming interface has, in its words, and a new
operation needs no line here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

_READ = "application/json"
"""Files are left out: an assistant cannot read them as text."""
_WRITES = "propose"
"""The scope of what assistants may write: a person decides about all of it."""


class UnfitError(ValueError):
    """Arguments that a tool does not take; the text says which."""


@dataclass(frozen=True, slots=True)
class Call:
    """Path, query and body of a call; one without a body reads, one with ``{}`` does not."""

    path: str
    query: str
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """An operation: its name, its words, its arguments as JSON Schema, and its address.

    ``sent`` are the arguments that go into the body.
    """

    name: str
    description: str
    arguments: Mapping[str, Any]
    path: str
    reads: bool
    sent: frozenset[str] = frozenset()

    def call(self, given: Mapping[str, Any]) -> Call:
        """The call with some arguments. Raises ``UnfitError``."""
        known = self.arguments["properties"]
        if unknown := sorted(given.keys() - known.keys()):
            msg = f"{self.name} takes no {', '.join(unknown)}."
            raise UnfitError(msg)
        if missing := sorted(set(self.arguments["required"]) - given.keys()):
            msg = f"{self.name} needs {', '.join(missing)}."
            raise UnfitError(msg)
        path = self.path
        body = {name: given[name] for name in given if name in self.sent}
        query = {name: given[name] for name in given if name not in self.sent}
        for name in known:
            if f"{{{name}}}" in path:
                value = quote(str(query.pop(name)), safe="")
                path = path.replace(f"{{{name}}}", value)
        left = {name: value for name, value in query.items() if value is not None}
        sent = None if self.reads else json.dumps(body)
        return Call(path, urlencode(left, doseq=True), sent)


def tools_of(document: Mapping[str, Any]) -> dict[str, Tool]:
    """The tools by name, in the order of the document."""
    found = {}
    for path, methods in document["paths"].items():
        operation = methods.get("get")
        if operation and _READ in operation["responses"]["200"].get("content", {}):
            found[operation["operationId"]] = _tool(operation, document, path, reads=True)
        operation = methods.get("post")
        if operation and operation["x-scope"] == _WRITES:
            found[operation["operationId"]] = _tool(operation, document, path, reads=False)
    return found


def _tool(operation: Mapping[str, Any], document: Mapping[str, Any], path: str, *, reads: bool) -> Tool:
    arguments, sent = _arguments(operation, document), frozenset[str]()
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"][_READ]["schema"]
        body = _whole(schema, document)
        sent = frozenset(body["properties"])
        arguments["properties"] |= body["properties"]
        arguments["required"] += body.get("required", [])
    return Tool(operation["operationId"], _words(operation), arguments, path, reads, sent)


def _words(operation: Mapping[str, Any]) -> str:
    return str(operation.get("description") or operation["summary"])


def _arguments(operation: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    taken = [one for one in operation.get("parameters", ()) if one["in"] in {"path", "query"}]
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
