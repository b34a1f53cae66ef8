"""The rules that join classes of words to an injection; the same for every language.

A rule names classes that must all stand near each other within a sentence, in any order: languages differ in theirs. A
class with `!` is a verb that has to be a command, by its form or by what stands before it (`Table.lead`).
"""

from __future__ import annotations

from msgspec import Struct

from supervisor.scan.words import Tier


class Rule(Struct, frozen=True, kw_only=True):
    """One rule."""

    name: str
    tier: Tier
    parts: tuple[str, ...]
    """Classes. The first is where the phrase is taken to begin: whether it is quoted is asked there."""
    reach: int = 60
    """Characters between the parts, at most."""
    spans: int = 1
    """Over how many sentences in a row."""


RULES = (
    Rule(name="override", tier="hard", parts=("disregard!", "orders"), reach=40),
    Rule(name="override", tier="soft", parts=("disable!", "of_model"), reach=40),
    Rule(name="override", tier="hard", parts=("of_model", "void"), reach=40),
    Rule(name="prompt_exfiltration", tier="hard", parts=("reveal!", "own_prompt"), reach=80),
    Rule(name="prompt_exfiltration", tier="hard", parts=("reveal!", "prompt", "here"), reach=80),
    Rule(name="prompt_exfiltration", tier="soft", parts=("reveal!", "prompt"), reach=80),
    Rule(name="secret", tier="hard", parts=("access!", "secret_path", "handover", "destination"), spans=2),
    Rule(name="secret", tier="hard", parts=("access!", "secret_path", "handover"), spans=1),
    Rule(name="secret", tier="hard", parts=("transfer!", "secret_path", "destination")),
    Rule(name="secret", tier="hard", parts=("access!", "secret_path", "sideways")),
    Rule(name="secret", tier="hard", parts=("fetch!", "vault", "handover")),
    Rule(name="secret", tier="hard", parts=("contents", "secret_path", "must")),
    Rule(name="secret", tier="hard", parts=("transfer!", "owned_secret", "destination")),
    Rule(name="secret", tier="hard", parts=("access!", "owned_secret", "handover", "destination"), spans=2),
    Rule(name="secret", tier="hard", parts=("send!", "secret", "outside", "sideways")),
    Rule(name="secret", tier="hard", parts=("deeds", "secret_path", "outside", "whole"), reach=80),
    Rule(name="secret", tier="soft", parts=("access!", "secret_path")),
    Rule(name="secret", tier="soft", parts=("transfer!", "owned_secret")),
    Rule(name="secrecy", tier="hard", parts=("deed!", "quietly"), reach=20),
    Rule(name="secrecy", tier="hard", parts=("deed!", "unshown", "sideways")),
    Rule(name="secrecy", tier="soft", parts=("deeds", "quietly"), reach=20),
    Rule(name="conversation", tier="hard", parts=("transfer!", "conversation", "whole", "destination")),
    Rule(name="conversation", tier="hard", parts=("send!", "conversation", "outside")),
    Rule(name="conversation", tier="soft", parts=("transfer!", "conversation", "destination")),
    Rule(name="unseen", tier="soft", parts=("transfer!", "unseen", "destination")),
    Rule(name="authority", tier="hard", parts=("send!", "addressed", "outside")),
    Rule(name="authority", tier="hard", parts=("moved", "addressed", "outside"), reach=80),
    Rule(name="authority", tier="soft", parts=("send!", "addressed", "data"), reach=80),
    Rule(name="authority", tier="soft", parts=("act!", "addressed"), reach=80),
    Rule(name="command", tier="hard", parts=("run!", "shell", "beforehand")),
    Rule(name="command", tier="hard", parts=("run!", "harmful")),
    Rule(name="command", tier="soft", parts=("run!", "shell")),
    Rule(name="hijack", tier="hard", parts=("redirect!", "recipient", "address", "sideways")),
    Rule(name="forward", tier="hard", parts=("send!", "data", "address", "sideways")),
    Rule(name="unasked", tier="hard", parts=("act!", "unasked", "outside")),
    Rule(name="unasked", tier="soft", parts=("act!", "unasked"), reach=40),
)  # fmt: skip
"""In the order in which they are tried; of each name the first one that holds in a sentence counts."""

MESSAGES = {
    "override": "It tells the model to set aside the instructions that it was given.",
    "prompt_exfiltration": "It asks the model for its own instructions.",
    "secret": "It tells the model to fetch or hand over secrets.",
    "secrecy": "It tells the model to keep something from the user.",
    "conversation": "It asks the model for the conversation.",
    "command": "It tells the model to run a dangerous command.",
    "hijack": "It tells the model whom another action is to go to.",
    "forward": "It tells the model to send data to an address.",
    "unasked": "It tells the model to act without asking the user.",
    "unseen": "It asks the model for what the user opened or received elsewhere.",
    "authority": "It speaks to the model with made-up authority, and tells it to act.",
    "switch": "It says that it will change after it was approved.",
    "role": "It tells the model to take another role, or that its limits are gone.",
    "obey": "It claims to stand above the user or the model's instructions.",
    "malice": "It says outright that it takes what it should not.",
}
"""What a rule's finding says, in one sentence for people."""
