"""The checks of the engine, one file each."""

from __future__ import annotations

from supervisor.scan.checks import (
    capability_mismatch,
    duplicate_key,
    field_directive,
    hint_contradiction,
    markup_hidden,
    name_confusable,
    order_demand,
    padding,
    payload_decoded,
    phrase_injection,
    secret_embedded,
    shadow_peer,
    side_effect,
    sink_parameter,
    terminal_escape,
    unicode_hidden,
    unicode_odd,
    unicode_tag,
)
from supervisor.scan.checks.check import Check

CHECKS: tuple[Check, ...] = (
    unicode_tag.CHECK,
    unicode_hidden.CHECK,
    unicode_odd.CHECK,
    terminal_escape.CHECK,
    name_confusable.CHECK,
    payload_decoded.CHECK,
    phrase_injection.CHECK,
    markup_hidden.CHECK,
    field_directive.CHECK,
    order_demand.CHECK,
    shadow_peer.CHECK,
    sink_parameter.CHECK,
    capability_mismatch.CHECK,
    hint_contradiction.CHECK,
    secret_embedded.CHECK,
    padding.CHECK,
    side_effect.CHECK,
    duplicate_key.CHECK,
)
"""All checks, in the order in which they are documented."""
RULES_VERSION = "1"
"""Of the checks as a whole, told beside every verdict and every pin. Raise it with a change that changes findings."""
