"""Reads the classes of a source file as they stand there: fields, types, defaults and the docstring under each field.

Nothing is imported or run, so a page shows a default as it was written (`512 * 1024 * 1024`), not as it came out.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a struct, or one member of an enumeration."""

    name: str
    type: str
    default: str | None
    doc: str


@dataclass(frozen=True, kw_only=True)
class Class:
    """One class: `constants` are its ClassVars, `tag` is the tag of a msgspec struct as it is written."""

    name: str
    bases: tuple[str, ...]
    doc: str
    tag: str | None
    fields: tuple[Field, ...]
    constants: dict[str, str]
    keywords: dict[str, str]
    """What stands in the class statement besides the bases: `frozen=True`, …"""

    def constant(self, name: str) -> str:
        """The value of a ClassVar that is a string literal, "" if the class does not have it."""
        value = ast.literal_eval(self.constants[name]) if name in self.constants else ""
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file: its docstring, its classes by name in their order, and what is given a name at its top level."""

    doc: str
    classes: dict[str, Class]
    aliases: dict[str, Field]

    def inherits(self, class_: Class, ancestor: str) -> bool:
        """Whether the class descends from `ancestor` by classes of this file."""
        known = [self.classes[base] for base in class_.bases if base in self.classes]
        return ancestor in class_.bases or any(self.inherits(base, ancestor) for base in known)

    def all_fields(self, class_: Class) -> tuple[Field, ...]:
        """Its own fields, behind those of its bases in this file."""
        inherited = [
            field for base in class_.bases if base in self.classes for field in self.all_fields(self.classes[base])
        ]
        return (*inherited, *class_.fields)

    def all_constants(self, class_: Class) -> dict[str, str]:
        """Its ClassVars, with those that its bases in this file leave to it."""
        found: dict[str, str] = {}
        for base in class_.bases:
            if base in self.classes:
                found |= self.all_constants(self.classes[base])
        return found | class_.constants


def read(path: Path) -> Source:
    """Read one source file."""
    module = ast.parse(path.read_text())
    classes = [_class(node) for node in module.body if isinstance(node, ast.ClassDef)]
    aliases = [
        Field(name=name, type=ast.unparse(value), default=None, doc=_doc_under(module, node))
        for node in module.body
        for name, value in _assigned(node)
    ]
    return Source(
        doc=ast.get_docstring(module) or "",
        classes={class_.name: class_ for class_ in classes},
        aliases={alias.name: alias for alias in aliases},
    )


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield ast.unparse(node.targets[0]), node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield ast.unparse(node.target), node.value


def _class(node: ast.ClassDef) -> Class:
    tags = [keyword.value for keyword in node.keywords if keyword.arg == "tag"]
    constants: dict[str, str] = {}
    fields: list[Field] = []
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.annotation).startswith("ClassVar"):
            if statement.value is not None:
                constants[ast.unparse(statement.target)] = ast.unparse(statement.value)
        elif isinstance(statement, ast.AnnAssign):
            default = None if statement.value is None else ast.unparse(statement.value)
            fields.append(
                _field(node, statement, ast.unparse(statement.target), ast.unparse(statement.annotation), default)
            )
        elif isinstance(statement, ast.Assign):  # a member of an enumeration
            fields.append(_field(node, statement, ast.unparse(statement.targets[0]), "", ast.unparse(statement.value)))
    return Class(
        name=node.name,
        bases=tuple(ast.unparse(base) for base in node.bases),
        doc=ast.get_docstring(node) or "",
        tag=_tag(tags[0]) if tags else None,
        fields=tuple(fields),
        constants=constants,
        keywords={keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg},
    )


def _tag(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _field(owner: ast.ClassDef, node: ast.stmt, name: str, type_: str, default: str | None) -> Field:
    written = default and re.fullmatch(r"field\(default(?:_factory)?=(.*)\)", default)
    return Field(name=name, type=type_, default=written[1] if written else default, doc=_doc_under(owner, node))


def _doc_under(owner: ast.ClassDef | ast.Module, node: ast.stmt) -> str:
    place = owner.body.index(node) + 1
    after = owner.body[place] if place < len(owner.body) else None
    if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
        return inspect.cleandoc(after.value.value)
    return ""
