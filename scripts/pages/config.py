"""The page of every key that people may write, from supervisor/config/schema.py.

Of the schema's structs those are shown that refuse unknown keys: they are the blocks of a config file. What the blocks
become (the resolved structs) is for readers of the source.
"""

from __future__ import annotations

import re
from pathlib import Path

from scripts.pages import markdown
from scripts.pages.source import Class, read

INTRODUCTION = """
The keys of our own blocks in a config file. A value marked *required* has no default. A type that Python does not have
is a notation: a `duration` is `"30s"`, `"1m30s"`, `"500ms"` or seconds as a number; a `size` is `"512m"`, `"2g"` or
bytes as a number; the others are named after what they hold.
"""


def pages(root: Path) -> dict[str, str]:
    """The page by its path."""
    source = read(root / "supervisor" / "config" / "schema.py")
    blocks = [class_ for class_ in source.classes.values() if class_.keywords.get("forbid_unknown_fields") == "True"]
    words = {alias.name: alias.type for alias in source.aliases.values() if alias.type.startswith("Literal[")}
    return {"config.md": markdown.page("Config", INTRODUCTION, *(_section(block, words) for block in blocks))}


def _section(block: Class, words: dict[str, str]) -> str:
    rows = [
        (markdown.code(field.name), _type(field.type, words), markdown.code(field.default) or "*required*", field.doc)
        for field in block.fields
    ]
    fields = markdown.table(("key", "type", "default", "meaning"), rows)
    return f"## {block.name}\n\n{block.doc}\n\n{fields}"


def _type(text: str, words: dict[str, str]) -> str:
    """The type for people: a notation by its name, a named list of words spelled out."""
    for name, meaning in words.items():
        text = re.sub(rf"\b{name}\b", meaning, text)
    text = re.sub(r"Annotated\[[^,\]]+, '([a-z]+)'\]", r"\1", text)
    text = re.sub(r"Literal\[([^\]]+)\]", lambda match: match[1].replace(", ", " | ").replace("'", '"'), text)
    return markdown.code(text)
