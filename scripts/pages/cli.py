"""The page of the command line, from the parser that the command itself uses.

The page is written from the parser's parts: the text that argparse itself prints differs from version to version.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from scripts.pages import markdown


def pages(_root: Path) -> dict[str, str]:
    """The page by its path; nothing as long as there is no parser to be had."""
    from supervisor.edges import cli

    build_parser = getattr(cli, "build_parser", None)
    if build_parser is None:
        return {}
    parser = build_parser()
    return {"cli.md": markdown.page("Command line", *_sections(parser, ""))}


def _sections(parser: argparse.ArgumentParser, summary: str) -> Iterator[str]:
    """One section for a command, and one for each command below it."""
    yield f"## {parser.prog}"
    yield parser.description or summary
    yield f"```text\n{_usage(parser)}\n```"
    actions = [action for action in parser._actions if action.help != argparse.SUPPRESS]  # noqa: SLF001  # no public way
    below = [action for action in actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    named = [action for action in actions if action not in below and "--help" not in action.option_strings]
    yield markdown.table(
        ("word", "meaning"), [(markdown.code(_words(action)), _help(parser, action)) for action in named]
    )
    yield parser.epilog or ""
    for action in below:
        summaries = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
        for name, command in dict(action.choices).items():
            if summaries.get(name) != argparse.SUPPRESS:
                yield from _sections(command, summaries.get(name, ""))


def _usage(parser: argparse.ArgumentParser) -> str:
    parts = [parser.prog]
    for action in parser._actions:  # noqa: SLF001
        if action.help == argparse.SUPPRESS or "--help" in action.option_strings:
            continue
        words = _words(action, short=True)
        parts.append(words if action.required or (not action.option_strings and action.nargs is None) else f"[{words}]")
    return " ".join(parts)


def _words(action: argparse.Action, *, short: bool = False) -> str:
    """The option with its value's name, or the name of a positional word."""
    if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
        return "COMMAND …"
    value = "" if action.nargs == 0 else _value(action)
    if not action.option_strings:
        return value
    options = action.option_strings[-1:] if short else action.option_strings
    return " ".join(filter(None, (", ".join(options), value)))


def _value(action: argparse.Action) -> str:
    default = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
    name = action.metavar or default
    text = " ".join(name) if isinstance(name, tuple) else name
    return f"{text} …" if action.nargs in ("*", "+", argparse.REMAINDER) else text


def _help(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    if not action.help:
        return ""
    values = {**vars(action), "prog": parser.prog}
    return action.help % values
