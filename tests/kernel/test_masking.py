"""What people are shown of a message."""

from __future__ import annotations

from typing import Annotated

import pytest
from msgspec import Meta, Struct

from supervisor.kernel.masking import MASK, masked

SECRET = Meta(extra={"secret": True})


class Login(Struct, frozen=True, tag="test.login"):
    user: str
    password: Annotated[str, SECRET]


class Everything(Struct, frozen=True, tag="test.everything"):
    limit: Annotated[int, Meta(gt=0)] = 1
    pin: Annotated[int, SECRET] = 1234
    maybe: Annotated[str, SECRET] | None = None
    keys: tuple[Annotated[str, SECRET], ...] = ("k",)
    login: Login | None = None
    logins: tuple[Login, ...] = ()
    by_name: dict[str, Login] = {}


def test_a_marked_field_is_masked_and_the_others_are_shown() -> None:
    assert masked(Login("ann", "hunter2")) == {"type": "test.login", "user": "ann", "password": MASK}


def test_numbers_options_and_members_of_collections_can_be_marked() -> None:
    shown = masked(Everything(maybe="x"))
    assert (shown["limit"], shown["pin"], shown["maybe"], shown["keys"]) == (1, MASK, MASK, MASK)


def test_a_secret_that_is_not_set_shows_that_it_is_not_set() -> None:
    assert masked(Everything())["maybe"] is None


@pytest.mark.parametrize(
    "message",
    [
        Everything(login=Login("ann", "hunter2")),
        Everything(logins=(Login("ann", "hunter2"),)),
        Everything(by_name={"x": Login("ann", "hunter2")}),
    ],
)
def test_structs_inside_a_message_are_masked_too(message: Everything) -> None:
    shown = str(masked(message))
    assert "hunter2" not in shown
    assert "ann" in shown


def test_without_the_mark_the_value_would_be_seen() -> None:
    class Careless(Struct):
        password: str

    assert masked(Careless("hunter2")) == {"password": "hunter2"}
