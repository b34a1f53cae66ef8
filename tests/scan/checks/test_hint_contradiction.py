"""Hints: what a tool says of itself against what it says it does."""

from typing import Any

import pytest

from supervisor.scan.checks.hint_contradiction import CHECK
from supervisor.scan.context import Context
from supervisor.scan.text.items import items_of

READ = {"readOnlyHint": True}
MILD = {"readOnlyHint": False, "destructiveHint": False}


def rules(name: str, description: str, hints: Any = None, **properties: Any) -> list[str]:
    tool = {"name": name, "description": description, "inputSchema": {"properties": properties}}
    item = items_of("tool", tool | ({"annotations": hints} if hints else {}))
    return [hit.rule for hit in CHECK.find(item, Context(server="s"))]


@pytest.mark.parametrize(
    ("name", "description", "hints"),
    [
        ("delete_user", "A user.", READ),
        ("crm_updateUser", "A user.", READ),
        ("users", "Deletes a user.", READ),
        ("users", "This tool tidies, then wipes the table.", READ),
        ("users", "Lists users and then deletes them.", READ),
        ("wipe_disk", "A disk.", MILD),
        ("disk", "Erases a disk.", MILD),
        ("usuarios", "Elimina un usuario.", READ),
        ("utilisateurs", "Supprime un utilisateur.", READ),
        ("用户", "删除一个用户。", READ),
        ("ユーザー", "ユーザーを削除する。", READ),
        ("사용자", "사용자를 삭제합니다.", MILD),
    ],
)
def test_a_deed_against_the_hint_is_told(name: str, description: str, hints: Any) -> None:
    assert rules(name, description, hints) in (["readOnlyHint"], ["destructiveHint"])


@pytest.mark.parametrize(
    ("name", "description", "hints"),
    [
        ("delete_user", "Deletes a user.", None),
        ("delete_user", "Deletes a user.", {"destructiveHint": True}),
        ("delete_user", "Deletes a user.", {"readOnlyHint": "true"}),
        ("get_update", "Gets an update.", READ),
        ("list_merge_requests", "Lists requests to merge.", READ),
        ("preview", "Shows what would be deleted.", READ),
        ("preview", "Shows rows and never deletes them.", READ),
        ("preview", "Use it before you delete something.", READ),
        ("set_title", "Updates a title.", MILD),
        ("papelera", "Muestra lo que no se elimina.", READ),
        ("ごみ箱", "削除済みの項目を表示します。", READ),
    ],
)
def test_objects_purposes_and_negations_are_silent(name: str, description: str, hints: Any) -> None:
    assert rules(name, description, hints) == []


def test_read_only_in_words_counts_against_a_switch_that_is_on() -> None:
    assert rules("look", "A read-only look; write_mode (default: true).") == ["switch"]
    assert rules("look", "A read-only look.", delete_rows={"default": True}) == ["switch"]
    assert rules("look", "A read-only look.", delete_rows={"default": False}, verbose={"default": True}) == []
    assert rules("look", "A look.", delete_rows={"default": True}) == []


@pytest.mark.parametrize("value", [None, [], {"name": 3, "annotations": "no"}, {"annotations": {"readOnlyHint": True}}])
def test_nothing_is_asked_of_the_shape(value: Any) -> None:
    assert list(CHECK.find(items_of("tool", value), Context(server="s"))) == []
