"""Files, functions and names keep the shape that the house agreed on (house.toml), and each guard catches a breach."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from house import shape

TREE = Path(__file__).parents[2]
HOUSE = tomllib.loads((TREE / "tests" / "house" / "house.toml").read_text())
PACKAGE = sorted((TREE / "supervisor").rglob("*.py"))
EVERYWHERE = sorted(path for folder in ("supervisor", "scripts", "tests") for path in (TREE / folder).rglob("*.py"))


def from_tree(path: Path) -> str:
    """The path as it is written in house.toml."""
    return path.relative_to(TREE).as_posix()


def breaches(found: dict[Path, list[str]]) -> list[str]:
    """What was found, one line each."""
    return [f"{from_tree(path)}: {line}" for path, lines in found.items() for line in lines]


def test_no_file_has_more_code_than_one_concept_needs() -> None:
    lengths = {from_tree(path): len(shape.code_lines(path.read_text())) for path in EVERYWHERE}
    limit = HOUSE["code_lines_per_file"]
    assert {name: n for name, n in lengths.items() if n > limit and name not in HOUSE["catalogues"]} == {}


def test_no_function_is_too_long_to_be_read_at_once() -> None:
    limit = HOUSE["code_lines_per_function"]
    assert breaches({path: list(shape.long_functions(path.read_text(), limit)) for path in EVERYWHERE}) == []


def test_nothing_in_the_package_has_a_name_that_says_nothing() -> None:
    forbidden, allowed = set(HOUSE["forbidden_words"]), HOUSE["allowed_names"]
    named = {path: [path.stem, *shape.names(path.read_text())] for path in PACKAGE}
    found = {
        path: [name for name in all_ if shape.words(name) & forbidden and name not in allowed]
        for path, all_ in named.items()
    }
    folders = [
        path.name for path in (TREE / "supervisor").rglob("*") if path.is_dir() and shape.words(path.name) & forbidden
    ]
    assert breaches(found) + folders == []


def test_no_module_keeps_state() -> None:
    found = {path: list(shape.module_state(path.read_text())) for path in PACKAGE}
    assert [line for line in breaches(found) if line not in HOUSE["module_state"]] == []


def test_docker_is_run_in_one_place() -> None:
    rule = HOUSE["argument_lists"]
    programs, companions = rule["programs"], rule["companions"]
    elsewhere = [path for path in PACKAGE if from_tree(path) not in rule["allowed"]]
    assert (
        breaches({path: list(shape.argument_lists(path.read_text(), programs, companions)) for path in elsewhere}) == []
    )


@pytest.mark.parametrize(
    "source",
    [
        "seen = []",
        "seen: dict[str, int] = {}",
        "SEEN = set()",
        "IDS = itertools.count()",
        "LOCK = trio.Lock()",
        "SEEN = {}\ndef f(): SEEN['a'] = 1",
        "SEEN = [1]\ndef f(): SEEN.append(2)",
        "TOTAL = 0\ndef f():\n    global TOTAL",
    ],
)
def test_state_of_a_module_is_caught(source: str) -> None:
    assert list(shape.module_state(source))


@pytest.mark.parametrize(
    "source",
    [
        "IMAGES = {'python': 'python:3.11'}",
        "__all__ = ['a']",
        "NAMES = ('a', 'b')",
        "LIMIT_BYTES = 16 * 2**20",
        "def f():\n    seen = []\n    seen.append(1)",
        "class A:\n    def f(self):\n        self.seen = []",
    ],
)
def test_constants_and_locals_are_no_state_of_a_module(source: str) -> None:
    assert list(shape.module_state(source)) == []


def test_a_long_function_is_caught_and_its_docstring_and_comments_do_not_count() -> None:
    body = "\n".join(f"    x = {number}" for number in range(44))
    short = f'def f():\n    """One.\n\n    Two.\n    """\n    # three\n\n{body}\n'
    assert list(shape.long_functions(short, 45)) == []
    assert list(shape.long_functions(short + "    y = 1\n", 45)) == ["f has 46 lines of code"]


def test_code_lines_are_counted_without_prose() -> None:
    source = '"""A file."""\n\nimport os  # for f\n\n# a comment\nX = (\n    1,\n)\n"""What X is."""\n'
    assert shape.code_lines(source) == {3, 6, 7, 8}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("StderrTail", {"stderr", "tail"}),
        ("process_manager", {"process", "manager"}),
        ("JSONLines", {"json", "lines"}),
        ("database", {"database"}),
        ("BaseThing", {"base", "thing"}),
        ("_utils2", {"utils2"}),
    ],
)
def test_a_name_is_read_word_by_word(name: str, expected: set[str]) -> None:
    assert shape.words(name) == expected


@pytest.mark.parametrize("source", ["run(['docker', 'ps'])", "argv = ('docker', *words)", "x = ['podman', name]"])
def test_a_docker_argument_list_is_caught(source: str) -> None:
    assert list(shape.argument_lists(source, ["docker", "podman"], ["docker", "podman", "none"]))


@pytest.mark.parametrize("source", ["MODES = Literal['docker', 'podman']", "x = ['docker']", "x = {'docker': 1}"])
def test_a_list_of_engine_names_is_no_argument_list(source: str) -> None:
    assert list(shape.argument_lists(source, ["docker", "podman"], ["docker", "podman", "none"])) == []
