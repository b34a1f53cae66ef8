"""Which texts a definition has, where, and what each is for: MCP's own fields, and JSON Schema below its schemas."""

from __future__ import annotations

from typing import Any

from supervisor.scan.text.reader_walk import escape
from supervisor.scan.words import Kind, Role

DEPTH_LIMIT = 64
UNIT_LIMIT = 10_000
TEXT_LIMIT = 1024 * 1024
"""Bytes of text in one definition, in UTF-8."""

Text = tuple[str, Role, str, str]
"""Pointer, role, text, owner."""

_FIELDS: dict[str, Role] = {"name": "name", "title": "title", "annotations": "annotation", "_meta": "meta"}
_KEYWORDS: dict[str, Role] = {
    "title": "title", "default": "default", "enum": "enum", "const": "const", "examples": "example",
    "example": "example", "pattern": "pattern", "$comment": "comment",
}  # fmt: skip
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Keywords whose value maps names to schemas."""
_NESTED = frozenset({
    "items", "additionalProperties", "additionalItems", "unevaluatedItems", "unevaluatedProperties", "contains",
    "propertyNames", "not", "if", "then", "else", "contentSchema", "allOf", "anyOf", "oneOf", "prefixItems",
})  # fmt: skip
"""Keywords whose value is a schema or a list of schemas."""
_SILENT = frozenset({
    "type", "description", "required", "format", "$schema", "$id", "$ref", "$anchor", "$defs", "definitions",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "uniqueItems", "minProperties", "maxProperties", "minContains", "maxContains", "readOnly", "writeOnly",
    "deprecated", "nullable", "contentEncoding", "contentMediaType", "dependentRequired",
    *_KEYWORDS, *_NAMED, *_NESTED,
    "name", "annotations", "_meta", "inputSchema", "outputSchema", "arguments", "uri", "uriTemplate", "mimeType",
    "size", "icons", "src", "sizes", "theme", "execution", "taskSupport", "instructions", "serverInfo", "version",
    "websiteUrl", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint",
    "audience", "priority", "lastModified",
})  # fmt: skip
"""Keys that say nothing of their own: the vocabulary of MCP and of JSON Schema."""
_PLAIN = frozenset({
    "object", "string", "number", "integer", "boolean", "array", "null", "forbidden", "optional", "required",
    "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema",
})  # fmt: skip
"""Values that say nothing of their own."""


def texts(kind: Kind, value: Any) -> tuple[list[Text], bool]:
    """All texts of a definition in the order in which they stand, and whether that is all of it."""
    walk = _Walk()
    if not isinstance(value, dict):
        walk.any("", "text", value, "", 0)
    elif kind == "server":
        walk.fields("", value)
    else:
        walk.definition(value)
    return walk.found, walk.is_whole


def name_of(kind: Kind, value: Any) -> str:
    """What a definition is called: a text, or empty where it has no name."""
    key = {"resource": "uri", "template": "uriTemplate", "server": ""}.get(kind, "name")
    name = value.get(key) if isinstance(value, dict) and key else None
    return name if isinstance(name, str) else ""


def joined(value: Any) -> str:
    """Description and the parameters' descriptions in order, with a blank between them; empty if there is only one."""
    if not isinstance(value, dict):
        return ""
    schema = value.get("inputSchema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    arguments = value.get("arguments")
    inner = [*_values(properties), *(arguments if isinstance(arguments, list) else ())]
    parts = [one.get("description") for one in (value, *inner) if isinstance(one, dict)]
    told = [part for part in parts if isinstance(part, str) and part]
    return " ".join(told)[:TEXT_LIMIT] if len(told) > 1 else ""


def _values(mapping: Any) -> list[Any]:
    return list(mapping.values()) if isinstance(mapping, dict) else []


def _says_nothing(key: str, value: Any, schema: dict[str, Any]) -> bool:
    """Whether a keyword that says nothing of its own has a value that says nothing either: the most common case."""
    if type(value) is str:
        return value in _PLAIN and key not in _KEYWORDS
    if key == "required" and type(value) is list:
        return not _unknown(value, schema)
    return not isinstance(value, dict | list | str)


def _unknown(required: list[Any], schema: dict[str, Any]) -> list[Any]:
    """What is required and is no parameter; the names of parameters are told where these are described."""
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    return [name for name in required if not isinstance(name, str) or name not in known]


def _size(text: str) -> int:
    """Its bytes, in the encoding that it came in."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _cut(text: str, size: int) -> str:
    """So much of it, from the beginning, as is not longer than `size` bytes."""
    kept = text[:size]
    while (too_many := _size(kept)) > size:
        kept = kept[: len(kept) * size // too_many]
    return kept


class _Walk:
    """What was found so far, and what there is room for."""

    def __init__(self) -> None:
        self.found: list[Text] = []
        self.room = TEXT_LIMIT
        self.is_whole = True

    def text(self, pointer: str, role: Role, raw: str, owner: str) -> None:
        if not raw or (raw in _PLAIN and role == "text"):
            return
        if len(self.found) >= UNIT_LIMIT or self.room <= 0:
            self.is_whole = False
            return
        size = _size(raw)
        if size > self.room:
            raw, self.is_whole = _cut(raw, self.room), False
        self.room -= size
        self.found.append((pointer, role, raw, owner))

    def definition(self, value: dict[str, Any]) -> None:
        """A tool, prompt, resource or template."""
        for key, inner in value.items():
            pointer = f"/{escape(key)}"
            if key in ("inputSchema", "outputSchema"):
                self.schema(pointer, inner, "", 1)
            elif key == "arguments" and isinstance(inner, list):
                for index, argument in enumerate(inner):
                    self.argument(f"{pointer}/{index}", argument)
            else:
                self.field(pointer, key, inner)

    def fields(self, pointer: str, value: dict[str, Any]) -> None:
        """What a server says of itself: fields of MCP one or two levels deep."""
        for key, inner in value.items():
            step = f"{pointer}/{escape(key)}"
            if key == "serverInfo" and isinstance(inner, dict) and not pointer:
                self.fields(step, inner)
            else:
                self.field(step, key, inner)

    def field(self, pointer: str, key: str, value: Any, owner: str = "") -> None:
        if key not in _SILENT:
            self.text(pointer, "key", key, owner)
        self.any(pointer, _FIELDS.get(key, "text"), value, owner, 1)

    def argument(self, pointer: str, value: Any) -> None:
        """An argument of a prompt: its name is a parameter's."""
        if not isinstance(value, dict):
            self.any(pointer, "text", value, "", 2)
            return
        name = value.get("name")
        owner = name if isinstance(name, str) else ""
        for key, inner in value.items():
            step = f"{pointer}/{escape(key)}"
            if key == "name" and owner:
                self.text(step, "property", owner, owner)
            else:
                self.field(step, key, inner, owner)

    def schema(self, pointer: str, value: Any, owner: str, depth: int) -> None:
        if not isinstance(value, dict):
            self.any(pointer, "text", value, owner, depth)
        elif depth > DEPTH_LIMIT:
            self.is_whole = False
        else:
            for key, inner in value.items():
                if key in _SILENT and _says_nothing(key, inner, value):
                    continue
                told = _unknown(inner, value) if key == "required" and isinstance(inner, list) else inner
                self.keyword(f"{pointer}/{escape(key)}", key, told, owner, depth)

    def keyword(self, pointer: str, key: str, value: Any, owner: str, depth: int) -> None:
        if type(value) is str:
            if key not in _SILENT:
                self.text(pointer, "key", key, owner)
            self.text(pointer, _KEYWORDS.get(key, "text"), value, owner)
        elif key in _NAMED and isinstance(value, dict):
            self.named(pointer, key, value, owner, depth + 1)
        elif key in _NESTED:
            self.nested(pointer, value, owner, depth + 1)
        else:
            if key not in _SILENT:
                self.text(pointer, "key", key, owner)
            self.any(pointer, _KEYWORDS.get(key, "text"), value, owner, depth + 1)

    def named(self, pointer: str, key: str, value: dict[str, Any], owner: str, depth: int) -> None:
        is_parameter = key == "properties"
        for name, inner in value.items():
            step = f"{pointer}/{escape(name)}"
            inside = name if is_parameter else owner
            role: Role = "property" if is_parameter else "pattern" if key == "patternProperties" else "key"
            self.text(step, role, name, inside)
            self.schema(step, inner, inside, depth + 1)

    def nested(self, pointer: str, value: Any, owner: str, depth: int) -> None:
        if isinstance(value, list):
            for index, inner in enumerate(value):
                self.schema(f"{pointer}/{index}", inner, owner, depth + 1)
        else:
            self.schema(pointer, value, owner, depth + 1)

    def any(self, pointer: str, role: Role, value: Any, owner: str, depth: int) -> None:
        """Any JSON: every text and every key of it."""
        if type(value) is str:
            self.text(pointer, role, value, owner)
        elif isinstance(value, dict | list) and depth > DEPTH_LIMIT:
            self.is_whole = False
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                self.any(f"{pointer}/{index}", role, inner, owner, depth + 1)
        elif isinstance(value, dict):
            for key, inner in value.items():
                step = f"{pointer}/{escape(key)}"
                if key not in _SILENT:
                    self.text(step, "key", key, owner)
                self.any(step, role, inner, owner, depth + 1)
