"""The reference pages say what the source says, and a stale one is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts import generate
from scripts.pages import cli, config, errors, events

TREE = Path(__file__).parents[2]
REFERENCE = TREE / "docs" / "reference"

EVENTS = '''
"""What leaves the process."""

class Event(Struct, frozen=True):
    """The root."""
    severity: ClassVar[Severity] = Severity.INFO
    seq: int
    """Gapless."""

class TreeStarted(Event, tag="tree.started"):
    """The tree runs."""
    children: int = 0
    """How many."""

class TreeGaveUp(Event, tag="tree.gave_up"):
    """It is over."""
    severity: ClassVar[Severity] = Severity.CRITICAL
'''


def test_the_reference_pages_are_fresh() -> None:
    assert generate.stale(REFERENCE, generate.wanted(TREE)) == [], "run scripts/generate"


@pytest.fixture
def wanted() -> dict[str, str]:
    """Every page as it should be."""
    return generate.wanted(TREE)


@pytest.fixture
def copy(tmp_path: Path, wanted: dict[str, str]) -> Path:
    """A copy of all reference pages, brought up to date."""
    folder = shutil.copytree(REFERENCE, tmp_path / "reference")
    generate.write(folder, wanted, generate.stale(folder, wanted))
    return folder


def test_an_edited_page_is_stale_until_it_is_written_again(copy: Path, wanted: dict[str, str]) -> None:
    page = copy / "exit-codes.md"
    page.write_text(page.read_text() + "and one more")
    assert generate.stale(copy, wanted) == ["exit-codes.md"]
    generate.write(copy, wanted, ["exit-codes.md"])
    assert generate.stale(copy, wanted) == []


def test_a_generated_page_that_nobody_wants_any_more_is_stale_and_goes(copy: Path, wanted: dict[str, str]) -> None:
    gone = {name: text for name, text in wanted.items() if name != "errors/config.unreadable.md"}
    assert "errors/config.unreadable.md" in generate.stale(copy, gone)
    generate.write(copy, gone, ["errors/config.unreadable.md"])
    assert not (copy / "errors" / "config.unreadable.md").exists()


def test_a_page_written_by_hand_is_left_alone(copy: Path, wanted: dict[str, str]) -> None:
    (copy / "by-hand.md").write_text("# By hand\n")
    assert generate.stale(copy, wanted) == []


def test_an_event_is_shown_with_its_severity_and_its_fields(tmp_path: Path) -> None:
    (tmp_path / "supervisor").mkdir()
    (tmp_path / "supervisor" / "events.py").write_text(EVENTS)
    page = events.pages(tmp_path)["events.md"]
    assert "| [`tree.started`](#treestarted) | info | The tree runs. |" in page
    assert "| [`tree.gave_up`](#treegave_up) | critical | It is over. |" in page
    assert "| `children` | `int` | `0` | How many. |" in page
    assert page.count("| `seq` | `int` |  | Gapless. |") == 2, "what all events have is shown at each"


def test_an_error_page_shows_the_sentence_with_its_facts_as_placeholders() -> None:
    page = errors.pages(TREE)["errors/config.unresolved.md"]
    assert "*reference* has no value: *reason*" in page
    assert "${NAME:-default}" in page
    assert "`place`" in page, "inherited facts are shown too"


def test_the_config_page_names_notations_instead_of_python_types(tmp_path: Path) -> None:
    schema = tmp_path / "supervisor" / "config" / "schema.py"
    schema.parent.mkdir(parents=True)
    schema.write_text(
        'Mode = Literal["docker", "none"]\n'
        "class Block(Struct, forbid_unknown_fields=True):\n"
        '    wait: Annotated[float, "duration"] | Mode = 3.0\n'
        '    """How long."""\n'
        "class Resolved(Struct):\n"
        "    wait_s: float\n"
    )
    page = config.pages(tmp_path)["config.md"]
    assert '| `wait` | `duration \\| "docker" \\| "none"` | `3.0` | How long. |' in page
    assert "Resolved" not in page


def test_the_command_line_page_has_a_section_for_every_verb() -> None:
    page = cli.pages(TREE).get("cli.md")
    if page is None:
        pytest.skip("the command has no parser yet")
    for verb in ("run", "serve", "check"):
        assert f"## stockade {verb}" in page
