"""`stockade errors`: every error code with its meaning, its remedy, its facts and its exit code.

Everything comes from supervisor/errors.py, which is where the reference pages come from too, so the verb says the same
wherever stockade is installed. Pure but for `errors`, the verb.
"""

from __future__ import annotations

import ast
import inspect
import re
import typing
from argparse import Namespace
from collections.abc import Sequence
from functools import cache
from textwrap import wrap
from typing import Any

import msgspec

from supervisor import errors as catalogue
from supervisor.config.suggest import did_you_mean
from supervisor.edges.say import put, put_json
from supervisor.errors import AnyProblem, ExitCode, Problem, StockadeError, UsageWrong
from supervisor.escaping import printable

WIDTH = 100
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\w+)[^}]*\}")


def errors(options: Namespace) -> int:
    """Print one code in full, or one line for each code that is meant."""
    kinds = named(options.code or "")
    if options.json:
        put_json({"errors": [structure(kind) for kind in kinds]})
    else:
        lines = in_full(kinds[0]) if options.code and len(kinds) == 1 else table(kinds)
        put("\n".join(lines) + "\n")
    return ExitCode.OK


def all_kinds() -> list[type[Problem]]:
    """Every kind of problem, by its code."""
    return sorted(typing.get_args(AnyProblem), key=code_of)


def code_of(kind: type[Problem]) -> str:
    """The code of a kind."""
    return str(kind.__struct_config__.tag)


def named(word: str) -> list[type[Problem]]:
    """The kinds that a word names: one by its code or a name that others have for it, or a family by how it begins.

    Raises: StockadeError(UsageWrong) if it names none.
    """
    kinds = all_kinds()
    meant = [kind for kind in kinds if word.lower() == code_of(kind) or word.upper() == kind.known_as != ""]
    found = meant or [kind for kind in kinds if code_of(kind).startswith(word.lower())]
    if not found:
        known = [name for kind in kinds for name in (code_of(kind), kind.known_as) if name]
        suggestion = did_you_mean(word, known) or "; `stockade errors` lists all of them"
        raise StockadeError(UsageWrong(verb="errors", reason=f"there is no error code {printable(word)!r}{suggestion}"))
    return found


def structure(kind: type[Problem]) -> dict[str, Any]:
    """One kind for programs."""
    return {
        "code": code_of(kind),
        "meaning": meaning(kind),
        "message": shown(kind.sentence),
        "remedy": shown(kind.advice),
        "exit_code": int(kind.exit_code),
        "known_as": [kind.known_as] if kind.known_as else [],
        "facts": facts(kind),
    }


def table(kinds: Sequence[type[Problem]]) -> list[str]:
    """One line a code."""
    width = max(len(code_of(kind)) for kind in kinds)
    return [f"{code_of(kind):{width}}  {meaning(kind).partition(chr(10))[0]}" for kind in kinds]


def in_full(kind: type[Problem]) -> list[str]:
    """One code with all that there is to say of it."""
    exit_code = ExitCode(kind.exit_code)
    lines = [code_of(kind), "", *_wrapped(meaning(kind)), ""]
    lines += _labelled("what you see", shown(kind.sentence))
    lines += _labelled("what to do", shown(kind.advice))
    lines += _labelled("exit code", f"{int(exit_code)}, where a command ends because of it")
    lines += _labelled("known as", kind.known_as) if kind.known_as else []
    for number, fact in enumerate(facts(kind)):
        about = f"{fact['name']} ({fact['type']})" + (f": {fact['meaning']}" if fact["meaning"] else "")
        lines += _labelled("" if number else "facts", about)
    return lines


def facts(kind: type[Problem]) -> list[dict[str, str]]:
    """The fields of a kind: name, type, and what is said of it where the name does not say it all."""
    known = _meanings()
    ancestry = [ancestor.__name__ for ancestor in kind.__mro__]
    return [
        {
            "name": field.name,
            "type": getattr(field.type, "__name__", None) or str(field.type),
            "meaning": next((known[name, field.name] for name in ancestry if (name, field.name) in known), ""),
        }
        for field in msgspec.structs.fields(kind)
    ]


def meaning(kind: type[Problem]) -> str:
    """What is said of a kind, without the links of its page: their targets are not everywhere that stockade is."""
    return LINK.sub(lambda link: _target(link[1], link[2]), inspect.cleandoc(kind.__doc__ or ""))


def _target(text: str, target: str) -> str:
    return f"{text} ({target if target.startswith('https:') else 'in the docs'})"


def shown(template: str) -> str:
    """A template with its facts as placeholders: `{path!r}` is <path>."""
    return PLACEHOLDER.sub(lambda found: f"<{found[1]}>" if found[1] else found[0][0], template)


@cache
def _meanings() -> dict[tuple[str, str], str]:
    """What stands under the fields in errors.py, by class and field; nothing where the source was left out."""
    try:
        tree = ast.parse(inspect.getsource(catalogue))
    except OSError:
        return {}
    return {
        (class_.name, field.target.id): inspect.cleandoc(under.value.value)
        for class_ in tree.body
        if isinstance(class_, ast.ClassDef)
        for field, under in zip(class_.body, class_.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(under, ast.Expr) and isinstance(under.value, ast.Constant) and isinstance(under.value.value, str)
    }


def _wrapped(text: str) -> list[str]:
    """The text as lines of a terminal: paragraphs and the points of lists stay apart."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        lines += [""] if lines else []
        for point in re.split(r"\n(?=\d+\. |- )", paragraph):
            indent = "   " if re.match(r"\d+\. |- ", point) else ""
            lines += wrap(" ".join(point.split()), WIDTH, subsequent_indent=indent, break_on_hyphens=False)
    return lines


def _labelled(label: str, text: str) -> list[str]:
    first, *more = wrap(text, WIDTH - 14, break_on_hyphens=False)
    return [f"{label:<12}  {first}", *(" " * 14 + line for line in more)]
