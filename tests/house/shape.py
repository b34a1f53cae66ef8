"""Measures the shape of one source file: how long it is, what it is called, whether its module keeps state."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef

NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
LIVING = {
    "list", "dict", "set", "bytearray", "deque", "defaultdict", "Counter", "OrderedDict", "count", "cycle", "iter",
    "open", "ContextVar", "Lock", "RLock", "Event", "Condition", "Semaphore", "local", "WeakKeyDictionary",
    "WeakValueDictionary",
}  # fmt: skip
CHANGING = {
    "append", "appendleft", "extend", "insert", "add", "update", "setdefault", "pop", "popleft", "popitem", "remove",
    "discard", "clear", "sort", "reverse",
}  # fmt: skip


def code_lines(source: str) -> set[int]:
    """Numbers of the lines that hold code: no comments, no empty lines, no strings that stand alone (docstrings)."""
    prose: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            prose.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            found.update(range(token.start[0], token.end[0] + 1))
    return found - prose


def long_functions(source: str, limit: int) -> Iterator[str]:
    """Every function whose body and head have more lines of code than allowed, with how many."""
    lines = code_lines(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            length = len(lines & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)))
            if length > limit:
                yield f"{node.name} has {length} lines of code"


def names(source: str) -> Iterator[str]:
    """The name of every class and function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def words(name: str) -> set[str]:
    """The words that a name is made of, in lower case: `StderrTail` and `stderr_tail` are both stderr and tail."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)}


def module_state(source: str) -> Iterator[str]:
    """What a module keeps that can change while the program runs.

    A table in capitals that nothing in the file changes is a constant, whatever its type.
    """
    module = ast.parse(source)
    changed = set(_changed(module))
    for statement in module.body:
        for name, value in _assigned(statement):
            if name in changed:
                yield f"{name} is changed by this module"
            elif _is_living(value) or (isinstance(value, CONTAINERS) and not _is_constant_name(name)):
                yield f"{name} can be changed"
    for node in ast.walk(module):
        if isinstance(node, ast.Global):
            yield f"global {', '.join(node.names)}"


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign):
        yield from ((target.id, statement.value) for target in statement.targets if isinstance(target, ast.Name))
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        yield statement.target.id, statement.value


def _is_constant_name(name: str) -> bool:
    return name.lstrip("_").isupper() or (name.startswith("__") and name.endswith("__"))


def _is_living(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    function = value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in LIVING


def _changed(module: ast.Module) -> Iterator[str]:
    """Names that something in the module changes in place."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            yield _name(node.func.value)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield _name(node.value)
        elif isinstance(node, ast.AugAssign):
            yield _name(node.target)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def argument_lists(source: str, programs: Collection[str], companions: Collection[str]) -> Iterator[str]:
    """Lists and tuples that begin with a program's name and go on as an argument list does.

    `("docker", "sandbox")` is a list of modes: what follows there is one of the companions, not a verb or a variable.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.List | ast.Tuple) and len(node.elts) > 1:
            first, second = (value.value if isinstance(value, ast.Constant) else None for value in node.elts[:2])
            if first in programs and second not in companions:
                yield f"line {node.lineno}: {ast.unparse(node)}"
