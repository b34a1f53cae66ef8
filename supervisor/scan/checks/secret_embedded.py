"""secret.embedded: a credential that opens something, in a text that goes to every client.

Documented samples are told by what they say of themselves; tokens whose format has a checksum by that (credentials.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from supervisor.scan.checks.check import Check
from supervisor.scan.context import Context
from supervisor.scan.text.credentials import credentials, may_have_credential
from supervisor.scan.text.items import Item
from supervisor.scan.words import Hit

_SHOWN = 12
"""Signs of a credential that are told; the rest is nobody's business."""
_EACH = 4
_LIMIT = 512 * 1024
"""Characters of one text that are looked at; a longer one is told by `padding`."""


def find(item: Item, context: Context) -> Iterator[Hit]:
    """A hit for each credential; of one text the first few."""
    if not may_have_credential(item.raw):
        return
    for unit in item.units:
        if unit.role == "pattern" or not may_have_credential(unit.raw):
            continue
        for one in islice(credentials(unit.raw[:_LIMIT]), _EACH):
            yield Hit(
                pointer=unit.pointer, evidence=unit.raw[one.start : one.start + _SHOWN] + "…", tier="soft",
                message=f"The text holds a credential ({one.format}).", rule=one.format,
                confidence=0.95 if one.is_checked else 0.6,
            )  # fmt: skip


CHECK = Check(id="secret.embedded", title="Credentials in a definition", find=find)
