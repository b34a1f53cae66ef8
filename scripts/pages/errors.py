"""One page for each error code, with an index, from supervisor/errors.py."""

from __future__ import annotations

from pathlib import Path

from scripts.pages import markdown
from scripts.pages.exit_codes import numbers
from scripts.pages.source import Class, Source, read


def pages(root: Path) -> dict[str, str]:
    """Every page by its path."""
    source = read(root / "supervisor" / "errors.py")
    problems = [class_ for class_ in source.classes.values() if class_.tag and source.inherits(class_, "Problem")]
    exit_codes = numbers(source)
    found = {f"errors/{problem.tag}.md": _page(source, problem, exit_codes) for problem in problems}
    rows = [
        (f"[`{problem.tag}`]({problem.tag}.md)", problem.doc.partition("\n\n")[0])
        for problem in sorted(problems, key=lambda problem: problem.tag or "")
    ]
    about = "The code is what scripts may rely on; the sentences may change. Facts are fields in `--json` output."
    index = markdown.page("Error codes", about, markdown.table(("code", "meaning"), rows))
    return {"errors/index.md": index} | found


def _page(source: Source, problem: Class, exit_codes: dict[str, int]) -> str:
    constants = source.all_constants(problem)
    exit_code = constants.get("exit_code", "").rpartition(".")[2]
    facts = [(markdown.code(field.name), markdown.code(field.type), field.doc) for field in source.all_fields(problem)]
    blocks = [
        problem.doc,
        f"**What you see:** {_template(problem.constant('sentence'))}",
        f"**What to do:** {_template(problem.constant('advice'))}",
        f"**Exit code:** [{exit_codes[exit_code]}](../exit-codes.md) where a command ends because of it.",
        "## Facts" if facts else "",
        markdown.table(("field", "type", "meaning"), facts),
    ]
    known_as = problem.constant("known_as")
    if known_as:
        blocks.insert(4, f"**Known elsewhere as:** `{known_as}`")
    return markdown.page(problem.tag or "", *blocks)


def _template(text: str) -> str:
    """The sentence with its fields as placeholders: `{path!r}` reads as *path*."""
    shown = text.replace("{{", "\0").replace("}}", "\1")
    while "{" in shown:
        before, _, rest = shown.partition("{")
        field, _, after = rest.partition("}")
        shown = f"{before}*{field.partition('!')[0].partition(':')[0]}*{after}"
    return shown.replace("\0", "{").replace("\1", "}")
