"""Hides what a message marks as secret, before the message is shown to people.

A field is marked on its annotation: `token: Annotated[str, msgspec.Meta(extra={"secret": True})]`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, get_args

import msgspec
from msgspec import Struct

MASK = "***"


def masked(message: Struct) -> dict[str, Any]:
    """Return the message as plain data, its tag first, with a mask in place of each secret that is set.

    Structs within structs, lists and maps are masked too. A field is hidden whole if any part of its type is marked.
    """
    config = message.__struct_config__
    shown: dict[str, Any] = {config.tag_field: config.tag} if config.tag_field is not None else {}
    secrets = _secret_fields(type(message))
    for name in message.__struct_fields__:
        value = getattr(message, name)
        shown[name] = MASK if name in secrets and value not in (None, "") else _shown(value)
    return shown


def _shown(value: Any) -> Any:
    if isinstance(value, Struct):
        return masked(value)
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown(item) for item in value]
    return msgspec.to_builtins(value)


@lru_cache(maxsize=256)
def _secret_fields(kind: type[Struct]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(kind) if _is_secret(field.type))


def _is_secret(annotation: Any) -> bool:
    marks = getattr(annotation, "__metadata__", ())
    if any(isinstance(mark, msgspec.Meta) and (mark.extra or {}).get("secret") for mark in marks):
        return True
    return any(_is_secret(part) for part in get_args(annotation))
